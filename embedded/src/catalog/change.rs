//! What CREATE, ALTER and DROP do to a schema, and what the server refuses.

mod alter;
mod index;
mod keyspace;
mod table;
mod tablets;
mod user_type;
mod view;

use std::sync::Arc;

use crate::catalog::keyspace::{Keyspace, is_system};
use crate::catalog::nodes::Node;
use crate::catalog::{Schema, keyspace_of};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::QualifiedName;
use crate::parse::syntax::ddl::Ddl;

/// Where a statement comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// The connection's keyspace.
    pub(crate) keyspace: Option<&'a str>,
    /// All nodes of the cluster: replication names their data centres.
    pub(crate) nodes: &'a [Node],
    /// Microseconds since 1970.
    pub(crate) now: i64,
}

/// What a statement did.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) schema: Schema,
    pub(crate) warnings: Vec<String>,
}

/// What `ddl` makes of `schema`; nothing if its IF [NOT] EXISTS keeps it from doing anything.
///
/// # Errors
/// In the server's words.
pub(crate) fn apply(
    schema: &Schema,
    ddl: &Ddl,
    origin: Origin<'_>,
) -> Result<Option<Change>, Failure> {
    let Some(name) = ddl.name() else {
        return keyspace::apply(schema, ddl, origin.nodes);
    };
    let flavor = schema.flavor;
    let (keyspace, name) = (place(schema, name, origin)?, &*name.name);
    let changed = match ddl {
        Ddl::CreateKeyspace { .. } | Ddl::AlterKeyspace { .. } | Ddl::DropKeyspace { .. } => None,
        Ddl::CreateTable(statement) => table::create(schema, keyspace, statement)?,
        Ddl::AlterTable {
            if_exists, change, ..
        } => alter::alter(schema, keyspace, name, *if_exists, change, origin.now)?,
        Ddl::DropTable { if_exists, .. } => table::drop(schema, keyspace, name, *if_exists)?,
        Ddl::CreateView(statement) => view::create(schema, keyspace, statement, origin)?,
        Ddl::AlterView {
            if_exists,
            properties,
            ..
        } => view::alter(schema, keyspace, name, *if_exists, properties)?,
        Ddl::DropView { if_exists, .. } => view::drop(schema, keyspace, name, *if_exists)?,
        Ddl::CreateIndex(statement) => index::create(schema, keyspace, statement)?,
        Ddl::DropIndex { if_exists, .. } => index::drop(schema, keyspace, name, *if_exists)?,
        Ddl::CreateType {
            if_not_exists,
            fields,
            ..
        } => user_type::create(schema, keyspace, name, *if_not_exists, fields)?,
        Ddl::AlterType {
            if_exists, change, ..
        } => user_type::alter(schema, keyspace, name, *if_exists, change)?,
        Ddl::DropType { if_exists, .. } => user_type::drop(schema, keyspace, name, *if_exists)?,
        Ddl::DropFunction {
            if_exists: true, ..
        } => None,
        Ddl::DropFunction { kind, .. } => {
            return Err(Failure::invalid(format!(
                "{kind} '{keyspace}.{name}' doesn't exist"
            )));
        }
    };
    Ok(changed.map(|schema| Change {
        warnings: match ddl {
            Ddl::CreateView(_) => view::warnings(flavor),
            Ddl::CreateIndex(_) if flavor == Flavor::Cassandra => {
                index::warnings(&schema, keyspace, name)
            }
            _ => Vec::new(),
        },
        schema,
    }))
}

/// The keyspace in which something is to be changed, by name: it may not be there.
fn place<'a>(
    schema: &Schema,
    name: &'a QualifiedName,
    origin: Origin<'a>,
) -> Result<&'a str, Failure> {
    let keyspace = keyspace_of(name, origin.keyspace)?;
    match is_system(keyspace) && schema.keyspaces.contains_key(keyspace) {
        true => Err(not_modifiable(keyspace)),
        false => Ok(keyspace),
    }
}

fn not_modifiable(keyspace: &str) -> Failure {
    Failure::unauthorized(format!("{keyspace} keyspace is not user-modifiable."))
}

/// A keyspace in which something is to be made.
fn existing<'a>(schema: &'a Schema, keyspace: &str) -> Result<&'a Arc<Keyspace>, Failure> {
    let known = schema.keyspaces.get(keyspace);
    known.ok_or_else(|| {
        Failure::invalid(schema.flavor.pick(
            format!("Keyspace {keyspace} does not exist"),
            format!("Keyspace '{keyspace}' doesn't exist"),
        ))
    })
}

#[cfg(test)]
mod tests;
