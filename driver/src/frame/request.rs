//! What a client sends.

mod auth_response;
mod batch;
mod execute;
mod options;
mod prepare;
mod query;
mod register;
mod startup;

pub use auth_response::AuthResponse;
pub use batch::{Batch, BatchKind, BatchSource, BatchStatement};
pub use execute::Execute;
pub use options::Options;
pub use prepare::Prepare;
pub use query::Query;
pub use register::Register;
pub use startup::Startup;

use super::{Features, Flags, Opcode, payload};
use crate::wire::{Malformed, Reader, TooLong, Why};

/// Any request, borrowed from what it was made of or read from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the message of the same name, documented there"
)]
pub enum Request<'a> {
    Startup(Startup<'a>),
    Options(Options),
    AuthResponse(AuthResponse<'a>),
    Query(Query<'a>),
    Prepare(Prepare<'a>),
    Execute(Execute<'a>),
    Batch(Batch<'a>),
    Register(Register<'a>),
}

impl<'a> Request<'a> {
    /// Its opcode.
    pub fn opcode(&self) -> Opcode {
        match self {
            Request::Startup(_) => Startup::OPCODE,
            Request::Options(_) => Options::OPCODE,
            Request::AuthResponse(_) => AuthResponse::OPCODE,
            Request::Query(_) => Query::OPCODE,
            Request::Prepare(_) => Prepare::OPCODE,
            Request::Execute(_) => Execute::OPCODE,
            Request::Batch(_) => Batch::OPCODE,
            Request::Register(_) => Register::OPCODE,
        }
    }

    /// Appends its body.
    ///
    /// # Errors
    /// If a text or a list in it is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        match self {
            Request::Startup(message) => message.encode(out),
            Request::Options(message) => message.encode(out),
            Request::AuthResponse(message) => message.encode(out),
            Request::Query(message) => message.encode(features, out),
            Request::Prepare(message) => message.encode(features, out),
            Request::Execute(message) => message.encode(features, out),
            Request::Batch(message) => message.encode(features, out),
            Request::Register(message) => message.encode(out),
        }
    }

    /// Reads the body of a request. A custom payload is read over: [`payload_of_request`](super::payload_of_request)
    /// gives it. Bytes after the message are an error: a client that sends them misunderstands the format.
    ///
    /// # Errors
    /// If the body is not what the opcode and the flags announce; `Malformed::offset` is where.
    pub fn decode(
        opcode: Opcode,
        flags: Flags,
        body: &'a [u8],
        features: &Features,
    ) -> Result<Self, Malformed> {
        let reader = &mut Reader::new(body);
        if flags.has(Flags::PAYLOAD) {
            payload::skip(reader)?;
        }
        let request = match opcode {
            Opcode::Startup => Request::Startup(Startup::decode(reader)?),
            Opcode::Options => Request::Options(Options::decode(reader)?),
            Opcode::AuthResponse => Request::AuthResponse(AuthResponse::decode(reader)?),
            Opcode::Query => Request::Query(Query::decode(reader, features)?),
            Opcode::Prepare => Request::Prepare(Prepare::decode(reader, features)?),
            Opcode::Execute => Request::Execute(Execute::decode(reader, features)?),
            Opcode::Batch => Request::Batch(Batch::decode(reader, features)?),
            Opcode::Register => Request::Register(Register::decode(reader)?),
            _ => return Err(reader.malformed("opcode", Why::Unknown)),
        };
        reader.end("body")?;
        Ok(request)
    }
}
