//! Errors by class: few enough to be counted one by one.

use super::ErrorKind;

/// What a failure belongs to, for counters and alarms. Its [`name`](ErrorClass::name) stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorClass {
    /// No connection, or one that was lost.
    Connection,
    /// The client's deadline passed.
    Timeout,
    /// Too few replicas were alive.
    Unavailable,
    /// Replicas did not answer a read in time.
    ReadTimeout,
    /// Replicas did not acknowledge a write in time.
    WriteTimeout,
    /// Replicas failed to read.
    ReadFailure,
    /// Replicas failed to write.
    WriteFailure,
    /// A server has, or the driver had, more requests than it can handle.
    Overloaded,
    /// The client's own throttle let no more requests wait.
    Throttled,
    /// A limit of requests to a partition was reached.
    RateLimited,
    /// The server did not know a prepared statement: it is prepared again.
    Unprepared,
    /// The statement is wrong: syntax, names, values, what is there already.
    Invalid,
    /// Credentials were refused, or a right is missing.
    Unauthorized,
    /// Bytes that are not what the protocol says.
    Protocol,
    /// What was asked for was wrong before it was sent, or the answer does not suit the Rust type.
    Client,
    /// Any other error of the server.
    Server,
}

impl ErrorClass {
    /// All of them, in the order in which they are declared.
    pub const ALL: [ErrorClass; 16] = [
        ErrorClass::Connection,
        ErrorClass::Timeout,
        ErrorClass::Unavailable,
        ErrorClass::ReadTimeout,
        ErrorClass::WriteTimeout,
        ErrorClass::ReadFailure,
        ErrorClass::WriteFailure,
        ErrorClass::Overloaded,
        ErrorClass::Throttled,
        ErrorClass::RateLimited,
        ErrorClass::Unprepared,
        ErrorClass::Invalid,
        ErrorClass::Unauthorized,
        ErrorClass::Protocol,
        ErrorClass::Client,
        ErrorClass::Server,
    ];

    /// What metrics and spans call it: `read_timeout`.
    pub fn name(self) -> &'static str {
        match self {
            ErrorClass::Connection => "connection",
            ErrorClass::Timeout => "timeout",
            ErrorClass::Unavailable => "unavailable",
            ErrorClass::ReadTimeout => "read_timeout",
            ErrorClass::WriteTimeout => "write_timeout",
            ErrorClass::ReadFailure => "read_failure",
            ErrorClass::WriteFailure => "write_failure",
            ErrorClass::Overloaded => "overloaded",
            ErrorClass::Throttled => "throttled",
            ErrorClass::RateLimited => "rate_limited",
            ErrorClass::Unprepared => "unprepared",
            ErrorClass::Invalid => "invalid",
            ErrorClass::Unauthorized => "unauthorized",
            ErrorClass::Protocol => "protocol",
            ErrorClass::Client => "client",
            ErrorClass::Server => "server",
        }
    }
}

impl ErrorKind {
    /// What it belongs to.
    pub fn class(&self) -> ErrorClass {
        match self {
            ErrorKind::NoContactPoint
            | ErrorKind::NoHost
            | ErrorKind::NotConnected
            | ErrorKind::Connect { .. }
            | ErrorKind::Broken { .. }
            | ErrorKind::Closed => ErrorClass::Connection,
            ErrorKind::Timeout { .. } => ErrorClass::Timeout,
            ErrorKind::Unavailable { .. } => ErrorClass::Unavailable,
            ErrorKind::ReadTimeout { .. } => ErrorClass::ReadTimeout,
            ErrorKind::WriteTimeout { .. } => ErrorClass::WriteTimeout,
            ErrorKind::ReadFailure { .. } => ErrorClass::ReadFailure,
            ErrorKind::WriteFailure { .. } => ErrorClass::WriteFailure,
            ErrorKind::Overloaded { .. } | ErrorKind::Busy => ErrorClass::Overloaded,
            ErrorKind::Throttled { .. } => ErrorClass::Throttled,
            ErrorKind::RateLimited { .. } => ErrorClass::RateLimited,
            ErrorKind::Unprepared => ErrorClass::Unprepared,
            ErrorKind::Syntax { .. }
            | ErrorKind::Invalid { .. }
            | ErrorKind::Config { .. }
            | ErrorKind::AlreadyExists { .. } => ErrorClass::Invalid,
            ErrorKind::Auth { .. } | ErrorKind::Unauthorized { .. } => ErrorClass::Unauthorized,
            ErrorKind::NotCql { .. } | ErrorKind::Malformed(_) | ErrorKind::Unexpected { .. } => {
                ErrorClass::Protocol
            }
            ErrorKind::Bootstrapping { .. }
            | ErrorKind::Server { .. }
            | ErrorKind::NoAgreement { .. } => ErrorClass::Server,
            _ => ErrorClass::Client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_place_and_a_name_of_its_own() {
        for (at, class) in ErrorClass::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, at);
            let same = ErrorClass::ALL.iter().filter(|c| c.name() == class.name());
            assert_eq!(same.count(), 1, "{class:?}");
        }
    }
}
