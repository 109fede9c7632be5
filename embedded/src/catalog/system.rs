//! The system keyspaces: tables whose rows are made when they are read.

mod cluster;
mod columns;
mod declarations;
mod roles;
mod schema;
mod sheet;
mod tablets;

use std::sync::Arc;

use crate::catalog::keyspace::Keyspace;
use crate::catalog::nodes::View;
use crate::catalog::system::sheet::Sheet;
use crate::catalog::table::Table;
use crate::catalog::{Schema, definition};
use crate::flavor::Flavor;
use crate::parse::parse;
use crate::parse::syntax::Statement;
use crate::parse::syntax::ddl::Ddl;

pub(super) use cluster::STORAGE_PORT;
pub(super) use declarations::VIRTUAL;

/// A row, one cell per column of its table in the order of `SELECT *`; `None` is null.
pub(crate) type Row = Vec<Option<Vec<u8>>>;

/// The rows of a virtual table in the order of a scan: by token, then clustering key.
pub(crate) fn rows(table: &Table, schema: &Schema, view: View<'_>) -> Vec<Row> {
    let mut sheet = Sheet::new(table);
    match (&*table.keyspace, &*table.name) {
        ("system", "local") => cluster::local(&mut sheet, schema, view),
        ("system", "peers") => cluster::peers(&mut sheet, schema, view),
        ("system", "peers_v2") => cluster::peers_v2(&mut sheet, schema, view),
        ("system", "versions") => cluster::versions(&mut sheet),
        ("system", "scylla_local") => cluster::scylla_local(&mut sheet),
        ("system", "tablets") => tablets::tablets(&mut sheet, schema, view),
        ("system", "built_views") => schema::built_views(&mut sheet, schema),
        ("system_schema", "keyspaces") => schema::keyspaces(&mut sheet, schema),
        ("system_schema", "tables") => schema::tables(&mut sheet, schema),
        ("system_schema", "scylla_keyspaces") => schema::scylla_keyspaces(&mut sheet, schema),
        ("system_schema", "scylla_tables") => schema::scylla_tables(&mut sheet, schema),
        ("system_schema", "views") => schema::views(&mut sheet, schema),
        ("system_schema", "indexes") => schema::indexes(&mut sheet, schema),
        ("system_schema", "types") => schema::types(&mut sheet, schema),
        ("system_schema", "dropped_columns") => columns::dropped(&mut sheet, schema),
        ("system_schema", "columns") => columns::columns(&mut sheet, schema),
        ("system_auth" | "system", name) => match name {
            "roles" => roles::roles(&mut sheet, view.roles),
            "role_members" => roles::members(&mut sheet, view.roles),
            "role_permissions" => roles::permissions(&mut sheet, view.roles),
            "role_attributes" => roles::attributes(&mut sheet, view.roles),
            "resource_role_permissons_index" => roles::resources(&mut sheet, view.roles),
            "network_permissions" => roles::networks(&mut sheet, view.roles),
            _ => {}
        },
        _ => {}
    }
    sheet.into_rows()
}

/// The keyspaces that a server has from the start.
pub(super) fn keyspaces(flavor: Flavor) -> Vec<Keyspace> {
    declarations::of(flavor)
        .into_iter()
        .map(|(name, replication, tables)| {
            let mut keyspace = Keyspace {
                replication,
                ..Keyspace::local(name)
            };
            for text in tables
                .split(';')
                .map(str::trim)
                .filter(|text| !text.is_empty())
            {
                add(&mut keyspace, text, flavor);
            }
            keyspace
        })
        .collect()
}

/// The same with `system.peers_v2`, which tells ports, also on ScyllaDB, whose own tables cannot.
pub(crate) fn with_ports(schema: &Schema) -> Schema {
    let Some(system) = schema.keyspaces.get("system") else {
        return schema.clone();
    };
    let mut system = Keyspace::clone(system);
    add(&mut system, declarations::PEERS_V2, schema.flavor);
    schema.with(system)
}

/// Adds the virtual table that `text` creates.
fn add(keyspace: &mut Keyspace, text: &str, flavor: Flavor) {
    let parsed = parse(text, flavor).expect("the system tables are declared in good CQL");
    let Statement::Ddl(Ddl::CreateTable(statement)) = parsed.statement else {
        return;
    };
    let table = definition::table(&statement, keyspace, flavor);
    let mut table = table.expect("the system tables are good tables");
    table.is_virtual = true;
    keyspace.tables.insert(table.name.clone(), Arc::new(table));
}

#[cfg(test)]
mod tests;
