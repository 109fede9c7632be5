//! A keyspace: its replication, tables and types.

use std::collections::BTreeMap;
use std::sync::Arc;

use scylla_orm_driver::value::UserType;

use crate::catalog::table::Table;

/// A keyspace and what is declared in it.
#[derive(Debug, Clone)]
pub(crate) struct Keyspace {
    pub(crate) name: Box<str>,
    pub(crate) replication: Replication,
    pub(crate) durable_writes: bool,
    pub(crate) tables: BTreeMap<Box<str>, Arc<Table>>,
    pub(crate) types: BTreeMap<Box<str>, Arc<UserType>>,
}

/// Where copies of a partition live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Replication {
    /// On every node by itself: the system keyspaces.
    Local,
    /// On this many nodes of the ring, whatever their data centre.
    Simple(usize),
    /// On this many nodes of each data centre.
    NetworkTopology(BTreeMap<Box<str>, usize>),
}
