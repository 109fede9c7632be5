//! The text of statements that add something to the schema.

use crate::cql::identifier;
use crate::table::{ColumnDef, Kind, TableDef};

use super::stored;

/// A keyspace's table, as CQL writes it.
pub(super) fn qualified(keyspace: &str, table: &str) -> String {
    format!("{}.{}", identifier(keyspace), identifier(table))
}

pub(super) fn create_table(table: &TableDef, keyspace: &str) -> String {
    let columns = table.columns.iter().map(column);
    let partition = table.partition_key().iter().map(|&i| table.column(i).name);
    let clustering: Vec<&ColumnDef> = table
        .clustering_key()
        .iter()
        .map(|&i| table.column(i))
        .collect();
    let mut text = format!(
        "CREATE TABLE IF NOT EXISTS {} ({}, PRIMARY KEY {})",
        qualified(keyspace, table.table),
        list(columns),
        primary_key(partition, clustering.iter().map(|column| column.name)),
    );
    if clustering.iter().any(|column| column.descending) {
        let order = clustering.iter().map(|column| {
            let direction = if column.descending { "DESC" } else { "ASC" };
            format!("{} {direction}", identifier(column.name))
        });
        text += &format!(" WITH CLUSTERING ORDER BY ({})", list(order));
    }
    text
}

/// One statement for all of them, so that all are added or none.
pub(super) fn add_columns(table: &TableDef, keyspace: &str, columns: &[&ColumnDef]) -> String {
    let name = qualified(keyspace, table.table);
    match columns {
        [one] => format!("ALTER TABLE {name} ADD {}", column(one)),
        // ScyllaDB wants parentheses around several.
        many => format!(
            "ALTER TABLE {name} ADD ({})",
            list(many.iter().map(|one| column(one)))
        ),
    }
}

/// `target` as CQL writes it, such as `values(tags)`.
pub(super) fn create_index(table: &TableDef, keyspace: &str, name: &str, target: &str) -> String {
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} ({target})",
        identifier(name),
        qualified(keyspace, table.table),
    )
}

/// The name that an index gets: the same at each run, so that it is found again, and the one that the servers would
/// choose. Names of indexes are made of word characters only.
pub(super) fn index_name(table: &TableDef, column: &ColumnDef) -> String {
    let mut name = format!("{}_{}_idx", table.table, column.name);
    name.retain(|c| c.is_ascii_alphanumeric() || c == '_');
    name
}

/// A primary key, as in `((a, b), c)`.
pub(super) fn primary_key<'n>(
    partition: impl Iterator<Item = &'n str>,
    clustering: impl Iterator<Item = &'n str>,
) -> String {
    let partition: Vec<_> = partition.map(identifier).collect();
    let first = match &partition[..] {
        [one] => one.to_string(),
        many => format!("({})", many.join(", ")),
    };
    let names = clustering.map(|name| identifier(name).into_owned());
    format!("({})", list(std::iter::once(first).chain(names)))
}

fn column(column: &ColumnDef) -> String {
    let fixed = if column.kind == Kind::Static {
        " static"
    } else {
        ""
    };
    let ty = stored::declared(column);
    format!("{} {ty}{fixed}", identifier(column.name))
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
