//! What may stand before any response: the id of its trace, warnings, a custom payload.

use bytes::Bytes;
use uuid::Uuid;

use crate::frame::{Flags, Payload, payload, put_payload};
use crate::wire::{Malformed, Reader, TooLong, put_string_list};

/// What stands before a response in its body, as its flags announce. Usually nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prefix {
    /// The id of the trace, if one was asked for.
    pub tracing: Option<Uuid>,
    /// What the server wants to be told to people.
    pub warnings: Vec<String>,
    /// What else the server says, by key; tablets come this way.
    pub payload: Payload,
}

impl Prefix {
    /// The flags that announce it.
    pub fn flags(&self) -> Flags {
        let flag = |set: bool, flag: Flags| if set { flag } else { Flags::NONE };
        flag(self.tracing.is_some(), Flags::TRACING)
            | flag(!self.warnings.is_empty(), Flags::WARNING)
            | flag(!self.payload.is_empty(), Flags::PAYLOAD)
    }

    /// The value under a key of the payload.
    pub fn payload(&self, key: &str) -> Option<&Bytes> {
        self.payload
            .iter()
            .find(|(k, _)| k == key)
            .and_then(|(_, value)| value.as_ref())
    }

    /// Appends it.
    ///
    /// # Errors
    /// If a warning or a key is longer than 65,535 bytes, or there are more than 65,535 of them.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        if let Some(id) = self.tracing {
            out.extend_from_slice(id.as_bytes());
        }
        if !self.warnings.is_empty() {
            put_string_list(out, &self.warnings, "warnings")?;
        }
        if !self.payload.is_empty() {
            put_payload(out, &self.payload)?;
        }
        Ok(())
    }

    /// Reads what the flags announce. The content is copied, since it often outlives the answer.
    ///
    /// # Errors
    /// If it is not there.
    pub fn decode(flags: Flags, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut prefix = Prefix::default();
        if flags.has(Flags::TRACING) {
            prefix.tracing = Some(reader.uuid("tracing id")?);
        }
        if flags.has(Flags::WARNING) {
            let warnings = reader.string_list("warnings")?;
            prefix.warnings = warnings.into_iter().map(str::to_owned).collect();
        }
        if flags.has(Flags::PAYLOAD) {
            prefix.payload = payload::read(reader)?;
        }
        Ok(prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check::{digits, hex, read};
    use crate::frame::response::{QueryResult, Response};
    use crate::frame::{Features, Opcode};

    fn check(prefix: &Prefix, flags: u8, bytes: &str) {
        assert_eq!(prefix.flags(), Flags(flags));
        let mut body = Vec::new();
        prefix.encode(&mut body).unwrap();
        assert_eq!(digits(&body), digits(&hex(bytes)));
        body.extend([0, 0, 0, 1]);
        let read = |body: &[u8]| read(&Features::default(), Opcode::Result, Flags(flags), body);
        let void = Response::Result(QueryResult::Void);
        assert_eq!(read(&body), Ok((prefix.clone(), void)));
        for length in 0..body.len() {
            assert!(read(&body[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn bytes() {
        let (tracing, warnings) = (Some(Uuid::from_u128(0x0011_2233)), vec!["slow".to_owned()]);
        let tablets = (
            "tablets-routing-v1".to_owned(),
            Some(Bytes::from_static(&[7])),
        );
        let payload = vec![tablets, ("n".to_owned(), None)];
        let empty = Prefix::default();
        check(&empty, 0, "");
        let id = "00000000000000000000000000112233";
        check(
            &Prefix {
                tracing,
                ..empty.clone()
            },
            0x02,
            id,
        );
        let warned = Prefix {
            warnings: warnings.clone(),
            ..empty.clone()
        };
        check(&warned, 0x08, "0001 0004 736c6f77");
        let all = Prefix {
            tracing,
            warnings,
            payload,
        };
        let rest = "0001 0004 736c6f77 0002
            0012 7461626c6574732d726f7574696e672d7631 00000001 07 0001 6e ffffffff";
        check(&all, 0x0e, &format!("{id} {rest}"));
        assert_eq!(
            all.payload("tablets-routing-v1"),
            Some(&Bytes::from_static(&[7]))
        );
        assert_eq!(all.payload("n"), None);
    }
}
