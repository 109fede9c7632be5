//! CREATE TABLE and DROP TABLE.

use crate::catalog::change::existing;
use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::Table;
use crate::catalog::{Schema, definition, options};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::CreateTable;

pub(super) fn create(
    schema: &Schema,
    keyspace: &str,
    statement: &CreateTable,
) -> Result<Option<Schema>, Failure> {
    let flavor = schema.flavor;
    let keyspace = existing(schema, keyspace)?;
    let name = &*statement.table.name;
    let exists = keyspace.tables.contains_key(name);
    definition::check_form(statement, &keyspace.name, flavor)?;
    // Cassandra reads little further if there is such a table.
    let table = match exists && flavor == Flavor::Cassandra {
        true => {
            options::check_form(&statement.properties, flavor)?;
            None
        }
        false => Some(definition::table(statement, keyspace, flavor)?),
    };
    match table {
        Some(table) if !exists => {
            check_id(&table, schema)?;
            Ok(Some(schema.with(keyspace.with(table))))
        }
        _ if statement.if_not_exists => Ok(None),
        _ => Err(Failure::already_exists(
            &keyspace.name,
            name,
            format!(
                "Cannot add already existing table \"{name}\" to keyspace \"{}\"",
                keyspace.name
            ),
        )),
    }
}

/// Refuses an id that another table has.
fn check_id(table: &Table, schema: &Schema) -> Result<(), Failure> {
    let mut tables = schema.keyspaces.values().flat_map(|k| k.tables.values());
    match tables.any(|other| other.id == table.id) {
        true => Err(Failure::invalid(format!(
            "Table with id '{}' already exists",
            table.id
        ))),
        false => Ok(()),
    }
}

pub(super) fn drop(
    schema: &Schema,
    keyspace: &str,
    name: &str,
    if_exists: bool,
) -> Result<Option<Schema>, Failure> {
    let known = schema
        .keyspaces
        .get(keyspace)
        .filter(|k| k.tables.contains_key(name));
    let Some(known) = known else {
        return match if_exists {
            true => Ok(None),
            false => Err(Failure::invalid(schema.flavor.pick(
                format!("Cannot drop non existing table '{name}' in keyspace '{keyspace}'."),
                format!("Table '{keyspace}.{name}' doesn't exist"),
            ))),
        };
    };
    if known.tables.get(name).is_some_and(|t| t.view.is_some()) {
        return Err(Failure::invalid(schema.flavor.pick(
            "Cannot use DROP TABLE on Materialized View",
            "Cannot use DROP TABLE on a materialized view. Please use DROP MATERIALIZED VIEW instead.",
        )));
    }
    let views: Vec<&str> = known.views_of(name).map(|view| &*view.name).collect();
    if !views.is_empty() {
        return Err(Failure::invalid(schema.flavor.pick(
            format!(
                "Cannot drop table when materialized views still depend on it ({keyspace}.{{{}}})",
                views.join(", ")
            ),
            format!("Cannot drop a table when materialized views still depend on it ({keyspace})"),
        )));
    }
    let mut keyspace = Keyspace::clone(known);
    keyspace.tables.remove(name);
    Ok(Some(schema.with(keyspace)))
}
