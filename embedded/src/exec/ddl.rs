//! Statements that change the schema.

use std::sync::Arc;

use crate::catalog::Schema;
use crate::failure::Failure;
use crate::parse::syntax::ddl::Ddl;

/// What a statement did to the schema.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    /// The schema from now on; the same one if nothing changed.
    pub(crate) schema: Arc<Schema>,
    /// The first one is the answer, all of them are sent to who registered. None: the answer is void.
    pub(crate) changes: Vec<Change>,
    pub(crate) warnings: Vec<String>,
}

/// One change, as events tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) verb: Verb,
    pub(crate) keyspace: Box<str>,
    pub(crate) object: Object,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Created,
    Updated,
    Dropped,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Object {
    Keyspace,
    Table(Box<str>),
    Type(Box<str>),
}

/// Applies `ddl`; names without a keyspace are of `keyspace`, the connection's.
///
/// # Errors
/// In the server's words, and nothing has changed.
pub(crate) fn apply(
    _schema: &Arc<Schema>,
    _ddl: &Ddl,
    _keyspace: Option<&str>,
) -> Result<Applied, Failure> {
    Err(Failure::server("schema changes are not supported yet"))
}
