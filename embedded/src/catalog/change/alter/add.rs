//! Columns that ALTER TABLE adds: any number of them, each looked at once.

use std::collections::HashMap;

use scylla_orm_driver::value::Type;

use crate::catalog::change::alter::dropped;
use crate::catalog::definition;
use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::{Column, ColumnKind, Table};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::ColumnDefinition;

/// What the columns that a statement adds are held against.
pub(super) struct Additions {
    if_not_exists: bool,
    flavor: Flavor,
    /// The columns that are there by now.
    known: HashMap<Box<str>, ColumnKind>,
    /// Whether those outside the key are counters; nothing without any.
    counters: Option<bool>,
}

impl Additions {
    pub(super) fn to(table: &Table, if_not_exists: bool, flavor: Flavor) -> Additions {
        let columns = table.columns.iter();
        let others = table.columns.iter().any(|column| !column.is_key());
        Additions {
            if_not_exists,
            flavor,
            known: columns.map(|c| (c.name.clone(), c.kind)).collect(),
            counters: others.then(|| table.is_counter()),
        }
    }

    pub(super) fn add(
        &mut self,
        table: &mut Table,
        column: &ColumnDefinition,
        keyspace: &Keyspace,
    ) -> Result<(), Failure> {
        let (name, flavor) = (&column.name, self.flavor);
        if let Some(old) = self.known.get(name) {
            return match self.if_not_exists {
                true => Ok(()),
                false => Err(conflict(name, *old, flavor)),
            };
        }
        if column.is_static && table.clustering == 0 {
            return Err(definition::useless_static());
        }
        let ty = definition::column_type(column, keyspace, flavor)?;
        let counter = ty == Type::Counter;
        if *self.counters.get_or_insert(counter) != counter {
            return Err(definition::mixed(table, name, counter, flavor));
        }
        let kind = match column.is_static {
            true => ColumnKind::Static,
            false => ColumnKind::Regular,
        };
        let before = dropped::check(table, name, &ty, kind, flavor)?;
        let id = before.unwrap_or(table.next_column);
        self.known.insert(name.clone(), kind);
        table.columns.push(Column {
            id,
            name: name.clone(),
            ty,
            kind,
            descending: false,
        });
        table.next_column = table.next_column.max(id + 1);
        Ok(())
    }
}

fn conflict(name: &str, old: ColumnKind, flavor: Flavor) -> Failure {
    let what = match old {
        ColumnKind::Partition => "a PRIMARY KEY part",
        _ => "an existing column",
    };
    Failure::invalid(flavor.pick(
        format!("Invalid column name {name} because it conflicts with {what}"),
        format!("Column with name '{name}' already exists"),
    ))
}
