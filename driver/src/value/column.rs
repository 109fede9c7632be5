//! A column of a result, or a bind marker of a statement.

use super::Type;

/// A column of a result, or a bind marker of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The keyspace of the table that it belongs to.
    pub keyspace: Box<str>,
    /// The table that it belongs to.
    pub table: Box<str>,
    /// Its name; for a bind marker the column's, or the marker's own.
    pub name: Box<str>,
    /// Its type.
    pub ty: Type,
}
