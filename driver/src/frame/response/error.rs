//! ERROR: the server refuses or failed.

mod codec;
mod display;
mod write_type;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use bytes::Bytes;

use crate::frame::{Consistency, Features, Opcode};

pub use write_type::WriteType;

/// The server refuses or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// What kind of failure, with what the protocol says of it.
    pub kind: ServerErrorKind,
    /// The server's words.
    pub message: String,
}

/// What kind of failure an ERROR is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerErrorKind {
    /// Something went wrong inside the server.
    Server,
    /// The client broke the protocol.
    Protocol,
    /// Authentication failed.
    BadCredentials,
    /// Too few replicas are alive; nothing was tried.
    Unavailable {
        /// The level asked for.
        consistency: Consistency,
        /// Replicas needed for it.
        required: i32,
        /// Replicas that the coordinator believes alive.
        alive: i32,
    },
    /// The coordinator has too much to do.
    Overloaded,
    /// The coordinator is still joining.
    Bootstrapping,
    /// TRUNCATE failed.
    Truncate,
    /// Too few replicas acknowledged a write in time. It may have happened or may happen yet.
    WriteTimeout {
        /// The level asked for.
        consistency: Consistency,
        /// Replicas that acknowledged.
        received: i32,
        /// Replicas needed.
        required: i32,
        /// What was being written.
        write: WriteType,
    },
    /// Too few replicas answered a read in time.
    ReadTimeout {
        /// The level asked for.
        consistency: Consistency,
        /// Replicas that answered.
        received: i32,
        /// Replicas needed.
        required: i32,
        /// Whether the replica asked for the data itself was among them.
        data_present: bool,
    },
    /// Replicas failed while reading.
    ReadFailure {
        /// The level asked for.
        consistency: Consistency,
        /// Replicas that answered.
        received: i32,
        /// Replicas needed.
        required: i32,
        /// Replicas that failed.
        failures: i32,
        /// Which, and the code of why. Since version 5.
        reasons: Vec<(IpAddr, u16)>,
        /// Whether the replica asked for the data itself was among those that answered.
        data_present: bool,
    },
    /// A user-defined function failed.
    FunctionFailure {
        /// Its keyspace.
        keyspace: String,
        /// Its name.
        function: String,
        /// The CQL types of its arguments.
        arguments: Vec<String>,
    },
    /// Replicas failed while writing. It may have happened on others.
    WriteFailure {
        /// The level asked for.
        consistency: Consistency,
        /// Replicas that acknowledged.
        received: i32,
        /// Replicas needed.
        required: i32,
        /// Replicas that failed.
        failures: i32,
        /// Which, and the code of why. Since version 5.
        reasons: Vec<(IpAddr, u16)>,
        /// What was being written.
        write: WriteType,
    },
    /// A write to the log of changes failed (Cassandra).
    CdcWriteFailure,
    /// A conditional update may or may not have happened (Cassandra, since version 5).
    CasWriteUnknown {
        /// The level asked for.
        consistency: Consistency,
        /// Replicas that acknowledged.
        received: i32,
        /// Replicas needed.
        required: i32,
    },
    /// The statement is not CQL.
    Syntax,
    /// The user may not do this.
    Unauthorized,
    /// The statement is CQL, but cannot be run.
    Invalid,
    /// The statement needs something that the server's configuration forbids or lacks.
    Config,
    /// A keyspace or table to be created exists.
    AlreadyExists {
        /// The keyspace.
        keyspace: String,
        /// The table; empty if it is the keyspace that exists.
        table: String,
    },
    /// The server does not keep the statement (any more).
    Unprepared {
        /// The id it was asked for.
        id: Bytes,
    },
    /// The partition's rate limit is reached (ScyllaDB).
    RateLimited {
        /// Whether it was a write.
        write: bool,
        /// Whether the coordinator refused it before asking replicas.
        by_coordinator: bool,
    },
    /// A code that this crate does not know.
    Unknown {
        /// The code.
        code: i32,
    },
}

impl ServerError {
    /// ERROR
    pub const OPCODE: Opcode = Opcode::Error;

    /// Of a kind, with the server's words.
    pub fn new(kind: ServerErrorKind, message: impl Into<String>) -> Self {
        ServerError {
            kind,
            message: message.into(),
        }
    }

    /// The code of the protocol for its kind. For a rate limit, the one that was negotiated; INVALID CONFIG, as
    /// ScyllaDB does, if none was.
    pub fn code(&self, features: &Features) -> i32 {
        match &self.kind {
            ServerErrorKind::Server => 0x0000,
            ServerErrorKind::Protocol => 0x000a,
            ServerErrorKind::BadCredentials => 0x0100,
            ServerErrorKind::Unavailable { .. } => 0x1000,
            ServerErrorKind::Overloaded => 0x1001,
            ServerErrorKind::Bootstrapping => 0x1002,
            ServerErrorKind::Truncate => 0x1003,
            ServerErrorKind::WriteTimeout { .. } => 0x1100,
            ServerErrorKind::ReadTimeout { .. } => 0x1200,
            ServerErrorKind::ReadFailure { .. } => 0x1300,
            ServerErrorKind::FunctionFailure { .. } => 0x1400,
            ServerErrorKind::WriteFailure { .. } => 0x1500,
            ServerErrorKind::CdcWriteFailure => 0x1600,
            ServerErrorKind::CasWriteUnknown { .. } => 0x1700,
            ServerErrorKind::Syntax => 0x2000,
            ServerErrorKind::Unauthorized => 0x2100,
            ServerErrorKind::Invalid => 0x2200,
            ServerErrorKind::Config => 0x2300,
            ServerErrorKind::AlreadyExists { .. } => 0x2400,
            ServerErrorKind::Unprepared { .. } => 0x2500,
            ServerErrorKind::RateLimited { .. } => features.rate_limit_error.unwrap_or(0x2300),
            ServerErrorKind::Unknown { code } => *code,
        }
    }
}
