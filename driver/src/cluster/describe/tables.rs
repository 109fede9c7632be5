//! Tables and materialized views.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::cluster::record::Record;
use crate::topology::{ColumnInfo, IndexInfo, TableInfo, ViewInfo};
use crate::value::Value;

use super::sheets::Sorted;
use super::types::Types;
use super::{Complaints, columns, indexes, named};

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

/// The tables and views of a keyspace that are described in `sorted`.
pub(super) fn read(
    keyspace: &str,
    sorted: &mut Sorted<'_>,
    types: &Types,
    complaints: &mut Complaints,
) -> (Vec<TableInfo>, Vec<ViewInfo>) {
    let all_indexes = sorted.take("indexes", keyspace);
    let backing: HashSet<String> = all_indexes
        .iter()
        .map(|index| format!("{}_index", index.text("index_name")))
        .collect();
    let all_columns = sorted.take("columns", keyspace);
    let mut parts = Parts {
        keyspace,
        columns: columns::by_table(&all_columns, types, complaints),
        indexes: indexes::by_table(&all_indexes, complaints),
    };
    let tables = sorted.take("tables", keyspace);
    let views = sorted.take("views", keyspace);
    (
        tables
            .iter()
            .filter_map(|r| Some(parts.table(r, named(r, "table_name", complaints)?)))
            .collect(),
        views
            .iter()
            .filter(|record| !backing.contains(&record.text("view_name")))
            .filter_map(|r| Some(parts.view(r, named(r, "view_name", complaints)?)))
            .collect(),
    )
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

    fn view(&mut self, record: &Record<'_>, name: String) -> ViewInfo {
        ViewInfo {
            table: self.table(record, name),
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
