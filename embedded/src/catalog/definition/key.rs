//! The primary key of a table to be made: which columns, which types, which order.

use std::collections::{HashMap, HashSet};

use scylla_orm_driver::value::Type;

use crate::catalog::definition::{Declared, Definition};
use crate::catalog::table::{Column, ColumnKind, is_multi_cell};
use crate::catalog::types;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::PrimaryKey;
use crate::parse::syntax::{Direction, Name};

impl Definition<'_> {
    fn invalid<T>(&self, scylla: String, cassandra: String) -> Result<T, Failure> {
        Err(Failure::invalid(self.flavor.pick(scylla, cassandra)))
    }

    pub(super) fn primary_key<'k>(
        &self,
        keys: &'k [PrimaryKey],
    ) -> Result<&'k PrimaryKey, Failure> {
        let table = self.name;
        match keys {
            [key] => Ok(key),
            [] => self.invalid(
                "No PRIMARY KEY specified (exactly one required)".to_owned(),
                format!("No PRIMARY KEY specifed for table '{table}' (exactly one required)"),
            ),
            _ => self.invalid(
                "Multiple PRIMARY KEYs specified (exactly one required)".to_owned(),
                format!(
                    "Multiple PRIMARY KEYs specified for table '{table}' (exactly one required)"
                ),
            ),
        }
    }

    /// The partition key, then the clustering key.
    pub(super) fn key_columns(&self, key: &PrimaryKey) -> Result<Vec<Column>, Failure> {
        let partition = key
            .partition
            .iter()
            .map(|name| (name, ColumnKind::Partition));
        let clustering = key
            .clustering
            .iter()
            .map(|name| (name, ColumnKind::Clustering));
        let declared = self
            .columns
            .iter()
            .map(|declared| (&declared.name, declared));
        let declared: HashMap<&Name, &Declared> = declared.collect();
        let (mut columns, mut names) = (Vec::new(), HashSet::new());
        for (name, kind) in partition.chain(clustering) {
            let Some(declared) = declared.get(name) else {
                return self.unknown_key(name);
            };
            if !names.insert(name) {
                return match self.flavor {
                    Flavor::Scylla => self.unknown_key(name),
                    Flavor::Cassandra => Err(Failure::invalid(format!(
                        "Duplicate column '{name}' in PRIMARY KEY clause for table '{}'",
                        self.name
                    ))),
                };
            }
            self.check_key(declared)?;
            columns.push(Column {
                id: 0,
                name: name.clone(),
                ty: declared.ty.clone(),
                kind,
                descending: false,
            });
        }
        Ok(columns)
    }

    fn unknown_key<T>(&self, name: &str) -> Result<T, Failure> {
        self.invalid(
            format!("Unknown definition {name} referenced in PRIMARY KEY"),
            format!(
                "Unknown column '{name}' referenced in PRIMARY KEY for table '{}'",
                self.name
            ),
        )
    }

    fn check_key(&self, column: &Declared) -> Result<(), Failure> {
        let (name, ty) = (&column.name, &column.ty);
        if is_multi_cell(ty) {
            let what = match ty {
                Type::User(_) => "user-defined",
                _ => "collection",
            };
            return self.invalid(
                format!("Invalid non-frozen {what} type for PRIMARY KEY component {name}"),
                format!("Invalid non-frozen {what} type {ty} for PRIMARY KEY column '{name}'"),
            );
        }
        for (unfit, what) in [(Type::Counter, "counter"), (Type::Duration, "duration")] {
            if types::contains(ty, &|inner| *inner == unfit) {
                return self.invalid(
                    format!("{what} type is not supported for PRIMARY KEY part {name}"),
                    format!("{what} type is not supported for PRIMARY KEY column '{name}'"),
                );
            }
        }
        if column.is_static {
            return self.invalid(
                format!("Static column {name} cannot be part of the PRIMARY KEY"),
                format!("Static column '{name}' cannot be part of the PRIMARY KEY"),
            );
        }
        Ok(())
    }

    /// CLUSTERING ORDER BY names the clustering columns from the first one on, in their order.
    pub(super) fn order(
        &self,
        columns: &mut [Column],
        key: &PrimaryKey,
        order: &[(Name, Direction)],
    ) -> Result<(), Failure> {
        if order.len() > key.clustering.len() {
            return self.invalid(
                "Only clustering key columns can be defined in CLUSTERING ORDER directive"
                    .to_owned(),
                "Only clustering columns can be defined in CLUSTERING ORDER directive".to_owned(),
            );
        }
        let columns = columns.iter_mut().skip(key.partition.len());
        for ((name, direction), column) in order.iter().zip(columns) {
            let expected = &column.name;
            if name == expected {
                column.descending = *direction == Direction::Descending;
            } else if order.iter().any(|(other, _)| other == expected) {
                return self.invalid(
                    format!(
                        "The order of columns in the CLUSTERING ORDER directive must be the one of the \
                         clustering key ({expected} must appear before {name})"
                    ),
                    format!(
                        "The order of columns in the CLUSTERING ORDER directive must match that of the \
                         clustering columns ({expected} must appear before {name})"
                    ),
                );
            } else {
                let missing = format!("Missing CLUSTERING ORDER for column {expected}");
                return Err(Failure::invalid(missing));
            }
        }
        Ok(())
    }
}
