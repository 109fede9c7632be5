//! AUTHENTICATE: the client has to prove who it is.

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong, put_string};

/// Answers STARTUP. The client goes on with AUTH_RESPONSE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticate {
    /// The server's class that will judge the proof.
    pub class: String,
}

impl Authenticate {
    /// AUTHENTICATE
    pub const OPCODE: Opcode = Opcode::Authenticate;

    /// The class of Cassandra and ScyllaDB that expects user and password.
    pub const PASSWORD: &'static str = "org.apache.cassandra.auth.PasswordAuthenticator";

    /// Appends its body.
    ///
    /// # Errors
    /// If the name is longer than 65,535 bytes.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_string(out, &self.class, "class")
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no `[string]`.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let class = reader.string("class")?.to_owned();
        Ok(Authenticate { class })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::response::Response;
    use crate::frame::{Features, check};

    #[test]
    fn bytes() {
        let class = Authenticate::PASSWORD.to_owned();
        check::response(
            &Features::default(),
            &Response::Authenticate(Authenticate { class }),
            "002f 6f72672e6170616368652e63617373616e6472612e617574682e
             50617373776f726441757468656e74696361746f72",
        );
    }
}
