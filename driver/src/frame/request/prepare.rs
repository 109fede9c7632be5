//! PREPARE: a statement for the server to keep.

use crate::frame::{Features, Opcode, Version};
use crate::wire::{Malformed, Reader, TooLong, Why, put_int, put_long_string, put_string};

/// Asks the server to keep a statement, to be run by its id. Its answer is RESULT, kind Prepared, or ERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepare<'a> {
    /// The statement.
    pub text: &'a str,
    /// The keyspace of names that have none. Since version 5; version 4 has no way to say it, and leaves it out.
    pub keyspace: Option<&'a str>,
}

const KEYSPACE: i32 = 0x1;

impl<'a> Prepare<'a> {
    /// PREPARE
    pub const OPCODE: Opcode = Opcode::Prepare;

    /// Appends its body.
    ///
    /// # Errors
    /// If the text or the keyspace is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_long_string(out, self.text, "statement")?;
        match (features.version, self.keyspace) {
            (Version::V4, _) => Ok(()),
            (Version::V5, None) => {
                put_int(out, 0);
                Ok(())
            }
            (Version::V5, Some(keyspace)) => {
                put_int(out, KEYSPACE);
                put_string(out, keyspace, "keyspace")
            }
        }
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no PREPARE, or has a flag that this crate does not know.
    pub fn decode(reader: &mut Reader<'a>, features: &Features) -> Result<Self, Malformed> {
        let text = reader.long_string("statement")?;
        let at = reader.clone();
        let flags = match features.version {
            Version::V4 => 0,
            Version::V5 => reader.int("flags")?,
        };
        let keyspace = match flags {
            0 => None,
            KEYSPACE => Some(reader.string("keyspace")?),
            _ => return Err(at.malformed("flags", Why::Unknown)),
        };
        Ok(Prepare { text, keyspace })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check;
    use crate::frame::request::Request;

    #[test]
    fn bytes() {
        let prepare = Prepare {
            text: "käse",
            keyspace: None,
        };
        let message = Request::Prepare(prepare);
        let mut features = Features::default();
        check::request(&features, &message, "00000005 6bc3a47365");
        features.version = Version::V5;
        check::request(&features, &message, "00000005 6bc3a47365 00000000");
        let message = Request::Prepare(Prepare {
            keyspace: Some("ks"),
            ..prepare
        });
        let body = "00000005 6bc3a47365 00000001 0002 6b73";
        check::request(&features, &message, body);
    }
}
