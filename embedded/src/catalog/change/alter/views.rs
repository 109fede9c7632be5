//! What ALTER TABLE does to the materialized views of the table, and what they keep it from.

use std::collections::HashMap;

use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::{Column, ColumnKind, Table};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Name, Target};

/// Refuses to drop a column that a view needs: on Cassandra any, if there are views.
pub(super) fn check_drop(
    keyspace: &Keyspace,
    table: &Table,
    column: &str,
    flavor: Flavor,
) -> Result<(), Failure> {
    let Some((_, found)) = table.column(column).filter(|(_, c)| !c.is_key()) else {
        return Ok(());
    };
    // Columns that a view does not show keep its rows there, unless one of its key's own does.
    let needs = |view: &&std::sync::Arc<Table>| {
        let shows = view.columns.iter().any(|c| c.id == found.id);
        flavor == Flavor::Cassandra
            || shows
            || view.view.as_ref().is_some_and(|v| v.extra.is_none())
    };
    match keyspace.views_of(&table.name).find(needs) {
        None => Ok(()),
        Some(view) => Err(Failure::invalid(flavor.pick(
            format!(
                "Cannot drop column {column} from base table {}.{}: materialized view {} needs this column",
                table.keyspace, table.name, view.name
            ),
            format!(
                "Cannot drop column {column} on base table {} with materialized views",
                table.name
            ),
        ))),
    }
}

/// Refuses options that views of the table do not allow.
pub(super) fn check_options(keyspace: &Keyspace, table: &Table) -> Result<(), Failure> {
    let has_views = keyspace.views_of(&table.name).next().is_some();
    match has_views && table.options.text("gc_grace_seconds") == Some("0") {
        true => Err(Failure::invalid(
            "Cannot alter gc_grace_seconds of the base table of a materialized view to 0, since this value is used to \
             TTL undelivered updates. Setting gc_grace_seconds too low might cause undelivered updates to expire \
             before being replayed.",
        )),
        false => Ok(()),
    }
}

/// The keyspace with `table` in the place of what it was `before`, and its views changed alike.
pub(super) fn follow(keyspace: &Keyspace, before: &Table, table: Table) -> Keyspace {
    let mut changed = keyspace.clone();
    let before: HashMap<u32, &Column> = before.columns.iter().map(|c| (c.id, c)).collect();
    for old in keyspace.views_of(&table.name) {
        let mut view = Table::clone(old);
        for column in &table.columns {
            match before.get(&column.id) {
                // As most of them.
                Some(known) if **known == *column => {}
                Some(known) => rename_and_retype(&mut view, known, column),
                None => add(&mut view, column),
            }
        }
        view.sort_columns();
        changed = changed.with(view);
    }
    changed.with(table)
}

fn rename_and_retype(view: &mut Table, before: &Column, after: &Column) {
    if let Some(column) = view.columns.iter_mut().find(|c| c.id == after.id) {
        column.name = after.name.clone();
        column.ty = after.ty.clone();
    }
    let Some(of) = &mut view.view else {
        return;
    };
    for relation in &mut of.relations {
        let rename = |name: &mut Name| {
            if *name == before.name {
                *name = after.name.clone();
            }
        };
        match &mut relation.target {
            Target::Column(name) | Target::Element(name, _) | Target::Field(name, _) => {
                rename(name);
            }
            Target::Tuple(names) | Target::Token(names) => names.iter_mut().for_each(rename),
        }
    }
}

/// A view of all columns gets each new one.
fn add(view: &mut Table, column: &Column) {
    let includes_all = view.view.as_ref().is_some_and(|of| of.includes_all);
    if includes_all && column.kind == ColumnKind::Regular {
        view.columns.push(column.clone());
    }
}
