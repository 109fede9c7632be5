//! An object mapper for ScyllaDB and Apache Cassandra.

/// What generated code names. Not a part of the interface.
#[doc(hidden)]
pub mod private;

/// Columns as values: conditions, assignments, orders.
pub mod column;

/// The key rules, as types.
pub mod rules;

/// From a query to a statement's text.
pub mod cql;

/// Tables, views and columns, as the derive describes them.
pub mod table;

pub use scylla_orm_driver as driver;
