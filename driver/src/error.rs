//! The driver's one error type: what failed, where, for which statement, after which attempts.

mod advice;
mod attempt;
mod class;
mod display;
mod kind;
mod sent;
mod server;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

pub use attempt::{Attempt, Then};
pub use class::ErrorClass;
pub use kind::ErrorKind;

/// What the driver returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure. [`kind`](Error::kind) says what failed, for programs; its text says it for people, with the node,
/// the statement and what can be done.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    node: Option<SocketAddr>,
    shard: Option<u16>,
    statement: Option<Arc<str>>,
    attempts: Vec<Attempt>,
    /// Bytes of the request, if it was encoded: a connection that ends over a large request ends because of it.
    size: Option<usize>,
}

impl Error {
    /// An error of this kind, without a place.
    pub(crate) fn new(kind: ErrorKind) -> Error {
        Error(Box::new(Inner {
            kind,
            node: None,
            shard: None,
            statement: None,
            attempts: Vec::new(),
            size: None,
        }))
    }

    pub(crate) fn at(mut self, node: SocketAddr, shard: Option<u16>) -> Error {
        self.0.node = Some(node);
        self.0.shard = shard;
        self
    }

    pub(crate) fn of_statement(mut self, text: &Arc<str>) -> Error {
        self.0.statement = Some(text.clone());
        self
    }

    pub(crate) fn after(mut self, attempts: Vec<Attempt>) -> Error {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn of_size(mut self, size: usize) -> Error {
        self.0.size = Some(size);
        self
    }

    /// What failed.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The node that failed, or said so.
    pub fn node(&self) -> Option<SocketAddr> {
        self.0.node
    }

    /// The shard that the failing connection belongs to.
    pub fn shard(&self) -> Option<u16> {
        self.0.shard
    }

    /// The CQL text of the statement.
    pub fn statement(&self) -> Option<&str> {
        self.0.statement.as_deref()
    }

    /// All tries of the request in order, the last one included. Empty if it failed before the first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Whether a deadline passed, the client's or one of the server.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Timeout { .. }
                | ErrorKind::ReadTimeout { .. }
                | ErrorKind::WriteTimeout { .. }
        )
    }

    /// Whether too few replicas were alive.
    pub fn is_unavailable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unavailable { .. })
    }

    /// Whether no node could be reached, or the connection was lost.
    pub fn is_connection(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::NoContactPoint
                | ErrorKind::NoHost
                | ErrorKind::NotConnected
                | ErrorKind::Connect { .. }
                | ErrorKind::Broken { .. }
        )
    }

    /// Whether the server refused the statement as wrong: its syntax, its names or its values.
    pub fn is_invalid(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Syntax { .. } | ErrorKind::Invalid { .. } | ErrorKind::Config { .. }
        )
    }

    /// Whether something that was to be created is there already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self.kind(), ErrorKind::AlreadyExists { .. })
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(f, "{}", inner.kind)?;
        if let Some(node) = inner.node {
            write!(f, " (node {node}")?;
            if let Some(shard) = inner.shard {
                write!(f, ", shard {shard}")?;
            }
            f.write_str(")")?;
        }
        if let Some(statement) = &inner.statement {
            write!(f, ", in `{}`", shortened(statement))?;
        }
        self.write_attempts(f)?;
        if let Some(advice) = advice::of(&inner.kind, &inner.attempts, inner.size) {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl Error {
    /// The attempts, unless the only one is the failure itself.
    fn write_attempts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if inner.attempts.len() < 2 && inner.node.is_some() {
            return Ok(());
        }
        let failure = inner.kind.to_string();
        for (i, attempt) in inner.attempts.iter().enumerate() {
            let lead = if i == 0 { "; tried" } else { "," };
            write!(f, "{lead} {}", attempt.target)?;
            let reason = attempt.kind.to_string();
            // One that is the failure itself has been said.
            if reason != failure {
                write!(f, ": {reason}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// The text for people: it is what a `main` that returns an error, and a failed `unwrap`, print. `{:#?}` shows the parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("node", &self.0.node)
            .field("shard", &self.0.shard)
            .field("statement", &self.0.statement)
            .field("attempts", &self.0.attempts)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ErrorKind::Encode(e) | ErrorKind::Columns(e) => Some(e),
            ErrorKind::Decode(e) => Some(e),
            ErrorKind::Malformed(e) => Some(e),
            _ => None,
        }
    }
}

/// Statements can be megabytes long; an error names them, it does not repeat them.
fn shortened(text: &str) -> String {
    const ENOUGH: usize = 400;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(ENOUGH) {
        None => line,
        Some((at, _)) => format!("{} …", line.get(..at).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error, expected: &str) {
        assert_eq!(error.to_string(), expected);
    }

    fn tried(target: &str, kind: ErrorKind) -> Attempt {
        Attempt::new(target, None, kind)
    }

    fn refused() -> ErrorKind {
        ErrorKind::Connect {
            reason: "Connection refused (os error 111)".into(),
        }
    }

    #[test]
    fn says_what_where_with_which_cql_and_what_to_do() {
        let node: SocketAddr = ([10, 0, 0, 1], 9042).into();
        let error = Error::new(ErrorKind::Invalid {
            message: "unconfigured table t".into(),
        });
        let attempts = vec![tried("10.0.0.1:9042", error.kind().clone())];
        check(
            error
                .at(node, Some(3))
                .of_statement(&"SELECT *\n    FROM k.t".into())
                .after(attempts),
            "invalid: unconfigured table t (node 10.0.0.1:9042, shard 3), in `SELECT * FROM k.t`; create the table \
             first, or check the names of keyspace and table",
        );
    }

    #[test]
    fn lists_the_attempts_that_say_more() {
        let attempts = vec![tried("db1:9042", refused()), tried("db2:9042", refused())];
        check(
            Error::new(ErrorKind::NoContactPoint).after(attempts),
            "no contact point could be reached; tried db1:9042: cannot connect: Connection refused (os error 111), \
             db2:9042: cannot connect: Connection refused (os error 111); no server listens on that address and port: \
             is it running, and is 9042 its port?",
        );
    }

    #[test]
    fn knows_a_request_that_was_too_large_by_its_size() {
        let broken = || {
            Error::new(ErrorKind::Broken {
                reason: "reset".into(),
                sent: true,
            })
        };
        check(broken().of_size(1000), "connection lost: reset");
        let large = broken().of_size(20 << 20).to_string();
        assert!(large.contains("20971520 bytes"), "{large}");
        assert!(large.contains("native_transport_max_frame_size"), "{large}");
    }

    #[test]
    fn a_long_statement_is_named_not_repeated() {
        let long: Arc<str> = "x".repeat(10_000).into();
        let error = Error::new(ErrorKind::Closed).of_statement(&long);
        assert!(error.to_string().len() < 500);
        assert_eq!(error.statement(), Some(&*long));
    }
}
