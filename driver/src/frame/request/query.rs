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
