//! The schema in force: keyspaces, tables, types, and the system tables that describe them.
//!
//! A [`Schema`] is immutable; a change makes another one that shares what it did not touch.

pub(crate) mod keyspace;
pub(crate) mod nodes;
pub(crate) mod system;
pub(crate) mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::Table;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// Everything that is declared, system keyspaces included.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    /// Whose texts and layouts apply.
    pub(crate) flavor: Flavor,
    /// Another one after each change, the same on every node.
    pub(crate) version: Uuid,
    pub(crate) keyspaces: BTreeMap<Box<str>, Arc<Keyspace>>,
}

impl Schema {
    /// The system keyspaces alone.
    pub(crate) fn new(flavor: Flavor) -> Self {
        Schema {
            flavor,
            version: Uuid::new_v4(),
            keyspaces: BTreeMap::new(),
        }
    }

    /// A keyspace by name.
    ///
    /// # Errors
    /// Invalid, in the server's words.
    pub(crate) fn keyspace(&self, name: &str) -> Result<&Arc<Keyspace>, Failure> {
        self.keyspaces.get(name).ok_or_else(|| {
            Failure::invalid(match self.flavor {
                Flavor::Scylla => format!("Keyspace {name} does not exist"),
                Flavor::Cassandra => format!("keyspace {name} does not exist"),
            })
        })
    }

    /// A table by name.
    ///
    /// # Errors
    /// Invalid, in the server's words, for a keyspace or table that is not there.
    pub(crate) fn table(&self, keyspace: &str, name: &str) -> Result<&Arc<Table>, Failure> {
        self.keyspace(keyspace)?.tables.get(name).ok_or_else(|| {
            Failure::invalid(match self.flavor {
                Flavor::Scylla => format!("unconfigured table {name}"),
                Flavor::Cassandra => format!("table {name} does not exist"),
            })
        })
    }
}
