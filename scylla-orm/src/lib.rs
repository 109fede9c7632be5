//! An object mapper for ScyllaDB and Apache Cassandra.

/// What generated code names. Not a part of the interface.
#[doc(hidden)]
pub mod private;

/// What a model can do: the verbs.
pub mod model;

/// Reads: typed queries, and those put together at run time.
pub mod query;

/// Writes: insert, save, update, delete, and rows that remember what was read.
pub mod write;

/// The futures of the verbs.
pub mod exec;

/// Columns as values: conditions, assignments, orders.
pub mod column;

/// The key rules, as types.
pub mod rules;

/// From a query to a statement's text.
pub mod cql;

/// Tables, views and columns, as the derive describes them.
pub mod table;

/// The session, and which one a statement runs on.
pub mod connection;

/// The crate's one error type.
pub mod error;

pub use connection::Session;
pub use error::{Error, ErrorKind, Result};
pub use scylla_orm_driver as driver;

/// What most programs need: `use scylla_orm::prelude::*;`.
pub mod prelude {
    pub use scylla_orm_derive::{CqlEnum, Model};
    pub use scylla_orm_driver::value::Counter;

    pub use crate::connection::Session;
    pub use crate::exec::Lwt;
    pub use crate::model::Model;
    pub use crate::query::{Query, Select};
    pub use crate::write::Tracked;
}
