//! The errors that a server answers.

use std::fmt;
use std::time::Duration;

use scylla_orm_driver::frame::response::{ServerError, ServerErrorKind};

/// An error that a server answers: a [`ServerError`] in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ServerErrorKind,
    pub(crate) message: String,
    /// How long the server waits for replicas before it answers so.
    pub(crate) after: Duration,
}

impl Failure {
    /// 2000: the text is not CQL.
    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Failure::new(ServerErrorKind::Syntax, message)
    }

    /// 2100: not allowed.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Failure::new(ServerErrorKind::Unauthorized, message)
    }

    /// 2200: CQL, but not for this schema or these values.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Failure::new(ServerErrorKind::Invalid, message)
    }

    /// 2300: settings that do not fit.
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Failure::new(ServerErrorKind::Config, message)
    }

    /// 0000: the server itself failed.
    pub(crate) fn server(message: impl Into<String>) -> Self {
        Failure::new(ServerErrorKind::Server, message)
    }

    /// 000A: the client broke the protocol.
    pub(crate) fn protocol(message: impl Into<String>) -> Self {
        Failure::new(ServerErrorKind::Protocol, message)
    }

    /// 2400: a keyspace (`table` is empty then) or a table that is there already.
    pub(crate) fn already_exists(keyspace: &str, table: &str, message: impl Into<String>) -> Self {
        let kind = ServerErrorKind::AlreadyExists {
            keyspace: keyspace.to_owned(),
            table: table.to_owned(),
        };
        Failure::new(kind, message)
    }

    pub(crate) fn new(kind: ServerErrorKind, message: impl Into<String>) -> Self {
        Failure {
            kind,
            message: message.into(),
            after: Duration::ZERO,
        }
    }

    /// What is said when replicas have not answered for so long.
    pub(crate) fn after(self, after: Duration) -> Self {
        Failure { after, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for ServerError {
    fn from(failure: Failure) -> ServerError {
        ServerError {
            kind: failure.kind,
            message: failure.message,
        }
    }
}
