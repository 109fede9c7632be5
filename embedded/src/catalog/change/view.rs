//! CREATE, ALTER and DROP MATERIALIZED VIEW.

mod definition;

use std::sync::Arc;

use crate::catalog::change::{Origin, existing};
use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::Table;
use crate::catalog::{Schema, keyspace_of};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::{CreateView, Property};

/// What Cassandra says of each view that is made.
pub(super) fn warnings(flavor: Flavor) -> Vec<String> {
    let experimental =
        "Materialized views are experimental and are not recommended for production use.";
    flavor.pick(Vec::new(), vec![experimental.to_owned()])
}

pub(super) fn create(
    schema: &Schema,
    keyspace: &str,
    statement: &CreateView,
    origin: Origin<'_>,
) -> Result<Option<Schema>, Failure> {
    let flavor = schema.flavor;
    let of_base = keyspace_of(&statement.base, origin.keyspace)?;
    if of_base != keyspace {
        return Err(Failure::invalid(flavor.pick(
            format!(
                "Cannot create a materialized view on a table in a separate keyspace ('{of_base}' != '{keyspace}')"
            ),
            "Cannot create a materialized view on a table in a different keyspace".to_owned(),
        )));
    }
    let keyspace = existing(schema, keyspace)?;
    let name = &*statement.view.name;
    let base = base(keyspace, statement, flavor)?;
    if let Some(other) = keyspace.tables.get(name) {
        return match (flavor, &other.view) {
            (Flavor::Cassandra, None) => Err(Failure::invalid(format!(
                "Cannot create materialized view '{name}' - a table with the same name already exists"
            ))),
            _ if statement.if_not_exists => Ok(None),
            _ => Err(Failure::already_exists(
                &keyspace.name,
                name,
                format!(
                    "Cannot add already existing table \"{name}\" to keyspace \"{}\"",
                    keyspace.name
                ),
            )),
        };
    }
    if base.is_counter() {
        return Err(Failure::invalid(
            "Materialized views are not supported on counter tables",
        ));
    }
    if base.options.text("gc_grace_seconds") == Some("0") {
        return Err(Failure::invalid(format!(
            "Cannot create materialized view '{name}' for base table '{}' with gc_grace_seconds of 0, since this \
             value is used to TTL undelivered updates. Setting gc_grace_seconds too low might cause undelivered \
             updates to expire before being replayed.",
            base.name
        )));
    }
    let view = definition::view(statement, base, flavor)?;
    Ok(Some(schema.with(keyspace.with(view))))
}

/// The table that a view is to be of.
fn base<'k>(
    keyspace: &'k Keyspace,
    statement: &CreateView,
    flavor: Flavor,
) -> Result<&'k Arc<Table>, Failure> {
    let name = &statement.base.name;
    match (keyspace.tables.get(name), flavor) {
        (Some(table), Flavor::Scylla) if table.view.is_some() => Err(Failure::invalid(
            "Materialized views cannot be created against other materialized views",
        )),
        (Some(table), _) if table.view.is_none() => Ok(table),
        (_, Flavor::Scylla) => Err(Failure::invalid(format!("unconfigured table {name}"))),
        (_, Flavor::Cassandra) => Err(Failure::invalid(format!(
            "Base table '{name}' doesn't exist"
        ))),
    }
}

pub(super) fn alter(
    schema: &Schema,
    keyspace: &str,
    name: &str,
    if_exists: bool,
    properties: &[Property],
) -> Result<Option<Schema>, Failure> {
    let flavor = schema.flavor;
    let Some((keyspace, view)) = find(schema, keyspace, name, if_exists, "update")? else {
        return Ok(None);
    };
    let mut view = Table::clone(view);
    view.options.set(properties, flavor)?;
    if view.options.text("gc_grace_seconds") == Some("0") {
        return Err(Failure::invalid(
            "Cannot alter gc_grace_seconds of a materialized view to 0, since this value is used to TTL undelivered \
             updates. Setting gc_grace_seconds too low might cause undelivered updates to expire before being \
             replayed.",
        ));
    }
    if view.options.default_time_to_live() != 0 {
        return Err(Failure::invalid(flavor.pick(
            definition::NO_TTL,
            "Forbidden default_time_to_live detected for a materialized view. Data in a materialized view always \
             expire at the same time than the corresponding data in the parent table. default_time_to_live must be \
             set to zero, see CASSANDRA-12868 for more information",
        )));
    }
    Ok(Some(schema.with(keyspace.with(view))))
}

pub(super) fn drop(
    schema: &Schema,
    keyspace: &str,
    name: &str,
    if_exists: bool,
) -> Result<Option<Schema>, Failure> {
    let Some((keyspace, _)) = find(schema, keyspace, name, if_exists, "drop")? else {
        return Ok(None);
    };
    let mut keyspace = Keyspace::clone(keyspace);
    keyspace.tables.remove(name);
    Ok(Some(schema.with(keyspace)))
}

type Found<'s> = (&'s Arc<Keyspace>, &'s Arc<Table>);

/// A view that is to be altered or dropped; none if it may be missing.
fn find<'s>(
    schema: &'s Schema,
    keyspace: &str,
    name: &str,
    if_exists: bool,
    verb: &str,
) -> Result<Option<Found<'s>>, Failure> {
    let known = schema.keyspaces.get(keyspace);
    let found = known.and_then(|k| Some((k, k.tables.get(name)?)));
    match found {
        Some((keyspace, view)) if view.view.is_some() => Ok(Some((keyspace, view))),
        None if if_exists => Ok(None),
        found => Err(Failure::invalid(match (schema.flavor, found, verb) {
            (Flavor::Cassandra, ..) => {
                format!("Materialized view '{keyspace}.{name}' doesn't exist")
            }
            (_, Some(_), "drop") => "Cannot use DROP MATERIALIZED VIEW on Table".to_owned(),
            (_, Some(_), _) => "Cannot use ALTER MATERIALIZED VIEW on Table".to_owned(),
            (_, None, "drop") => format!(
                "Cannot drop non existing materialized view '{name}' in keyspace '{keyspace}'."
            ),
            (_, None, _) => format!("unconfigured table {name}"),
        })),
    }
}
