//! Rows of `system_schema.columns`.

use scylla_orm_driver::value::{Timestamp, Type};

use crate::catalog::Schema;
use crate::catalog::system::schema::{all_tables, index_views, view_name};
use crate::catalog::system::sheet::Sheet;
use crate::catalog::table::{Column, ColumnKind, Index, IndexKind, Table};

pub(super) fn columns(sheet: &mut Sheet<'_>, schema: &Schema) {
    for table in all_tables(schema) {
        write(sheet, &table.keyspace, &table.name, &table.columns);
    }
    for (table, index) in index_views(schema) {
        write(
            sheet,
            &table.keyspace,
            &view_name(index),
            &view_columns(table, index),
        );
    }
}

/// The columns that were dropped, also those that came back since.
pub(super) fn dropped(sheet: &mut Sheet<'_>, schema: &Schema) {
    for table in all_tables(schema) {
        for (name, dropped) in &table.dropped {
            let kind = match dropped.column.kind {
                ColumnKind::Static => "static",
                _ => "regular",
            };
            sheet
                .line()
                .set("keyspace_name", &*table.keyspace)
                .set("table_name", &*table.name)
                .set("column_name", &**name)
                .set("dropped_time", Timestamp(dropped.at.div_euclid(1000)))
                .set("kind", kind)
                .set("type", dropped.column.ty.to_string());
        }
    }
}

fn write(sheet: &mut Sheet<'_>, keyspace: &str, table: &str, columns: &[Column]) {
    let (mut partition, mut clustering) = (0.., 0..);
    for column in columns {
        let (kind, position, order) = match column.kind {
            ColumnKind::Partition => ("partition_key", partition.next(), "none"),
            ColumnKind::Clustering if column.descending => {
                ("clustering", clustering.next(), "desc")
            }
            ColumnKind::Clustering => ("clustering", clustering.next(), "asc"),
            ColumnKind::Static => ("static", Some(-1), "none"),
            ColumnKind::Regular => ("regular", Some(-1), "none"),
        };
        sheet
            .line()
            .set("keyspace_name", keyspace)
            .set("table_name", table)
            .set("column_name", &*column.name)
            .set("clustering_order", order)
            .set("column_name_bytes", column.name.as_bytes())
            .set("kind", kind)
            .set("position", position)
            .set("type", column.ty.to_string());
    }
}

/// The columns of the view in which ScyllaDB keeps an index: what is indexed, the token of the base row, its key.
fn view_columns(table: &Table, index: &Index) -> Vec<Column> {
    let Some((_, indexed)) = table.column(&index.column) else {
        return Vec::new();
    };
    let key = |kind, name: &str, ty: Type| Column {
        id: 0,
        name: name.into(),
        ty,
        kind,
        descending: false,
    };
    let (ty, computed) = indexed_type(&indexed.ty, index.kind);
    let name = if computed {
        "coll_value"
    } else {
        &*indexed.name
    };
    let mut columns = Vec::new();
    if index.local.is_some() {
        let base = table.partition_key().iter();
        columns.extend(base.map(|c| key(ColumnKind::Partition, &c.name, c.ty.clone())));
        columns.push(key(ColumnKind::Clustering, name, ty));
    } else {
        columns.push(key(ColumnKind::Partition, name, ty));
        columns.push(key(ColumnKind::Clustering, "idx_token", Type::BigInt));
        let base = table
            .partition_key()
            .iter()
            .filter(|c| c.name != index.column);
        columns.extend(base.map(|c| key(ColumnKind::Clustering, &c.name, c.ty.clone())));
    }
    if indexed.kind != ColumnKind::Static {
        let base = table
            .clustering_key()
            .iter()
            .filter(|c| c.name != index.column);
        columns.extend(base.map(|c| key(ColumnKind::Clustering, &c.name, c.ty.clone())));
    }
    columns
}

/// The type of what is indexed, and whether that is a part of the column only.
fn indexed_type(ty: &Type, kind: IndexKind) -> (Type, bool) {
    match (kind, ty) {
        (IndexKind::Keys, Type::Map(key, _)) => (Type::clone(key), true),
        (IndexKind::Values, Type::Map(_, part) | Type::List(part) | Type::Set(part)) => {
            (Type::clone(part), true)
        }
        (IndexKind::Entries, Type::Map(key, value)) => {
            let pair = Type::Tuple(vec![Type::clone(key), Type::clone(value)]);
            (Type::Frozen(Box::new(pair)), true)
        }
        _ => (ty.clone(), false),
    }
}
