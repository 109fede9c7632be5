//! What a server sends.

mod auth;
mod authenticate;
mod described;
mod error;
mod event;
mod metadata;
mod prefix;
mod prepared;
mod ready;
mod result;
mod rows;
mod schema_change;
mod supported;
mod tablet;

pub use auth::{AuthChallenge, AuthSuccess};
pub use authenticate::Authenticate;
pub use described::Described;
pub use error::{ServerError, ServerErrorKind, WriteType};
pub use event::{Event, EventKind, TopologyChange};
pub use metadata::{Columns, Metadata};
pub use prefix::Prefix;
pub use prepared::Prepared;
pub use ready::Ready;
pub use result::QueryResult;
pub use rows::Rows;
pub use schema_change::{SchemaChange, SchemaChangeKind, SchemaTarget};
pub use supported::Supported;
pub use tablet::Tablet;

use bytes::Bytes;

use super::{Features, Flags, Opcode};
use crate::wire::{Malformed, Reader, TooLong, Why};

/// Any response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the message of the same name, documented there"
)]
pub enum Response {
    Error(ServerError),
    Ready(Ready),
    Authenticate(Authenticate),
    Supported(Supported),
    Result(QueryResult),
    Event(Event),
    AuthChallenge(AuthChallenge),
    AuthSuccess(AuthSuccess),
}

impl Response {
    /// Its opcode.
    pub fn opcode(&self) -> Opcode {
        match self {
            Response::Error(_) => ServerError::OPCODE,
            Response::Ready(_) => Ready::OPCODE,
            Response::Authenticate(_) => Authenticate::OPCODE,
            Response::Supported(_) => Supported::OPCODE,
            Response::Result(_) => QueryResult::OPCODE,
            Response::Event(_) => Event::OPCODE,
            Response::AuthChallenge(_) => AuthChallenge::OPCODE,
            Response::AuthSuccess(_) => AuthSuccess::OPCODE,
        }
    }

    /// Appends its body, without a prefix.
    ///
    /// # Errors
    /// If a text or a list in it is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        match self {
            Response::Error(message) => message.encode(features, out),
            Response::Ready(message) => message.encode(out),
            Response::Authenticate(message) => message.encode(out),
            Response::Supported(message) => message.encode(out),
            Response::Result(message) => message.encode(features, out),
            Response::Event(message) => message.encode(out),
            Response::AuthChallenge(message) => message.encode(out),
            Response::AuthSuccess(message) => message.encode(out),
        }
    }

    /// Reads the body of a response: what the flags announce before it, and the message. `known` are the
    /// columns of a prepared statement, for rows that come without theirs. Bytes after the message are ignored:
    /// later servers may add fields.
    ///
    /// # Errors
    /// If the body is not what the opcode and the flags announce.
    pub fn decode(
        opcode: Opcode,
        flags: Flags,
        body: Bytes,
        features: &Features,
        known: Option<&Columns>,
    ) -> Result<(Prefix, Self), Malformed> {
        let mut reader = Reader::new(&body);
        let prefix = Prefix::decode(flags, &mut reader)?;
        let length = reader.offset();
        if opcode == Opcode::Result {
            let result = QueryResult::decode(body.slice(length..), features, known)
                .map_err(|malformed| malformed.behind(length))?;
            return Ok((prefix, Response::Result(result)));
        }
        let reader = &mut reader;
        let response = match opcode {
            Opcode::Error => Response::Error(ServerError::decode(reader, features)?),
            Opcode::Ready => Response::Ready(Ready::decode(reader)?),
            Opcode::Authenticate => Response::Authenticate(Authenticate::decode(reader)?),
            Opcode::Supported => Response::Supported(Supported::decode(reader)?),
            Opcode::Event => Response::Event(Event::decode(reader)?),
            Opcode::AuthChallenge => Response::AuthChallenge(AuthChallenge::decode(reader)?),
            Opcode::AuthSuccess => Response::AuthSuccess(AuthSuccess::decode(reader)?),
            _ => return Err(reader.malformed("opcode", Why::Unknown)),
        };
        Ok((prefix, response))
    }
}
