//! Columns of tables and views.

use std::collections::HashMap;

use crate::cluster::record::Record;
use crate::topology::{ColumnInfo, ColumnKind};

use super::types::{Types, parse};
use super::{Complaints, named};

/// The columns of each table, in the order of `SELECT *`: partition key, clustering key, static, regular; the keys in
/// their order, the others by name.
pub(super) fn by_table(
    records: &[Record<'_>],
    types: &Types,
    complaints: &mut Complaints,
) -> HashMap<String, Vec<ColumnInfo>> {
    let mut all: HashMap<String, Vec<ColumnInfo>> = HashMap::new();
    for record in records {
        if let Some(column) = column(record, types, complaints) {
            all.entry(record.text("table_name"))
                .or_default()
                .push(column);
        }
    }
    for columns in all.values_mut() {
        columns.sort_by(|a, b| (a.kind, a.position, &a.name).cmp(&(b.kind, b.position, &b.name)));
    }
    all
}

fn column(record: &Record<'_>, types: &Types, complaints: &mut Complaints) -> Option<ColumnInfo> {
    let kind = match record.text("kind").as_str() {
        "partition_key" => ColumnKind::Partition,
        "clustering" => ColumnKind::Clustering,
        "static" => ColumnKind::Static,
        "regular" => ColumnKind::Regular,
        // Columns of tables from before CQL that no statement can name.
        _ => return None,
    };
    Some(ColumnInfo {
        name: named(record, "column_name", complaints)?,
        ty: parse(&record.text("type"), &|name| types.get(name).cloned()),
        kind,
        position: record
            .read::<i32>("position")
            .and_then(|p| usize::try_from(p).ok())
            .unwrap_or(0),
        descending: record.text("clustering_order").eq_ignore_ascii_case("desc"),
    })
}
