//! What statements answer.

use std::sync::Arc;

use scylla_orm_driver::value::Column;

use crate::exec::ddl;

/// What a statement answers.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Void {
        warnings: Vec<String>,
    },
    Rows(Rows),
    /// The connection uses this keyspace from now on.
    SetKeyspace(Box<str>),
    /// What the client is told, and what everybody who registered for events is.
    SchemaChange(ddl::Applied),
}

/// Rows of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) columns: Arc<[Column]>,
    /// One cell per column; `None` is null.
    pub(crate) rows: Vec<Vec<Option<Vec<u8>>>>,
    /// There may be more, from here on.
    pub(crate) paging_state: Option<Vec<u8>>,
    pub(crate) warnings: Vec<String>,
}
