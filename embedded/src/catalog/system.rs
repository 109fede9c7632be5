//! The tables of the keyspaces `system` and `system_schema`, whose rows are made when they are read.

use crate::catalog::Schema;
use crate::catalog::nodes::View;
use crate::catalog::table::Table;

/// A row, one cell per column of its table in the order of `SELECT *`; `None` is null.
pub(crate) type Row = Vec<Option<Vec<u8>>>;

/// A table whose rows are made when they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Virtual {
    /// There are none, ever.
    Empty,
}

/// The rows of a virtual table in the order of a scan: by token, then clustering key. None for a stored table.
pub(crate) fn rows(table: &Table, schema: &Schema, view: View<'_>) -> Vec<Row> {
    let _ = (table, schema, view);
    Vec::new()
}
