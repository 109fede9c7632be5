//! STARTUP: opens the conversation, with what the client wants of the connection.

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong, put_string_map};

/// Opens the conversation. Its answer is READY or AUTHENTICATE.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Startup<'a> {
    /// Options and their values. `CQL_VERSION` must be among them; unknown ones are ignored by servers.
    pub options: Vec<(&'a str, &'a str)>,
}

impl<'a> Startup<'a> {
    /// STARTUP
    pub const OPCODE: Opcode = Opcode::Startup;

    /// The value of an option. Servers do not care about the case of names, so neither does this.
    pub fn option(&self, name: &str) -> Option<&'a str> {
        self.options
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    /// Appends its body.
    ///
    /// # Errors
    /// If an option is longer than 65,535 bytes, or there are more than 65,535 of them.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_string_map(out, &self.options, "options")
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no `[string map]`.
    pub fn decode(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(Startup {
            options: reader.string_map("options")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::request::Request;
    use crate::frame::{Features, check};

    #[test]
    fn bytes() {
        let options = vec![("CQL_VERSION", "3.0.0")];
        let startup = Startup { options };
        assert_eq!(startup.option("cql_version"), Some("3.0.0"));
        assert_eq!(startup.option("COMPRESSION"), None);
        check::request(
            &Features::default(),
            &Request::Startup(startup),
            "0001 000b43514c5f56455253494f4e 0005332e302e30",
        );
    }
}
