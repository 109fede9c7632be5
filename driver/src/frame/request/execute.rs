//! EXECUTE: a prepared statement with values.

use crate::frame::{Features, Opcode, Params, TabletRouting};
use crate::wire::{Malformed, Reader, TooLong, put_short_bytes};

/// Runs a prepared statement. Its answer is RESULT or ERROR; the error UNPREPARED asks to prepare it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execute<'a> {
    /// The id that the server gave when the statement was prepared.
    pub id: &'a [u8],
    /// The id of the result's columns as the client knows them. Sent only where results have ids
    /// ([`Features::has_result_ids`]): the server answers with the columns if they have changed.
    pub result_id: &'a [u8],
    /// Values, and how to run it.
    pub params: Params<'a>,
    /// One of the sixteen blocks of four bits of the version of the tablet that the client knows: which one in the high
    /// bits, the block itself in the low ones; anything if it knows none. Sent only with [`TabletRouting::V2`]: the server
    /// answers with the tablet if its own version has another block there.
    pub tablet: u8,
}

impl<'a> Execute<'a> {
    /// EXECUTE
    pub const OPCODE: Opcode = Opcode::Execute;

    /// Appends its body.
    ///
    /// # Errors
    /// If an id or the paging state is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_short_bytes(out, self.id, "statement id")?;
        if features.has_result_ids() {
            put_short_bytes(out, self.result_id, "result id")?;
        }
        self.params.encode(features, out)?;
        if features.tablets == Some(TabletRouting::V2) {
            out.push(self.tablet);
        }
        Ok(())
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no EXECUTE.
    pub fn decode(reader: &mut Reader<'a>, features: &Features) -> Result<Self, Malformed> {
        Ok(Execute {
            id: reader.short_bytes("statement id")?,
            result_id: match features.has_result_ids() {
                true => reader.short_bytes("result id")?,
                false => &[],
            },
            params: Params::decode(reader, features)?,
            tablet: match features.tablets {
                Some(TabletRouting::V2) => reader.byte("tablet version")?,
                _ => 0,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::request::Request;
    use crate::frame::{Values, Version, check};

    #[test]
    fn bytes() {
        let values = check::hex("00000004 00000007");
        let mut message = Execute {
            id: &[0xca, 0xfe],
            result_id: &[],
            params: Params {
                values: Values::new(1, &values),
                skip_metadata: true,
                ..Params::default()
            },
            tablet: 0,
        };
        let mut features = Features::default();
        let body = "0002 cafe 0006 03 0001 00000004 00000007";
        check::request(&features, &Request::Execute(message), body);
        features.metadata_id = true;
        message.result_id = &[];
        let body = "0002 cafe 0000 0006 03 0001 00000004 00000007";
        check::request(&features, &Request::Execute(message), body);
        features.tablets = Some(TabletRouting::V2);
        message.tablet = 0xa7;
        let body = "0002 cafe 0000 0006 03 0001 00000004 00000007 a7";
        check::request(&features, &Request::Execute(message), body);
        features.tablets = Some(TabletRouting::V1);
        message.tablet = 0;
        features.version = Version::V5;
        message.result_id = &[1];
        let body = "0002 cafe 0001 01 0006 00000003 0001 00000004 00000007";
        check::request(&features, &Request::Execute(message), body);
    }
}
