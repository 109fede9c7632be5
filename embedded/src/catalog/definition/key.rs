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

/// The one primary key of the statement for the table that errors call `table`.
///
/// # Errors
/// None, or several, in the server's words.
pub(super) fn only<'k>(
    keys: &'k [PrimaryKey],
    table: &str,
    flavor: Flavor,
) -> Result<&'k PrimaryKey, Failure> {
    let (scylla, cassandra) = match keys {
        [key] => return Ok(key),
        [] => ("No PRIMARY KEY specified", "No PRIMARY KEY specifed"),
        _ => (
            "Multiple PRIMARY KEYs specified",
            "Multiple PRIMARY KEY specified",
        ),
    };
    Err(Failure::invalid(flavor.pick(
        format!("{scylla} (exactly one required)"),
        format!("{cassandra} for table '{table}' (exactly one required)"),
    )))
}

impl Definition {
    fn invalid<T>(&self, scylla: String, cassandra: String) -> Result<T, Failure> {
        Err(Failure::invalid(self.flavor.pick(scylla, cassandra)))
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
                        self.short_name()
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
                self.short_name()
            ),
        )
    }

    /// The table's name without its keyspace.
    fn short_name(&self) -> &str {
        self.shown.rsplit('.').next().unwrap_or_default()
    }

    fn check_key(&self, column: &Declared) -> Result<(), Failure> {
        let (name, ty) = (&column.name, &column.ty);
        if is_multi_cell(ty) {
            let what = match ty {
                Type::User(_) => "user-defined",
                _ => "collection",
            };
            let shown = match ty {
                Type::User(user) => format!("\"{}.{}\"", user.keyspace, user.name),
                ty => ty.to_string(),
            };
            return self.invalid(
                format!("Invalid non-frozen {what} type for PRIMARY KEY component {name}"),
                format!("Invalid non-frozen {what} type {shown} for PRIMARY KEY column '{name}'"),
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
        let others: Vec<&str> = order
            .iter()
            .filter(|(name, _)| !key.clustering.contains(name))
            .map(|(name, _)| &**name)
            .collect();
        if self.flavor == Flavor::Cassandra && !others.is_empty() {
            return Err(Failure::invalid(format!(
                "Only clustering key columns can be defined in CLUSTERING ORDER directive: [{}] are not clustering \
                 columns",
                others.join(", ")
            )));
        }
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
