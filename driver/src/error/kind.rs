//! What can fail.

use std::time::Duration;

use crate::frame::response::WriteType;
use crate::frame::{Consistency, Unreadable};
use crate::value::{CellError, Mismatch};

/// What kind of failure it was. What the server says is kept in its words, as `message`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ErrorKind {
    /// None of the contact points could be connected to; the attempts say why, one by one.
    NoContactPoint,
    /// No node that may be asked has an open connection; the attempts say why, node by node.
    NoHost,
    /// There is no connection to the node yet, or none was there in time; that it is down is not known.
    NotConnected,
    /// A connection could not be opened.
    Connect {
        /// What the system said, or which step of the handshake failed.
        reason: Box<str>,
    },
    /// Something answered, but not in CQL, or in none of its versions that this driver speaks.
    NotCql {
        /// What came.
        reason: Box<str>,
    },
    /// The server asks for credentials that were not given, or refuses those that were.
    Auth {
        /// What the server says.
        message: Box<str>,
    },
    /// A connection ended while the request was under way.
    Broken {
        /// Why it ended.
        reason: Box<str>,
        /// Whether the server may have got the request.
        sent: bool,
    },
    /// As many requests are in flight as the connection allows.
    Busy,
    /// The deadline of the request passed. A write may have happened, or may still, if it was sent.
    Timeout {
        /// How long it was allowed to take.
        after: Duration,
        /// Whether the server may have got the request. False if it was still waiting to be written.
        sent: bool,
    },
    /// The queue of the session's, or the profile's, [throttle](crate::policy::throttle::Throttle) is full. Nothing was sent.
    Throttled {
        /// How many requests wait.
        queued: usize,
        /// How many may.
        limit: usize,
    },
    /// The session is closed.
    Closed,
    /// The frame would be longer than the protocol allows. Nothing was sent.
    TooLarge {
        /// Its length in bytes.
        size: usize,
        /// The most that is allowed.
        limit: usize,
    },
    /// A batch has more statements than the protocol can count. Nothing was sent.
    BatchTooLong {
        /// The statements of the batch.
        statements: usize,
    },
    /// The values do not suit the statement. Nothing was sent.
    Encode(Mismatch),
    /// The columns of the answer do not suit the Rust type that they are to be read as.
    Columns(Mismatch),
    /// A cell of the answer could not be read as the Rust type.
    Decode(CellError),
    /// The number of values is not the number of bind markers. Nothing was sent.
    ValueCount {
        /// The markers of the statement.
        markers: usize,
        /// The values given.
        values: usize,
    },
    /// The driver does not do this; the text says what to do instead.
    Unsupported {
        /// What it does not do, and why.
        what: Box<str>,
    },
    /// Settings of the session that make no sense.
    Settings {
        /// Which, and why.
        what: Box<str>,
    },
    /// The bytes of an answer are not what the protocol says.
    Malformed(Unreadable),
    /// An answer that does not belong to the request.
    Unexpected {
        /// What came.
        found: Box<str>,
        /// What should have come.
        expected: &'static str,
    },
    /// The nodes did not agree on the schema in time.
    NoAgreement {
        /// How long was waited.
        after: Duration,
        /// Versions of the schema, and the nodes that have each.
        versions: Box<str>,
    },
    /// The statement was prepared for columns of other types than they have now. Prepare it again.
    StatementChanged,
    /// Too few replicas are alive. Nothing was done.
    Unavailable {
        /// The consistency level asked for.
        consistency: Consistency,
        /// Replicas that it needs.
        required: i32,
        /// Replicas known to be alive.
        alive: i32,
    },
    /// Replicas did not answer a read in time.
    ReadTimeout {
        /// The consistency level asked for.
        consistency: Consistency,
        /// Replicas that answered.
        received: i32,
        /// Replicas that it needs.
        required: i32,
        /// Whether the replica asked for the data itself answered.
        data_present: bool,
    },
    /// Replicas did not acknowledge a write in time. It may have happened, or may still.
    WriteTimeout {
        /// The consistency level asked for.
        consistency: Consistency,
        /// Replicas that acknowledged.
        received: i32,
        /// Replicas that it needs.
        required: i32,
        /// What was being written.
        write: WriteType,
    },
    /// Replicas failed to read.
    ReadFailure {
        /// The consistency level asked for.
        consistency: Consistency,
        /// Replicas that answered.
        received: i32,
        /// Replicas that it needs.
        required: i32,
        /// Replicas that failed.
        failures: i32,
        /// What the server says.
        message: Box<str>,
    },
    /// Replicas failed to write. It may have happened on others.
    WriteFailure {
        /// The consistency level asked for.
        consistency: Consistency,
        /// Replicas that acknowledged.
        received: i32,
        /// Replicas that it needs.
        required: i32,
        /// Replicas that failed.
        failures: i32,
        /// What the server says.
        message: Box<str>,
    },
    /// The server has more requests than it can handle.
    Overloaded {
        /// What the server says.
        message: Box<str>,
    },
    /// The partition gets more requests than its limit allows.
    RateLimited {
        /// What the server says.
        message: Box<str>,
    },
    /// The node is still starting.
    Bootstrapping {
        /// What the server says.
        message: Box<str>,
    },
    /// The statement is not CQL.
    Syntax {
        /// What the server says, with line and column.
        message: Box<str>,
    },
    /// The statement is CQL, but cannot be done: a name that is not there, a value of a wrong type, a rule broken.
    Invalid {
        /// What the server says.
        message: Box<str>,
    },
    /// The statement asks for a schema or configuration that is not possible.
    Config {
        /// What the server says.
        message: Box<str>,
    },
    /// The user has no right to do this.
    Unauthorized {
        /// What the server says.
        message: Box<str>,
    },
    /// The keyspace or table is there already.
    AlreadyExists {
        /// The keyspace.
        keyspace: Box<str>,
        /// The table; empty for a keyspace.
        table: Box<str>,
    },
    /// The server forgot the prepared statement again, right after it was prepared again.
    Unprepared,
    /// Another error of the server.
    Server {
        /// The protocol's code.
        code: i32,
        /// What the server says.
        message: Box<str>,
    },
}

impl ErrorKind {
    /// What the server says in its words, if that is part of it.
    pub(crate) fn message(&self) -> Option<&str> {
        use ErrorKind as Kind;
        match self {
            Kind::Auth { message }
            | Kind::ReadFailure { message, .. }
            | Kind::WriteFailure { message, .. }
            | Kind::Overloaded { message }
            | Kind::RateLimited { message }
            | Kind::Bootstrapping { message }
            | Kind::Syntax { message }
            | Kind::Invalid { message }
            | Kind::Config { message }
            | Kind::Unauthorized { message }
            | Kind::Server { message, .. } => Some(message),
            _ => None,
        }
    }
}
