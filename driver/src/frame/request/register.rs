//! REGISTER: asks for events.

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong, put_string_list};

/// Asks the server to tell of events on this connection. Its answer is READY, or ERROR if one of the types is
/// unknown to the server: then none is registered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register<'a> {
    /// The types of events, as [`EventKind`](crate::frame::response::EventKind) spells them. Text, so that a
    /// server can name the one it does not know.
    pub events: Vec<&'a str>,
}

impl<'a> Register<'a> {
    /// REGISTER
    pub const OPCODE: Opcode = Opcode::Register;

    /// Appends its body.
    ///
    /// # Errors
    /// If a name is longer than 65,535 bytes, or there are more than 65,535 of them.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_string_list(out, &self.events, "events")
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no `[string list]`.
    pub fn decode(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(Register {
            events: reader.string_list("events")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::request::Request;
    use crate::frame::response::EventKind;
    use crate::frame::{Features, check};

    #[test]
    fn bytes() {
        let events = vec![EventKind::Status.name(), EventKind::Schema.name()];
        check::request(
            &Features::default(),
            &Request::Register(Register { events }),
            "0002 000d5354415455535f4348414e4745 000d534348454d415f4348414e4745",
        );
    }
}
