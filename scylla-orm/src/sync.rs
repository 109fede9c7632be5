//! The schema: a plan of what a model's table lacks, and the steps of it that lose nothing.
//!
//! [`sync_table`] compares a model with its table and adds what is missing: the table itself,
//! columns, indexes. Everything else it refuses, with the reason and the way out, and then it does nothing at all.
//! Columns and indexes that the model does not know are left alone. [`plan_table`] shows the
//! same without doing it.
//!
//! ```no_run
//! use scylla_orm::prelude::*;
//!
//! # #[derive(Model)]
//! # #[cql(keyspace = "climate")]
//! # struct Observation { #[cql(partition_key)] station: String }
//! # async fn run(session: &Session) -> scylla_orm::Result<()> {
//! create_keyspace("climate", Replication::network([("dc1", 3)])).on(session).await?;
//! println!("{}", plan_table::<Observation>().on(session).await?);
//! println!("{}", sync_table::<Observation>().on(session).await?);
//! # Ok(())
//! # }
//! ```
//!
//! Several processes may do this at once: each step is one that the server does once, and after each refusal by the
//! server the table is read again. On Cassandra before 6, though, two nodes that create the same table at the same
//! time can end up with two of it; there, let one process create the tables.

use crate::table::Writable;

mod apply;
mod ddl;
mod diff;
mod found;
mod keyspace;
mod plan;
mod refusal;
mod replication;
mod report;
mod run;
mod stored;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use keyspace::{CreateKeyspace, DropKeyspace, KeyspaceReport};
pub use plan::{Plan, Step, Untouched};
pub use refusal::Refusal;
pub use replication::Replication;
pub use report::Report;
pub use table::{PlanTable, SyncTable};

/// Creates the table of a model, or adds to it the columns and indexes that it lacks. It never changes or drops
/// anything: see [`SyncTable`].
pub fn sync_table<M: Writable>() -> SyncTable<'static> {
    SyncTable::new(M::definition())
}

/// What [`sync_table`] would do, and what it would refuse, without doing it.
pub fn plan_table<M: Writable>() -> PlanTable<'static> {
    PlanTable::new(M::definition())
}

/// Creates a keyspace, unless it is there: see [`CreateKeyspace`].
pub fn create_keyspace(
    name: impl Into<String>,
    replication: Replication,
) -> CreateKeyspace<'static> {
    CreateKeyspace::new(name.into(), replication)
}

/// Drops a keyspace with all its tables and their data, if that is allowed by name: see [`DropKeyspace`].
pub fn drop_keyspace(name: impl Into<String>) -> DropKeyspace<'static> {
    DropKeyspace::new(name.into())
}
