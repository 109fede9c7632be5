//! How a statement is to be executed.

use std::time::Duration;

use crate::frame::Consistency;

/// How a statement is to be executed. What is `None` is the session's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// How many replicas must answer.
    pub consistency: Option<Consistency>,
    /// For conditional writes: `SERIAL` or `LOCAL_SERIAL`. The server's default is `SERIAL`.
    pub serial_consistency: Option<Consistency>,
    /// How long the request may take, all its attempts together.
    pub timeout: Option<Duration>,
    /// Rows per page. `Some(0)`: all rows in one answer.
    pub page_size: Option<u32>,
    /// The write time, in microseconds since 1970. `None`: drawn by the session, once per request, and never the
    /// same twice.
    pub timestamp: Option<i64>,
    /// Whether the statement may be sent again when it is not known whether it was executed. Reads always may.
    pub idempotent: bool,
    /// Whether the server is to record how it executes it; [`Answer::tracing_id`](crate::session::Answer::tracing_id)
    /// finds the record.
    pub tracing: bool,
}
