//! EXECUTE: a prepared statement with values.

use crate::frame::{Features, Opcode, Params, Version};
use crate::wire::{Malformed, Reader, TooLong, put_short_bytes};

/// Runs a prepared statement. Its answer is RESULT or ERROR; the error UNPREPARED asks to prepare it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execute<'a> {
    /// The id that the server gave when the statement was prepared.
    pub id: &'a [u8],
    /// The id of the result's columns as the client knows them. Sent since version 5 only, where the server
    /// answers with the columns if they have changed.
    pub result_id: &'a [u8],
    /// Values, and how to run it.
    pub params: Params<'a>,
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
        if features.version >= Version::V5 {
            put_short_bytes(out, self.result_id, "result id")?;
        }
        self.params.encode(features, out)
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no EXECUTE.
    pub fn decode(reader: &mut Reader<'a>, features: &Features) -> Result<Self, Malformed> {
        Ok(Execute {
            id: reader.short_bytes("statement id")?,
            result_id: match features.version {
                Version::V4 => &[],
                Version::V5 => reader.short_bytes("result id")?,
            },
            params: Params::decode(reader, features)?,
        })
    }
}
