//! What applications hold: prepare, execute, query, batch, page, close.

/// A connection to a cluster.
#[derive(Debug, Clone)]
pub struct Session {}

/// Settings of a session that is to be opened.
#[derive(Debug, Clone, Default)]
pub struct SessionBuilder {}
