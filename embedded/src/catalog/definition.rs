//! From CREATE TABLE to a table.

mod key;

use std::collections::{BTreeMap, HashSet};

use scylla_orm_driver::value::Type;
use uuid::Uuid;

use crate::catalog::keyspace::Keyspace;
use crate::catalog::options::{self, Options};
use crate::catalog::table::{Column, ColumnKind, Table, is_multi_cell};
use crate::catalog::types;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Name;
use crate::parse::syntax::ddl::{ColumnDefinition, CreateTable, PrimaryKey};

/// The table that `statement` describes, in `keyspace`.
///
/// # Errors
/// In the server's words, for whatever is wrong with it.
pub(super) fn table(
    statement: &CreateTable,
    keyspace: &Keyspace,
    flavor: Flavor,
) -> Result<Table, Failure> {
    let name = &*statement.table.name;
    let mut options = Options::new(flavor);
    options.set(&statement.properties, flavor)?;
    options.check_base()?;
    if statement.compact_storage {
        return Err(compact_storage(statement, flavor));
    }
    let definition = Definition {
        flavor,
        shown: flavor.pick(name.to_owned(), format!("{}.{name}", keyspace.name)),
        columns: declared(statement, keyspace, flavor)?,
    };
    let key = key::only(&statement.primary_keys, &definition.shown, flavor)?;
    let mut columns = definition.key_columns(key)?;
    definition.order(&mut columns, key, &statement.clustering_order)?;
    definition.add_others(&mut columns, key)?;
    let ids = 0u32..;
    for (id, column) in ids.zip(&mut columns) {
        column.id = id;
    }
    let mut table = Table {
        id: options::id(&statement.properties)?.unwrap_or_else(Uuid::new_v4),
        keyspace: keyspace.name.clone(),
        name: name.into(),
        next_column: u32::try_from(columns.len()).unwrap_or(u32::MAX),
        columns,
        partition: key.partition.len(),
        clustering: key.clustering.len(),
        indexes: Vec::new(),
        options,
        dropped: BTreeMap::new(),
        view: None,
        is_virtual: false,
    };
    table.sort_columns();
    check_counters(&table, flavor)?;
    Ok(table)
}

/// A column as declared, before it is known to be part of the key.
struct Declared {
    name: Name,
    ty: Type,
    is_static: bool,
}

struct Definition {
    flavor: Flavor,
    /// The table's name as errors tell it.
    shown: String,
    columns: Vec<Declared>,
}

/// What may be wrong with a column of a table wherever it is declared.
///
/// # Errors
/// In the server's words.
pub(super) fn column_type(
    column: &ColumnDefinition,
    keyspace: &Keyspace,
    flavor: Flavor,
) -> Result<Type, Failure> {
    let ty = types::resolve(&column.ty, keyspace, flavor)?;
    if let Type::User(user) = &ty
        && user.fields.iter().any(|(_, field)| is_multi_cell(field))
    {
        return Err(Failure::invalid(
            "Non-frozen UDTs with nested non-frozen collections are not supported",
        ));
    }
    Ok(ty)
}

/// Counters are alone outside the key.
///
/// # Errors
/// In the server's words.
pub(super) fn check_counters(table: &Table, flavor: Flavor) -> Result<(), Failure> {
    let plain = |c: &&Column| !c.is_key() && c.ty != Type::Counter;
    if !table.is_counter() {
        return Ok(());
    }
    if let Some(column) = table.columns.iter().find(plain) {
        return Err(flavor.pick(
            mixed(table, &column.name, false, flavor),
            Failure::invalid("Cannot mix counter and non counter columns in the same table"),
        ));
    }
    match table.options.default_time_to_live() {
        0 => Ok(()),
        _ => Err(Failure::invalid(
            "Cannot set default_time_to_live on a table with counters",
        )),
    }
}

/// The error for a column that is a counter where the others are not, or the other way round.
pub(super) fn mixed(table: &Table, column: &str, is_counter: bool, flavor: Flavor) -> Failure {
    let (what, of) = match is_counter {
        true => ("counter", "non counter"),
        false => ("non counter", "counter"),
    };
    Failure::config(flavor.pick(
        format!("Cannot add a {what} column ({column}) in a {of} column family"),
        format!(
            "{}.{}: Cannot have a {what} column (\"{column}\") in a {of} table",
            table.keyspace, table.name
        ),
    ))
}

