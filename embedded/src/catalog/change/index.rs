//! CREATE INDEX and DROP INDEX.

mod class;
mod target;

use scylla_orm_driver::value::Type;

use crate::catalog::Schema;
use crate::catalog::change::existing;
use crate::catalog::change::index::target::Target;
use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::{Index, Table};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Name;
use crate::parse::syntax::ddl::{CreateIndex, IndexTarget};

const VECTORS: &str = "SAI ANN indexes on vector columns are experimental and are not recommended for production use.\n\
                       They don't yet support SELECT queries with:\n \
                       * Consistency level higher than ONE/LOCAL_ONE.\n \
                       * Paging.\n \
                       * No LIMIT clauses.\n \
                       * PER PARTITION LIMIT clauses.\n \
                       * GROUP BY clauses.\n \
                       * Aggregation functions.\n \
                       * Filters on columns without a SAI index.";

pub(super) fn create(
    schema: &Schema,
    keyspace: &str,
    statement: &CreateIndex,
) -> Result<Option<Schema>, Failure> {
    let flavor = schema.flavor;
    let keyspace = existing(schema, keyspace)?;
    let known = keyspace.tables.get(&statement.table.name);
    let Some(table) = known else {
        let name = &statement.table.name;
        return Err(Failure::invalid(flavor.pick(
            format!("unconfigured table {name}"),
            format!("Table '{name}' doesn't exist"),
        )));
    };
    check_table(table, flavor)?;
    check_name(statement, flavor)?;
    let (local, target) = targets(statement, table)?;
    let (column, kind) = Target { table, flavor }.check(target, local.is_some())?;
    let class = class::checked(statement, column, flavor)?;
    if let Some(name) = &statement.name
        && keyspace.table_of_index(name).is_some()
    {
        return match statement.if_not_exists {
            true => Ok(None),
            false => Err(Failure::invalid(flavor.pick(
                "Index already exists".to_owned(),
                format!("Index '{name}' already exists"),
            ))),
        };
    }
    let name = statement.name.clone();
    let name = name.unwrap_or_else(|| free_name(keyspace, table, &column.name));
    let options = class::options(statement, class.as_deref(), column, flavor)?;
    let index = Index {
        name,
        column: column.name.clone(),
        kind,
        local,
        class,
        options,
    };
    if is_double(&index, table, statement.if_not_exists)? {
        return Ok(None);
    }
    let mut table = Table::clone(table);
    table.indexes.push(index);
    table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(schema.with(keyspace.with(table))))
}

/// Refuses tables that no index is on.
fn check_table(table: &Table, flavor: Flavor) -> Result<(), Failure> {
    if table.is_counter() {
        return Err(Failure::invalid(flavor.pick(
            "Secondary indexes are not supported on counter tables",
            "Secondary indexes on counter tables aren't supported",
        )));
    }
    if table.view.is_some() {
        return Err(Failure::invalid(flavor.pick(
            "Secondary indexes are not supported on materialized views",
            "Secondary indexes on materialized views aren't supported",
        )));
    }
    Ok(())
}

pub(super) fn drop(
    schema: &Schema,
    keyspace: &str,
    name: &str,
    if_exists: bool,
) -> Result<Option<Schema>, Failure> {
    let known = schema.keyspaces.get(keyspace);
    let found = known.and_then(|k| Some((k, k.table_of_index(name)?)));
    let Some((keyspace, table)) = found else {
        return match if_exists {
            true => Ok(None),
            false => Err(Failure::invalid(schema.flavor.pick(
                format!(
                    "Index '{name}' could not be found in any of the tables of keyspace '{keyspace}'"
                ),
                // The quote is in its text.
                format!("Index '{keyspace}.{name}' doesn't exist'"),
            ))),
        };
    };
    let mut table = Table::clone(table);
    table.indexes.retain(|index| &*index.name != name);
    Ok(Some(schema.with(keyspace.with(table))))
}

fn same_but_name(a: &Index, b: &Index) -> bool {
    a.column == b.column
        && a.kind == b.kind
        && a.local == b.local
        && a.class == b.class
        && a.options == b.options
}

