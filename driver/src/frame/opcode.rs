//! The messages' numbers.

use std::fmt;

/// Which message a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// The server refuses or failed.
    Error = 0x00,
    /// The first request of a connection, apart from OPTIONS.
    Startup = 0x01,
    /// The connection may be used.
    Ready = 0x02,
    /// The client has to prove who it is.
    Authenticate = 0x03,
    /// What does the server support?
    Options = 0x05,
    /// What the server supports.
    Supported = 0x06,
    /// A statement as text.
    Query = 0x07,
    /// What a statement gave.
    Result = 0x08,
    /// A statement to be kept by the server.
    Prepare = 0x09,
    /// A prepared statement with values.
    Execute = 0x0a,
    /// Asks for events.
    Register = 0x0b,
    /// Something happened in the cluster.
    Event = 0x0c,
    /// Several statements at once.
    Batch = 0x0d,
    /// The server asks for more proof.
    AuthChallenge = 0x0e,
    /// Proof of who the client is.
    AuthResponse = 0x0f,
    /// The client is who it says.
    AuthSuccess = 0x10,
}

impl Opcode {
    /// Whether a server sends it.
    pub fn is_response(self) -> bool {
        use Opcode::{
            AuthChallenge, AuthSuccess, Authenticate, Error, Event, Ready, Result, Supported,
        };
        matches!(
            self,
            Error | Ready | Authenticate | Supported | Result | Event | AuthChallenge | AuthSuccess
        )
    }
}

impl TryFrom<u8> for Opcode {
    type Error = u8;

    fn try_from(byte: u8) -> Result<Self, u8> {
        Ok(match byte {
            0x00 => Opcode::Error,
            0x01 => Opcode::Startup,
            0x02 => Opcode::Ready,
            0x03 => Opcode::Authenticate,
            0x05 => Opcode::Options,
            0x06 => Opcode::Supported,
            0x07 => Opcode::Query,
            0x08 => Opcode::Result,
            0x09 => Opcode::Prepare,
            0x0a => Opcode::Execute,
            0x0b => Opcode::Register,
            0x0c => Opcode::Event,
            0x0d => Opcode::Batch,
            0x0e => Opcode::AuthChallenge,
            0x0f => Opcode::AuthResponse,
            0x10 => Opcode::AuthSuccess,
            _ => return Err(byte),
        })
    }
}

impl fmt::Display for Opcode {
    /// As the specification spells it: `AUTH_RESPONSE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Opcode::Error => "ERROR",
            Opcode::Startup => "STARTUP",
            Opcode::Ready => "READY",
            Opcode::Authenticate => "AUTHENTICATE",
            Opcode::Options => "OPTIONS",
            Opcode::Supported => "SUPPORTED",
            Opcode::Query => "QUERY",
            Opcode::Result => "RESULT",
            Opcode::Prepare => "PREPARE",
            Opcode::Execute => "EXECUTE",
            Opcode::Register => "REGISTER",
            Opcode::Event => "EVENT",
            Opcode::Batch => "BATCH",
            Opcode::AuthChallenge => "AUTH_CHALLENGE",
            Opcode::AuthResponse => "AUTH_RESPONSE",
            Opcode::AuthSuccess => "AUTH_SUCCESS",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_are_their_numbers() {
        for byte in 0..=u8::MAX {
            match Opcode::try_from(byte) {
                Ok(opcode) => assert_eq!(opcode as u8, byte),
                Err(unknown) => assert!(byte == 4 || byte > 0x10, "{unknown}"),
            }
        }
    }
}
