//! The errors that a server answers.

use std::fmt;

/// An error that a server answers: a code of the protocol, and a text for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) message: String,
}

/// The code of a [`Failure`], with what the protocol adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// 2000: the text is not CQL.
    Syntax,
    /// 2100: not allowed.
    Unauthorized,
    /// 2200: CQL, but not for this schema or these values.
    Invalid,
    /// 2300: settings that do not fit.
    Config,
    /// 2400: a keyspace (`table` is empty then) or a table that is there already.
    AlreadyExists { keyspace: Box<str>, table: Box<str> },
    /// 0000: the server itself failed.
    Server,
}

impl Failure {
    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Syntax, message)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Unauthorized, message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Invalid, message)
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Config, message)
    }

    pub(crate) fn server(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Server, message)
    }

    pub(crate) fn already_exists(keyspace: &str, table: &str, message: impl Into<String>) -> Self {
        let kind = FailureKind::AlreadyExists {
            keyspace: keyspace.into(),
            table: table.into(),
        };
        Failure::new(kind, message)
    }

    fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Failure {
            kind,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
