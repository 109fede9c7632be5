//! A keyspace: its replication, tables and types.

use std::collections::BTreeMap;
use std::sync::Arc;

use scylla_orm_driver::value::UserType;

use crate::catalog::table::Table;

/// Where the classes of replication live in Java, and so in `system_schema.keyspaces` of both servers.
const LOCATOR: &str = "org.apache.cassandra.locator.";

/// A keyspace and what is declared in it.
#[derive(Debug, Clone)]
pub(crate) struct Keyspace {
    pub(crate) name: Box<str>,
    pub(crate) replication: Replication,
    pub(crate) durable_writes: bool,
    /// How many tablets a new table gets; 0 lets the server choose. Without it, tables follow the ring.
    pub(crate) tablets: Option<usize>,
    pub(crate) tables: BTreeMap<Box<str>, Arc<Table>>,
    pub(crate) types: BTreeMap<Box<str>, Arc<UserType>>,
}

/// Where copies of a partition live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Replication {
    /// On every node by itself: the system keyspaces.
    Local,
    /// On every node (ScyllaDB).
    Everywhere,
    /// On this many nodes of the ring, whatever their data centre.
    Simple(usize),
    /// On this many nodes of each data centre.
    NetworkTopology(BTreeMap<Box<str>, usize>),
}

impl Keyspace {
    /// An empty keyspace of every node's own.
    pub(crate) fn local(name: &str) -> Self {
        Keyspace {
            name: name.into(),
            replication: Replication::Local,
            durable_writes: true,
            tablets: None,
            tables: BTreeMap::new(),
            types: BTreeMap::new(),
        }
    }

    /// Whether it belongs to the server, so that users cannot change it.
    pub(crate) fn is_system(&self) -> bool {
        is_system(&self.name)
    }

    /// The same with `table` put in, or in the place of the one of its name.
    pub(crate) fn with(&self, table: Table) -> Keyspace {
        let mut keyspace = self.clone();
        keyspace.tables.insert(table.name.clone(), Arc::new(table));
        keyspace
    }

    /// The materialized views of a table.
    pub(crate) fn views_of(&self, base: &str) -> impl Iterator<Item = &Arc<Table>> {
        let is_of = move |table: &&Arc<Table>| {
            let view = table.view.as_ref();
            view.is_some_and(|view| *view.base == *base)
        };
        self.tables.values().filter(is_of)
    }

    /// The table that an index belongs to.
    pub(crate) fn table_of_index(&self, index: &str) -> Option<&Arc<Table>> {
        let has = |table: &&Arc<Table>| table.indexes.iter().any(|i| &*i.name == index);
        self.tables.values().find(has)
    }
}

/// Whether a keyspace of this name belongs to the server.
pub(crate) fn is_system(keyspace: &str) -> bool {
    let keyspace = keyspace.to_ascii_lowercase();
    keyspace == "system" || keyspace.starts_with("system_")
}

impl Replication {
    /// As `system_schema.keyspaces.replication` tells it.
    pub(crate) fn options(&self) -> BTreeMap<String, String> {
        let class = match self {
            Replication::Local => "LocalStrategy",
            Replication::Everywhere => "EverywhereStrategy",
            Replication::Simple(_) => "SimpleStrategy",
            Replication::NetworkTopology(_) => "NetworkTopologyStrategy",
        };
        let mut options = BTreeMap::from([("class".to_owned(), format!("{LOCATOR}{class}"))]);
        match self {
            Replication::Local | Replication::Everywhere => {}
            Replication::Simple(factor) => {
                options.insert("replication_factor".to_owned(), factor.to_string());
            }
            Replication::NetworkTopology(factors) => {
                let factors = factors
                    .iter()
                    .map(|(dc, factor)| (dc.to_string(), factor.to_string()));
                options.extend(factors);
            }
        }
        options
    }
}
