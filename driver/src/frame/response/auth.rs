//! AUTH_CHALLENGE and AUTH_SUCCESS: the server's half of the authentication.

use bytes::Bytes;

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong, put_bytes};

/// The server asks for more proof.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthChallenge {
    /// What the authenticator says.
    pub token: Option<Bytes>,
}

/// The client is who it says; the connection may be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthSuccess {
    /// What the authenticator says; nothing for passwords.
    pub token: Option<Bytes>,
}

impl AuthChallenge {
    /// AUTH_CHALLENGE
    pub const OPCODE: Opcode = Opcode::AuthChallenge;

    /// Appends its body.
    ///
    /// # Errors
    /// If the token is longer than the protocol can say.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_bytes(out, self.token.as_deref(), "token")
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no `[bytes]`.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let token = reader.bytes("token")?.map(Bytes::copy_from_slice);
        Ok(AuthChallenge { token })
    }
}

impl AuthSuccess {
    /// AUTH_SUCCESS
    pub const OPCODE: Opcode = Opcode::AuthSuccess;

    /// Appends its body.
    ///
    /// # Errors
    /// If the token is longer than the protocol can say.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_bytes(out, self.token.as_deref(), "token")
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no `[bytes]`.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let token = reader.bytes("token")?.map(Bytes::copy_from_slice);
        Ok(AuthSuccess { token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::response::Response;
    use crate::frame::{Features, check};

    #[test]
    fn bytes() {
        let check = |message: Response, body| {
            check::response(&Features::default(), &message, body);
        };
        let token = Some(Bytes::from_static(b"abc"));
        let challenge = AuthChallenge {
            token: token.clone(),
        };
        check(Response::AuthChallenge(challenge), "00000003 616263");
        let nothing = AuthSuccess { token: None };
        check(Response::AuthSuccess(nothing), "ffffffff");
        check(
            Response::AuthSuccess(AuthSuccess { token }),
            "00000003 616263",
        );
    }
}
