//! Keyspaces, tables and views, as `system_schema` describes them at this moment.

mod columns;
mod indexes;
mod tables;
mod types;

use std::collections::BTreeMap;

use crate::cluster::ask::Asker;
use crate::cluster::record::records;
use crate::error::Result;
use crate::topology::{KeyspaceInfo, Strategy, TableInfo};

/// Describes a keyspace and all that is in it.
pub(crate) async fn keyspace(asker: &Asker, name: &str) -> Result<Option<KeyspaceInfo>> {
    const KEYSPACE: &str = "SELECT * FROM system_schema.keyspaces WHERE keyspace_name = ?";
    let rows = asker.ask(KEYSPACE, (name,)).await?;
    let found = records(&rows).map_err(|_| asker.broken())?;
    let Some(record) = found.first() else {
        return Ok(None);
    };
    let replication: BTreeMap<String, String> = record.read("replication").unwrap_or_default();
    let types = types::read(asker, name).await?;
    let (tables, views) = tables::read(asker, name, None, &types).await?;
    Ok(Some(KeyspaceInfo {
        name: name.to_owned(),
        strategy: Strategy::parse(replication.iter().map(|(k, v)| (k.as_str(), v.as_str()))),
        durable_writes: record.read("durable_writes").unwrap_or(true),
        replication,
        tables: tables.into_iter().map(|t| (t.name.clone(), t)).collect(),
        views: views
            .into_iter()
            .map(|v| (v.table.name.clone(), v))
            .collect(),
        types,
    }))
}

/// Describes a table or a view.
pub(crate) async fn table(asker: &Asker, keyspace: &str, name: &str) -> Result<Option<TableInfo>> {
    let types = types::read(asker, keyspace).await?;
    let (mut tables, mut views) = tables::read(asker, keyspace, Some(name), &types).await?;
    Ok(tables.pop().or_else(|| views.pop().map(|view| view.table)))
}
