//! A column of a result, or a bind marker of a statement.

use std::sync::Arc;

use super::Type;

/// A column of a result, or a bind marker of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The keyspace of the table that it belongs to. Shared by the columns of a table.
    pub keyspace: Arc<str>,
    /// The table that it belongs to.
    pub table: Arc<str>,
    /// Its name; for a bind marker the column's, or the marker's own.
    pub name: Box<str>,
    /// Its type.
    pub ty: Type,
}