/// What is wrong with a statement whatever is there.
///
/// # Errors
/// In the server's words.
pub(super) fn check_form(
    statement: &CreateTable,
    keyspace: &str,
    flavor: Flavor,
) -> Result<(), Failure> {
    let name = &statement.table.name;
    check_name(keyspace, name, flavor)?;
    let mut names = HashSet::new();
    for column in &statement.columns {
        if !names.insert(&column.name) {
            return Err(Failure::invalid(flavor.pick(
                format!("Multiple definition of identifier {}", column.name),
                format!(
                    "Duplicate column '{}' declaration for table '{keyspace}.{name}'",
                    column.name
                ),
            )));
        }
    }
    key::only(
        &statement.primary_keys,
        &format!("{keyspace}.{name}"),
        flavor,
    )?;
    let mut ordered = HashSet::new();
    for (column, _) in &statement.clustering_order {
        if !ordered.insert(column) && flavor == Flavor::Cassandra {
            return Err(Failure::invalid(format!(
                "Duplicate column '{column}' in CLUSTERING ORDER BY clause for table '{keyspace}.{name}'"
            )));
        }
    }
    Ok(())
}

/// The names and types of the columns.
fn declared(
    statement: &CreateTable,
    keyspace: &Keyspace,
    flavor: Flavor,
) -> Result<Vec<Declared>, Failure> {
    let mut columns: Vec<Declared> = Vec::new();
    for column in &statement.columns {
        let ty = column_type(column, keyspace, flavor)?;
        columns.push(Declared {
            name: column.name.clone(),
            ty,
            is_static: column.is_static,
        });
    }
    Ok(columns)
}

impl Definition {
    /// The columns outside the key.
    fn add_others(&self, columns: &mut Vec<Column>, key: &PrimaryKey) -> Result<(), Failure> {
        let of_key: HashSet<Name> = columns.iter().map(|column| column.name.clone()).collect();
        for declared in &self.columns {
            if of_key.contains(&declared.name) {
                continue;
            }
            if declared.is_static && key.clustering.is_empty() {
                return Err(useless_static());
            }
            let kind = match declared.is_static {
                true => ColumnKind::Static,
                false => ColumnKind::Regular,
            };
            let (name, ty) = (declared.name.clone(), declared.ty.clone());
            columns.push(Column {
                id: 0,
                name,
                ty,
                kind,
                descending: false,
            });
        }
        Ok(())
    }
}

/// A static column of a table whose partitions have one row.
pub(super) fn useless_static() -> Failure {
    Failure::invalid(
        "Static columns are only useful (and thus allowed) if the table has at least one clustering column",
    )
}

/// Refuses names that no table or view may have.
///
/// # Errors
/// In the server's words.
pub(super) fn check_name(keyspace: &str, name: &str, flavor: Flavor) -> Result<(), Failure> {
    let word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !word || name.is_empty() {
        return Err(flavor.pick(
            Failure::invalid(format!(
                "\"{name}\" is not a valid table name (must be alphanumeric character only: [0-9A-Za-z]+)"
            )),
            Failure::config(format!(
                "{keyspace}.{name}: Table name must not be empty or not contain non-alphanumeric-underscore \
                 characters (got \"{name}\")"
            )),
        ));
    }
    let longest = flavor.pick(192, 222);
    if name.len() > longest {
        return Err(Failure::invalid(format!(
            "Table names shouldn't be more than {longest} characters long (got \"{name}\")"
        )));
    }
    Ok(())
}

fn compact_storage(statement: &CreateTable, flavor: Flavor) -> Failure {
    let in_key = |name: &Name| {
        let mut keys = statement.primary_keys.iter();
        keys.any(|key| key.partition.contains(name) || key.clustering.contains(name))
    };
    if flavor == Flavor::Cassandra && statement.columns.iter().all(|c| in_key(&c.name)) {
        return Failure::invalid("No definition found that is not part of the PRIMARY KEY");
    }
    Failure::invalid(flavor.pick(
        "Support for the deprecated feature of 'CREATE TABLE WITH COMPACT STORAGE' is disabled and will \
         eventually be removed in a future version.  To enable, set the \
         'enable_create_table_with_compact_storage' config option to 'true'.",
        "COMPACT STORAGE tables are not allowed starting with version 4.0",
    ))
}