/// Whether there is such an index, if there may be.
fn is_double(index: &Index, table: &Table, if_not_exists: bool) -> Result<bool, Failure> {
    if let Some(same) = table.indexes.iter().find(|old| same_but_name(old, index)) {
        return match if_not_exists {
            true => Ok(true),
            false => Err(Failure::invalid(format!(
                "Index {} is a duplicate of existing index {}",
                index.name, same.name
            ))),
        };
    }
    let mut others = table.indexes.iter().filter(|old| old.is_attached());
    let same = |old: &Index| old.column == index.column && old.kind == index.kind;
    match index.is_attached() && others.any(same) {
        true => Err(Failure::invalid(format!(
            "Cannot create more than one storage-attached index on the same column: {}",
            index.column
        ))),
        false => Ok(false),
    }
}

/// Refuses names that are none.
fn check_name(statement: &CreateIndex, flavor: Flavor) -> Result<(), Failure> {
    let is_word = |name: &Name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match &statement.name {
        Some(name) if flavor == Flavor::Cassandra && !is_word(name) => {
            Err(Failure::config(format!("Illegal index name {name}")))
        }
        _ => Ok(()),
    }
}

/// What Cassandra says wherever a table has an index of vectors.
pub(super) fn warnings(schema: &Schema, keyspace: &str, table: &str) -> Vec<String> {
    let has_vectors = |table: &Table| {
        let mut indexes = table.indexes.iter().filter(|index| index.is_attached());
        indexes.any(|index| {
            let column = table.column(&index.column);
            column.is_some_and(|(_, column)| matches!(column.ty, Type::Vector(..)))
        })
    };
    match schema.table(keyspace, table) {
        Ok(table) if has_vectors(table) => vec![VECTORS.to_owned()],
        _ => Vec::new(),
    }
}

/// The partition key of a local index, and the column.
fn targets<'s>(
    statement: &'s CreateIndex,
    table: &Table,
) -> Result<(Option<Vec<Name>>, &'s IndexTarget), Failure> {
    match statement.targets.as_slice() {
        [] if statement.custom && statement.class.is_some() => {
            Err(Failure::invalid("Failed to retrieve target column for: "))
        }
        [] => Err(Failure::invalid(
            "Only CUSTOM indexes can be created without specifying a target column",
        )),
        [IndexTarget::Partition(_)] => Err(Failure::invalid(
            "Local index definition must provide an indexed column, not just partition key",
        )),
        [target] => Ok((None, target)),
        [IndexTarget::Partition(names), target] => {
            check_local(names, table)?;
            Ok((Some(names.clone()), target))
        }
        several if statement.custom && statement.class.is_some() => {
            let names: Vec<&str> = several.iter().map(target::name).collect();
            Err(Failure::invalid(format!(
                "A storage-attached index cannot be created over multiple columns: {}",
                names.join(", ")
            )))
        }
        _ => Err(Failure::invalid(
            "Only CUSTOM indexes support multiple columns",
        )),
    }
}

fn check_local(names: &[Name], table: &Table) -> Result<(), Failure> {
    let text = "Local index definition must contain full partition key only.";
    let key = table.partition_key();
    if let Some(other) = names
        .iter()
        .find(|name| !key.iter().any(|c| c.name == **name))
    {
        return Err(Failure::invalid(format!(
            "{text} Redundant column: {other}"
        )));
    }
    let found = key
        .iter()
        .enumerate()
        .find(|(i, c)| names.get(*i) != Some(&c.name));
    match found {
        Some((_, missing)) => Err(Failure::invalid(format!(
            "{text} Missing column: {}",
            missing.name
        ))),
        None => Ok(()),
    }
}

/// `table_column_idx`, and a number behind it if there is one already.
fn free_name(keyspace: &Keyspace, table: &Table, column: &str) -> Box<str> {
    let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let root: String = format!("{}_{column}_idx", table.name)
        .chars()
        .filter(word)
        .collect();
    let numbered = (1..).map(|n| format!("{root}_{n}"));
    let mut names = std::iter::once(root.clone()).chain(numbered);
    let free = names.find(|name| keyspace.table_of_index(name).is_none());
    free.unwrap_or(root).into()
}
