//! The schema in force: keyspaces, tables, types, and the system tables that describe them.
//!
//! A [`Schema`] is immutable; a change makes another one that shares what it did not touch.

pub(crate) mod change;
pub(crate) mod describe;
pub(crate) mod system;

mod definition;
mod types;

pub(crate) mod keyspace;
pub(crate) mod nodes;
pub(crate) mod options;
pub(crate) mod placement;
pub(crate) mod ring;
pub(crate) mod roles;
pub(crate) mod table;
pub(crate) mod tablets;

use std::collections::BTreeMap;
use std::sync::Arc;

use scylla_orm_driver::value::Type;
use uuid::Uuid;

use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::Table;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{QualifiedName, TypeName};

/// Everything that is declared, system keyspaces included.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    /// Whose texts and layouts apply.
    pub(crate) flavor: Flavor,
    /// Another one after each change, the same on every node.
    pub(crate) version: Uuid,
    /// Whether keyspaces that do not say it have tablets.
    pub(crate) tablets: bool,
    pub(crate) keyspaces: BTreeMap<Box<str>, Arc<Keyspace>>,
}

impl Schema {
    /// The system keyspaces alone.
    pub(crate) fn new(flavor: Flavor) -> Self {
        let keyspaces = system::keyspaces(flavor);
        Schema {
            flavor,
            version: Uuid::new_v4(),
            tablets: false,
            keyspaces: keyspaces
                .into_iter()
                .map(|k| (k.name.clone(), Arc::new(k)))
                .collect(),
        }
    }

    /// A keyspace by name.
    ///
    /// # Errors
    /// Invalid, in the server's words.
    pub(crate) fn keyspace(&self, name: &str) -> Result<&Arc<Keyspace>, Failure> {
        self.keyspaces.get(name).ok_or_else(|| {
            Failure::invalid(self.flavor.pick(
                format!("Keyspace {name} does not exist"),
                format!("keyspace {name} does not exist"),
            ))
        })
    }

    /// A table by name.
    ///
    /// # Errors
    /// Invalid, in the server's words, for a keyspace or table that is not there.
    pub(crate) fn table(&self, keyspace: &str, name: &str) -> Result<&Arc<Table>, Failure> {
        self.keyspace(keyspace)?.tables.get(name).ok_or_else(|| {
            Failure::invalid(self.flavor.pick(
                format!("unconfigured table {name}"),
                format!("table {name} does not exist"),
            ))
        })
    }

    /// A table as a statement names it; without a keyspace it is of `keyspace`, the connection's.
    ///
    /// # Errors
    /// As [`Schema::table`], and if there is no keyspace at all.
    pub(crate) fn qualified_table(
        &self,
        name: &QualifiedName,
        keyspace: Option<&str>,
    ) -> Result<&Arc<Table>, Failure> {
        self.table(keyspace_of(name, keyspace)?, &name.name)
    }

    /// What a written type means; user-defined types without a keyspace are of `keyspace`.
    ///
    /// # Errors
    /// Invalid, in the server's words, for a type that is not there or cannot be.
    pub(crate) fn resolve_type(
        &self,
        name: &TypeName,
        keyspace: Option<&str>,
    ) -> Result<Type, Failure> {
        match keyspace {
            Some(keyspace) => types::resolve(name, self.keyspace(keyspace)?, self.flavor),
            None => types::resolve(name, &Keyspace::local(""), self.flavor),
        }
    }

    /// The same with `keyspace` put in, or in the place of the one of its name, and a new version.
    fn with(&self, keyspace: Keyspace) -> Schema {
        let mut keyspaces = self.keyspaces.clone();
        keyspaces.insert(keyspace.name.clone(), Arc::new(keyspace));
        self.with_keyspaces(keyspaces)
    }

    /// The same without a keyspace, and a new version.
    fn without(&self, keyspace: &str) -> Schema {
        let mut keyspaces = self.keyspaces.clone();
        keyspaces.remove(keyspace);
        self.with_keyspaces(keyspaces)
    }

    fn with_keyspaces(&self, keyspaces: BTreeMap<Box<str>, Arc<Keyspace>>) -> Schema {
        Schema {
            flavor: self.flavor,
            version: Uuid::new_v4(),
            tablets: self.tablets,
            keyspaces,
        }
    }
}

/// The keyspace of a name in a statement: its own, or `keyspace`, the connection's.
///
/// # Errors
/// Invalid, in the server's words, if there is none.
pub(crate) fn keyspace_of<'a>(
    name: &'a QualifiedName,
    keyspace: Option<&'a str>,
) -> Result<&'a str, Failure> {
    name.keyspace.as_deref().or(keyspace).ok_or_else(|| {
        Failure::invalid(
            "No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename",
        )
    })
}
