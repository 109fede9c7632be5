//! What a sync refuses.

use std::fmt;

use scylla_orm_driver::value::Type;

mod words;

/// Something that cannot be made what the model says without losing data, or at all. Shown as text, it says why, and
/// what can be done instead.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such keyspace.
    NoKeyspace {
        /// Its name.
        keyspace: String,
    },
    /// The name is that of a materialized view.
    View,
    /// The primary key has other columns, or another order of them.
    Key {
        /// The table's, in CQL.
        found: String,
        /// The model's, in CQL.
        declared: String,
    },
    /// A clustering column is sorted the other way.
    Order {
        /// The column.
        column: &'static str,
        /// Whether it is descending in the model, and so ascending in the table.
        declared: bool,
    },
    /// A column has another type.
    Type {
        /// The column.
        column: &'static str,
        /// Its type in the table.
        found: Type,
        /// Its type in the model.
        declared: Type,
        /// Whether it is a part of the primary key.
        key: bool,
    },
    /// A column is static in one, and not in the other.
    Static {
        /// The column.
        column: &'static str,
        /// Whether it is static in the model, and so not in the table.
        declared: bool,
    },
    /// A column that is missing cannot be added, because outside its key a table has only counters, or none.
    Counter {
        /// The column.
        column: &'static str,
        /// Whether it is a counter in the model, and so the table has none.
        declared: bool,
    },
    /// The column cannot have an index, because its type has a duration in it.
    Duration {
        /// The column.
        column: &'static str,
    },
    /// The name of an index that is missing is taken by another one in the keyspace.
    IndexName {
        /// The column that the index would be on.
        column: &'static str,
        /// The name.
        index: String,
        /// The table whose index has it.
        taken_by: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::reason(self, f)?;
        f.write_str("; ")?;
        words::way_out(self, f)
    }
}
