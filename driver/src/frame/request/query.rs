//! QUERY: a statement as text.

use crate::frame::{Features, Opcode, Params};
use crate::wire::{Malformed, Reader, TooLong, put_long_string};

/// Runs a statement given as text. Its answer is RESULT or ERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    /// The statement.
    pub text: &'a str,
    /// How to run it.
    pub params: Params<'a>,
}

impl<'a> Query<'a> {
    /// QUERY
    pub const OPCODE: Opcode = Opcode::Query;

    /// Appends its body.
    ///
    /// # Errors
    /// If the text or the paging state is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_long_string(out, self.text, "statement")?;
        self.params.encode(features, out)
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no QUERY.
    pub fn decode(reader: &mut Reader<'a>, features: &Features) -> Result<Self, Malformed> {
        Ok(Query {
            text: reader.long_string("statement")?,
            params: Params::decode(reader, features)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::request::Request;
    use crate::frame::{Consistency, Values, check};

    #[test]
    fn bytes() {
        let text = "select key from system.local";
        let params = Params {
            consistency: Consistency::One,
            ..Params::default()
        };
        let message = Request::Query(Query { text, params });
        check::request(
            &Features::default(),
            &message,
            "0000001c 73656c656374206b65792066726f6d2073797374656d2e6c6f63616c 0001 00",
        );
        let bytes = check::hex("00000001 2a ffffffff");
        let message = Request::Query(Query {
            text: "?",
            params: Params {
                values: Values::new(2, &bytes),
                page_size: Some(10),
                timestamp: Some(1),
                ..params
            },
        });
        check::request(
            &Features::default(),
            &message,
            "00000001 3f 0001 25 0002 00000001 2a ffffffff 0000000a 0000000000000001",
        );
    }

    #[test]
    fn a_payload_before_it_is_dropped() {
        let body = check::hex("0001 0001 6b 00000002 abcd 00000001 3f 0001 00");
        let flags = crate::frame::Flags::PAYLOAD;
        let read = Request::decode(Query::OPCODE, flags, &body, &Features::default()).unwrap();
        assert!(matches!(read, Request::Query(Query { text: "?", .. })));
    }
}
