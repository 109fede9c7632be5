//! Keyspaces, tables and views, as `system_schema` describes them at this moment.

mod columns;
mod functions;
mod indexes;
mod sheets;
mod tables;
mod types;

use std::collections::BTreeMap;

use crate::cluster::ask::Asker;
use crate::cluster::record::Record;
use crate::error::Result;
use crate::topology::{KeyspaceInfo, Strategy, TableInfo};

use sheets::{Of, Sheets, Sorted};

/// Keyspaces, and the rows that were passed over because they make no sense.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) keyspaces: Vec<KeyspaceInfo>,
    pub(super) complaints: Complaints,
}

/// What is wrong with rows of the system tables.
pub(super) type Complaints = Vec<Box<str>>;

/// Describes a keyspace and all that is in it.
pub(crate) async fn keyspace(asker: &Asker, name: &str) -> Result<Option<KeyspaceInfo>> {
    Ok(some(asker, name).await?.keyspaces.pop())
}

/// The keyspace of that name, if it is there.
pub(super) async fn some(asker: &Asker, name: &str) -> Result<Described> {
    let sheets = Sheets::read(asker, Of::Keyspace(name)).await?;
    describe(&sheets, asker)
}

/// All keyspaces.
pub(super) async fn all(asker: &Asker) -> Result<Described> {
    let sheets = Sheets::read(asker, Of::All).await?;
    describe(&sheets, asker)
}

/// Describes a table or a view.
pub(crate) async fn table(asker: &Asker, keyspace: &str, name: &str) -> Result<Option<TableInfo>> {
    let sheets = Sheets::read(asker, Of::Table(keyspace, name)).await?;
    let mut sorted = sheets.sorted().map_err(|_| asker.broken())?;
    let mut complaints = Vec::new();
    let types = types::read(keyspace, &sorted.take("types", keyspace), &mut complaints);
    let (mut tables, mut views) = tables::read(keyspace, &mut sorted, &types, &mut complaints);
    Ok(tables.pop().or_else(|| views.pop().map(|view| view.table)))
}

fn describe(sheets: &Sheets, asker: &Asker) -> Result<Described> {
    let mut sorted = sheets.sorted().map_err(|_| asker.broken())?;
    let mut complaints = std::mem::take(&mut sorted.complaints);
    let keyspaces = sorted.keyspaces();
    let keyspaces = keyspaces
        .iter()
        .map(|record| one(record, &mut sorted, &mut complaints))
        .collect();
    Ok(Described {
        keyspaces,
        complaints,
    })
}

fn one(record: &Record<'_>, sorted: &mut Sorted<'_>, complaints: &mut Complaints) -> KeyspaceInfo {
    let name = record.text("keyspace_name");
    let replication: BTreeMap<String, String> = record.read("replication").unwrap_or_default();
    let types = types::read(&name, &sorted.take("types", &name), complaints);
    let (tables, views) = tables::read(&name, sorted, &types, complaints);
    KeyspaceInfo {
        strategy: Strategy::parse(replication.iter().map(|(k, v)| (k.as_str(), v.as_str()))),
        durable_writes: record.read("durable_writes").unwrap_or(true),
        replication,
        tables: tables.into_iter().map(|t| (t.name.clone(), t)).collect(),
        views: views
            .into_iter()
            .map(|v| (v.table.name.clone(), v))
            .collect(),
        functions: functions::read(&name, &sorted.take("functions", &name), &types, complaints),
        aggregates: functions::aggregates(
            &name,
            &sorted.take("aggregates", &name),
            &types,
            complaints,
        ),
        types,
        name,
    }
}

/// The name in that column; without one the row is passed over, which is said.
fn named(record: &Record<'_>, column: &str, complaints: &mut Complaints) -> Option<String> {
    let name: Option<String> = record.read(column).filter(|name: &String| !name.is_empty());
    if name.is_none() {
        let keyspace = record.text("keyspace_name");
        let complaint =
            format!("a row of system_schema about the keyspace `{keyspace}` has no {column}");
        complaints.push(complaint.into());
    }
    name
}
