//! PREPARE: a statement for the server to keep.

use crate::frame::{Features, Opcode, Version};
use crate::wire::{Malformed, Reader, TooLong, Why, put_int, put_long_string};

/// Asks the server to keep a statement, to be run by its id. Its answer is RESULT, kind Prepared, or ERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepare<'a> {
    /// The statement.
    pub text: &'a str,
}

impl<'a> Prepare<'a> {
    /// PREPARE
    pub const OPCODE: Opcode = Opcode::Prepare;

    /// Appends its body.
    ///
    /// # Errors
    /// If the text is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_long_string(out, self.text, "statement")?;
        if features.version >= Version::V5 {
            put_int(out, 0);
        }
        Ok(())
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no PREPARE, or has flags: this crate sends none.
    pub fn decode(reader: &mut Reader<'a>, features: &Features) -> Result<Self, Malformed> {
        let text = reader.long_string("statement")?;
        let at = reader.clone();
        if features.version >= Version::V5 && reader.int("flags")? != 0 {
            return Err(at.malformed("flags", Why::Unknown));
        }
        Ok(Prepare { text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check;
    use crate::frame::request::Request;

    #[test]
    fn bytes() {
        let message = Request::Prepare(Prepare { text: "käse" });
        let mut features = Features::default();
        check::request(&features, &message, "00000005 6bc3a47365");
        features.version = Version::V5;
        check::request(&features, &message, "00000005 6bc3a47365 00000000");
    }
}
