//! Rows of `system_schema`, but for its columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scylla_orm_driver::value::{Ident, Type};

use crate::catalog::Schema;
use crate::catalog::keyspace::Keyspace;
use crate::catalog::system::declarations::VIRTUAL;
use crate::catalog::system::sheet::{Line, Sheet};
use crate::catalog::table::{Index, IndexKind, Table};
use crate::flavor::Flavor;
use crate::parse::show;

pub(super) fn keyspaces(sheet: &mut Sheet<'_>, schema: &Schema) {
    for keyspace in listed(schema) {
        sheet
            .line()
            .set("keyspace_name", &*keyspace.name)
            .set("durable_writes", keyspace.durable_writes)
            .set("replication", keyspace.replication.options());
    }
}

/// Only keyspaces with tablets, or with storage of their own, have a row here.
pub(super) fn scylla_keyspaces(sheet: &mut Sheet<'_>, schema: &Schema) {
    for keyspace in listed(schema) {
        if let Some(initial) = keyspace.tablets {
            sheet.line().set("keyspace_name", &*keyspace.name).set(
                "initial_tablets",
                i32::try_from(initial).unwrap_or(i32::MAX),
            );
        }
    }
}

pub(super) fn tables(sheet: &mut Sheet<'_>, schema: &Schema) {
    for table in all_tables(schema).filter(|table| table.view.is_none()) {
        let mut line = sheet.line();
        line.set("keyspace_name", &*table.keyspace)
            .set("table_name", &*table.name);
        options(&mut line, table);
        let mut flags = BTreeSet::from(["compound".to_owned()]);
        if table.is_counter() {
            flags.insert("counter".to_owned());
        }
        line.set("flags", flags);
    }
}

pub(super) fn scylla_tables(sheet: &mut Sheet<'_>, schema: &Schema) {
    for table in all_tables(schema) {
        sheet
            .line()
            .set("keyspace_name", &*table.keyspace)
            .set("table_name", &*table.name)
            .set("committed_by_group0", true)
            .set("version", table.id);
    }
}

/// The materialized views; ScyllaDB keeps each index in one as well.
pub(super) fn views(sheet: &mut Sheet<'_>, schema: &Schema) {
    for table in all_tables(schema) {
        let Some(view) = &table.view else {
            continue;
        };
        let mut line = sheet.line();
        line.set("keyspace_name", &*table.keyspace)
            .set("view_name", &*table.name)
            .set("base_table_id", view.base_id)
            .set("base_table_name", &*view.base)
            .set("include_all_columns", view.includes_all)
            .set("where_clause", show::relations(&view.relations));
        options(&mut line, table);
    }
    for (table, index) in index_views(schema) {
        let mut line = sheet.line();
        let filter = match index.kind {
            IndexKind::Value | IndexKind::Full => format!("{} IS NOT NULL", Ident(&index.column)),
            _ => String::new(),
        };
        line.set("keyspace_name", &*table.keyspace)
            .set("view_name", view_name(index))
            .set("base_table_id", table.id)
            .set("base_table_name", &*table.name)
            .set("include_all_columns", false)
            .set("where_clause", filter);
        options(&mut line, table);
    }
}

pub(super) fn built_views(sheet: &mut Sheet<'_>, schema: &Schema) {
    for table in all_tables(schema).filter(|table| table.view.is_some()) {
        sheet
            .line()
            .set("keyspace_name", &*table.keyspace)
            .set("view_name", &*table.name)
            .set("status_replicated", true);
    }
    for (table, index) in index_views(schema) {
        sheet
            .line()
            .set("keyspace_name", &*table.keyspace)
            .set("view_name", view_name(index));
    }
}

pub(super) fn indexes(sheet: &mut Sheet<'_>, schema: &Schema) {
    for table in all_tables(schema) {
        for index in &table.indexes {
            let mut options: BTreeMap<String, String> = BTreeMap::new();
            options.extend(
                index
                    .options
                    .iter()
                    .map(|(k, v)| (k.to_string(), v.to_string())),
            );
            options.insert("target".to_owned(), target(index));
            if let Some(class) = &index.class {
                options.insert("class_name".to_owned(), class.to_string());
            }
            let kind = if index.class.is_some() {
                "CUSTOM"
            } else {
                "COMPOSITES"
            };
            sheet
                .line()
                .set("keyspace_name", &*table.keyspace)
                .set("table_name", &*table.name)
                .set("index_name", &*index.name)
                .set("kind", kind)
                .set("options", options);
        }
    }
}

pub(super) fn types(sheet: &mut Sheet<'_>, schema: &Schema) {
    for keyspace in schema.keyspaces.values() {
        for user in keyspace.types.values() {
            let names = user.fields.iter().map(|(name, _)| name.to_string());
            let types = user.fields.iter().map(|(_, ty)| ty.to_string());
            sheet
                .line()
                .set("keyspace_name", &*keyspace.name)
                .set("type_name", &*user.name)
                .set("field_names", names.collect::<Vec<_>>())
                .set("field_types", types.collect::<Vec<_>>());
        }
    }
}

/// The keyspaces that `system_schema` lists.
fn listed(schema: &Schema) -> impl Iterator<Item = &Arc<Keyspace>> {
    let keyspaces = schema.keyspaces.values();
    keyspaces.filter(|keyspace| &*keyspace.name != VIRTUAL)
}

/// The tables of all keyspaces that it lists.
pub(super) fn all_tables(schema: &Schema) -> impl Iterator<Item = &Arc<Table>> {
    listed(schema).flat_map(|keyspace| keyspace.tables.values())
}

/// The indexes that are kept in views, and their tables.
pub(super) fn index_views(schema: &Schema) -> impl Iterator<Item = (&Arc<Table>, &Index)> {
    let kept = schema.flavor == Flavor::Scylla;
    all_tables(schema)
        .filter(move |_| kept)
        .flat_map(|table| table.indexes.iter().map(move |index| (table, index)))
}

/// The view in which ScyllaDB keeps an index.
pub(super) fn view_name(index: &Index) -> String {
    format!("{}_index", index.name)
}

/// The options of a table, each as the type of its column wants it.
fn options(line: &mut Line<'_>, table: &Table) {
    line.set("id", table.id);
    for (name, value) in table.options.texts() {
        // A node without change data capture keeps nothing of it.
        if name == "cdc" {
            continue;
        }
        match line.column_type(name) {
            Some(Type::Int) => {
                line.set(name, value.parse::<i32>().ok());
            }
            Some(Type::Double) => {
                line.set(name, value.parse::<f64>().ok());
            }
            Some(Type::Boolean) => {
                line.set(name, value.eq_ignore_ascii_case("true"));
            }
            Some(Type::Text) => {
                line.set(name, value);
            }
            _ => {}
        }
    }
    for (name, pairs) in table.options.maps() {
        let pairs = pairs.iter().map(|(k, v)| (k.to_string(), v.to_string()));
        line.set(name, pairs.collect::<BTreeMap<_, _>>());
    }
}

/// What of which column an index is on, as both servers write it.
fn target(index: &Index) -> String {
    let column = Ident(&index.column).to_string();
    let list = |names: &[Box<str>]| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        names.join(",")
    };
    if let Some(key) = &index.local {
        let column = list(std::slice::from_ref(&index.column));
        return format!("{{\"pk\":[{}],\"ck\":[{column}]}}", list(key));
    }
    match index.kind {
        IndexKind::Value => column,
        IndexKind::Keys => format!("keys({column})"),
        IndexKind::Values => format!("values({column})"),
        IndexKind::Entries => format!("entries({column})"),
        IndexKind::Full => format!("full({column})"),
    }
}
