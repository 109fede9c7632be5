//! What is in the database where a model's table should be.

use std::collections::BTreeMap;

use scylla_orm_driver::Session;
use scylla_orm_driver::topology::{KeyspaceInfo, TableInfo};

use crate::table::TableDef;

use super::Plan;
use super::diff;

/// What is in the database where a model's table should be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// Not even the keyspace.
    NoKeyspace,
    /// The keyspace, without anything of that name.
    Nothing,
    /// A materialized view of that name.
    View,
    /// The table.
    Table(&'a TableInfo),
}

/// Names of indexes in the keyspace, which each may be used once, and the table that each is on.
pub(super) type Taken<'a> = BTreeMap<&'a str, &'a str>;

/// Describes the table and plans what it lacks.
///
/// A table that lacks nothing, which is the usual case, is described alone. Only otherwise is the keyspace described:
/// it knows of views, and of the indexes of other tables.
pub(super) async fn plan(
    driver: &Session,
    table: &'static TableDef,
    keyspace: &str,
) -> scylla_orm_driver::Result<Plan> {
    if let Some(info) = driver.describe_table(keyspace, table.table).await? {
        let plan = diff::plan(table, keyspace, Found::Table(&info), &Taken::new());
        if plan.is_empty() {
            return Ok(plan);
        }
    }
    let info = driver.describe_keyspace(keyspace).await?;
    let taken = info.as_ref().map(taken).unwrap_or_default();
    Ok(diff::plan(
        table,
        keyspace,
        found(info.as_ref(), table.table),
        &taken,
    ))
}

fn found<'a>(keyspace: Option<&'a KeyspaceInfo>, table: &str) -> Found<'a> {
    let Some(keyspace) = keyspace else {
        return Found::NoKeyspace;
    };
    match keyspace.tables.get(table) {
        Some(info) => Found::Table(info),
        None if keyspace.views.contains_key(table) => Found::View,
        None => Found::Nothing,
    }
}

fn taken(keyspace: &KeyspaceInfo) -> Taken<'_> {
    let mut taken = Taken::new();
    for table in keyspace.tables.values() {
        for index in &table.indexes {
            taken.insert(&index.name, &table.name);
        }
    }
    taken
}
