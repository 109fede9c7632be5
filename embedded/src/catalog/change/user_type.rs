//! CREATE, ALTER and DROP TYPE.

mod edit;

use std::collections::HashSet;
use std::sync::Arc;

use scylla_orm_driver::value::{Type, UserType};

use crate::catalog::change::existing;
use crate::catalog::change::user_type::edit::Editor;
use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::Table;
use crate::catalog::{Schema, types};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::AlterType;
use crate::parse::syntax::{Name, TypeName};

type Field = (Box<str>, Type);

pub(super) fn create(
    schema: &Schema,
    keyspace: &str,
    name: &str,
    if_not_exists: bool,
    fields: &[(Name, TypeName)],
) -> Result<Option<Schema>, Failure> {
    let flavor = schema.flavor;
    let keyspace = existing(schema, keyspace)?;
    if keyspace.types.contains_key(name) {
        return match if_not_exists {
            true => Ok(None),
            false => Err(Failure::invalid(flavor.pick(
                format!(
                    "A user type of name {}.{name} already exists",
                    keyspace.name
                ),
                format!("A user type with name '{name}' already exists"),
            ))),
        };
    }
    let fields = fields
        .iter()
        .map(|(field, ty)| resolve(field, ty, keyspace, flavor));
    let fields = fields.collect::<Result<Vec<Field>, Failure>>()?;
    check_names(&keyspace.name, name, &fields, flavor)?;
    let user = UserType {
        keyspace: keyspace.name.clone(),
        name: name.into(),
        fields,
    };
    let mut keyspace = Keyspace::clone(keyspace);
    keyspace.types.insert(name.into(), Arc::new(user));
    Ok(Some(schema.with(keyspace)))
}

pub(super) fn alter(
    schema: &Schema,
    keyspace: &str,
    name: &str,
    if_exists: bool,
    change: &AlterType,
) -> Result<Option<Schema>, Failure> {
    let known = schema.keyspaces.get(keyspace);
    let found = known.and_then(|k| Some((k, k.types.get(name)?)));
    let Some((keyspace, old)) = found else {
        return match if_exists {
            true => Ok(None),
            false => Err(Failure::invalid(schema.flavor.pick(
                format!("No user type named {keyspace}.{name} exists."),
                format!("Type {keyspace}.{name} doesn't exist"),
            ))),
        };
    };
    check_partition_keys(keyspace, name)?;
    let mut user = UserType::clone(old);
    Editor {
        keyspace,
        flavor: schema.flavor,
    }
    .edit(&mut user, change)?;
    Ok(Some(schema.with(replaced(keyspace, &Arc::new(user)))))
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
        .filter(|k| k.types.contains_key(name));
    let Some(known) = known else {
        return match if_exists {
            true => Ok(None),
            false => Err(Failure::invalid(schema.flavor.pick(
                format!("No user type named {keyspace}.{name} exists."),
                format!("Type '{keyspace}.{name}' doesn't exist"),
            ))),
        };
    };
    let in_type = |user: &&Arc<UserType>| user.fields.iter().any(|(_, ty)| types::uses(ty, name));
    if let Some(user) = known.types.values().find(in_type) {
        return Err(Failure::invalid(schema.flavor.pick(
            format!(
                "Cannot drop user type {keyspace}.{name} as it is still used by user type {}",
                user.name
            ),
            format!(
                "Cannot drop user type '{keyspace}.{name}' as it is still used by user types {}",
                user.name
            ),
        )));
    }
    let in_table = |table: &&Arc<Table>| table.columns.iter().any(|c| types::uses(&c.ty, name));
    if let Some(table) = known.tables.values().find(in_table) {
        return Err(Failure::invalid(schema.flavor.pick(
            format!(
                "Cannot drop user type {keyspace}.{name} as it is still used by table {keyspace}.{}",
                table.name
            ),
            format!(
                "Cannot drop user type '{keyspace}.{name}' as it is still used by tables {}",
                table.name
            ),
        )));
    }
    let mut keyspace = Keyspace::clone(known);
    keyspace.types.remove(name);
    Ok(Some(schema.with(keyspace)))
}

/// The type of a field: no counter, and no user-defined type that is not frozen.
fn resolve(
    field: &Name,
    ty: &TypeName,
    keyspace: &Keyspace,
    flavor: Flavor,
) -> Result<Field, Failure> {
    // Whether there is such a type does not matter to Cassandra where it would have to be frozen.
    if flavor == Flavor::Cassandra && matches!(ty, TypeName::User(_)) {
        return Err(Failure::invalid(
            "A user type cannot contain non-frozen UDTs",
        ));
    }
    let ty = types::resolve(ty, keyspace, flavor)?;
    match ty {
        Type::Counter => Err(Failure::invalid("A user type cannot contain counters")),
        Type::User(_) => Err(Failure::invalid(flavor.pick(
            "A user type cannot contain non-frozen user type fields",
            "A user type cannot contain non-frozen UDTs",
        ))),
        ty => Ok((field.clone(), ty)),
    }
}

fn check_names(
    keyspace: &str,
    name: &str,
    fields: &[Field],
    flavor: Flavor,
) -> Result<(), Failure> {
    let mut names = HashSet::new();
    match fields.iter().find(|(field, _)| !names.insert(field)) {
        None => Ok(()),
        Some((field, _)) => Err(Failure::invalid(flavor.pick(
            format!("Duplicate field name {field} in type {keyspace}.{name}"),
            format!("Duplicate field name '{field}' in type '{name}'"),
        ))),
    }
}

/// The token of a row would change with its type.
fn check_partition_keys(keyspace: &Keyspace, name: &str) -> Result<(), Failure> {
    for table in keyspace.tables.values() {
        let used = table
            .partition_key()
            .iter()
            .find(|c| types::uses(&c.ty, name));
        if let Some(column) = used {
            return Err(Failure::invalid(format!(
                "Cannot add new field to type {}.{name} because it is used in the partition key column {} of \
                 table {}.{}",
                keyspace.name, column.name, keyspace.name, table.name
            )));
        }
    }
    Ok(())
}

/// The keyspace with `user` in the place of the type of its name, wherever that is used.
fn replaced(keyspace: &Keyspace, user: &Arc<UserType>) -> Keyspace {
    let mut keyspace = keyspace.clone();
    for other in keyspace.types.values_mut() {
        if let Type::User(new) = types::replace(&Type::User(Arc::clone(other)), user) {
            *other = new;
        }
    }
    for table in keyspace.tables.values_mut() {
        if table.columns.iter().any(|c| types::uses(&c.ty, &user.name)) {
            let mut new = Table::clone(table);
            for column in &mut new.columns {
                column.ty = types::replace(&column.ty, user);
            }
            *table = Arc::new(new);
        }
    }
    keyspace
}
