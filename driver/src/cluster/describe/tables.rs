//! Tables and materialized views.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::cluster::ask::Asker;
use crate::cluster::record::{Record, records};
use crate::error::Result;
use crate::frame::response::Rows;
use crate::topology::{ColumnInfo, IndexInfo, TableInfo, ViewInfo};
use crate::value::Value;

use super::types::Types;
use super::{columns, indexes};

/// What is not an option, although it stands among them.
const NOT_OPTIONS: [&str; 10] = [
    "keyspace_name",
    "table_name",
    "view_name",
    "id",
    "flags",
    "extensions",
    "base_table_id",
    "base_table_name",
    "include_all_columns",
    "where_clause",
];

/// All tables and views of a keyspace, or the one of that name.
pub(super) async fn read(
    asker: &Asker,
    keyspace: &str,
    only: Option<&str>,
    types: &Types,
) -> Result<(Vec<TableInfo>, Vec<ViewInfo>)> {
    let broken = |_| asker.broken();
    let tables = select(asker, "tables", "table_name", keyspace, only).await?;
    let views = select(asker, "views", "view_name", keyspace, only).await?;
    let all_columns = select(asker, "columns", "table_name", keyspace, only).await?;
    // All of the keyspace: a view that backs an index of another table is known by that index alone.
    let all_indexes = select(asker, "indexes", "table_name", keyspace, None).await?;

    let all_indexes = records(&all_indexes).map_err(broken)?;
    let backing: HashSet<String> = all_indexes
        .iter()
        .map(|index| format!("{}_index", index.text("index_name")))
        .collect();
    let all_columns = records(&all_columns).map_err(broken)?;
    let mut parts = Parts {
        keyspace,
        columns: columns::by_table(&all_columns, types),
        indexes: indexes::by_table(&all_indexes),
    };
    let tables = records(&tables).map_err(broken)?;
    let views = records(&views).map_err(broken)?;
    Ok((
        tables
            .iter()
            .map(|record| parts.table(record, record.text("table_name")))
            .collect(),
        views
            .iter()
            .filter(|record| !backing.contains(&record.text("view_name")))
            .map(|record| parts.view(record))
            .collect(),
    ))
}

async fn select(
    asker: &Asker,
    table: &str,
    name_column: &str,
    keyspace: &str,
    only: Option<&str>,
) -> Result<Rows> {
    let all = format!("SELECT * FROM system_schema.{table} WHERE keyspace_name = ?");
    match only {
        None => asker.ask(&all, (keyspace,)).await,
        Some(name) => {
            asker
                .ask(&format!("{all} AND {name_column} = ?"), (keyspace, name))
                .await
        }
    }
}

/// What tables are put together from.
struct Parts<'a> {
    keyspace: &'a str,
    columns: HashMap<String, Vec<ColumnInfo>>,
    indexes: HashMap<String, Vec<IndexInfo>>,
}

impl Parts<'_> {
    fn table(&mut self, record: &Record<'_>, name: String) -> TableInfo {
        TableInfo {
            keyspace: self.keyspace.to_owned(),
            id: record.read("id"),
            columns: self.columns.remove(&name).unwrap_or_default(),
            indexes: self.indexes.remove(&name).unwrap_or_default(),
            options: options(record),
            name,
        }
    }

    fn view(&mut self, record: &Record<'_>) -> ViewInfo {
        ViewInfo {
            table: self.table(record, record.text("view_name")),
            base: record.text("base_table_name"),
            filter: record.text("where_clause"),
            all_columns: record.read("include_all_columns").unwrap_or(false),
        }
    }
}

/// The options with their values as CQL literals.
fn options(record: &Record<'_>) -> BTreeMap<String, String> {
    record
        .present()
        .filter(|(column, _)| !NOT_OPTIONS.contains(&&*column.name))
        .filter_map(|(column, cell)| {
            let value = Value::decode(&column.ty, Some(cell)).ok()??;
            Some((column.name.to_string(), value.to_string()))
        })
        .collect()
}
