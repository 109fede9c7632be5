//! ALTER TABLE.

mod add;
mod dropped;
mod views;

use scylla_orm_driver::value::Type;

use crate::catalog::keyspace::Keyspace;
use crate::catalog::table::{Column, ColumnKind, Dropped, Table, is_multi_cell};
use crate::catalog::{Schema, definition, types};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::AlterTable;
use crate::parse::syntax::{Name, TypeName};

use add::Additions;

pub(super) fn alter(
    schema: &Schema,
    keyspace: &str,
    name: &str,
    if_exists: bool,
    change: &AlterTable,
    now: i64,
) -> Result<Option<Schema>, Failure> {
    let flavor = schema.flavor;
    let known = schema.keyspaces.get(keyspace);
    let found = known.and_then(|k| Some((k, k.tables.get(name)?)));
    let Some((keyspace, table)) = found else {
        return match (if_exists, flavor) {
            (true, _) => Ok(None),
            (false, Flavor::Scylla) => schema.table(keyspace, name).map(|_| None),
            (false, Flavor::Cassandra) => Err(Failure::invalid(format!(
                "Table '{keyspace}.{name}' doesn't exist"
            ))),
        };
    };
    if table.view.is_some() {
        return Err(Failure::invalid(flavor.pick(
            "Cannot use ALTER TABLE on Materialized View",
            "Cannot use ALTER TABLE on a materialized view; use ALTER MATERIALIZED VIEW instead",
        )));
    }
    let base = table;
    let mut table = Table::clone(table);
    apply(&mut table, change, keyspace, flavor, now)?;
    table.sort_columns();
    Ok(Some(schema.with(views::follow(keyspace, base, table))))
}

fn apply(
    table: &mut Table,
    change: &AlterTable,
    keyspace: &Keyspace,
    flavor: Flavor,
    now: i64,
) -> Result<(), Failure> {
    match change {
        AlterTable::Add {
            columns,
            if_not_exists,
        } => {
            let mut additions = Additions::to(table, *if_not_exists, flavor);
            for column in columns {
                additions.add(table, column, keyspace)?;
            }
            definition::check_counters(table, flavor)?;
        }
        AlterTable::Drop {
            columns,
            if_exists,
            timestamp,
        } => {
            for column in columns {
                views::check_drop(keyspace, table, column, flavor)?;
                if let Some(column) = drop(table, column, *if_exists, flavor)? {
                    let dropped = Dropped {
                        column,
                        at: timestamp.unwrap_or(now),
                        told: timestamp.is_some(),
                    };
                    table.dropped.insert(dropped.column.name.clone(), dropped);
                }
            }
        }
        AlterTable::Rename(renames) => {
            for (from, to) in renames {
                rename(table, from, to, flavor)?;
            }
        }
        AlterTable::Retype(column, ty) => retype(table, column, ty, keyspace, flavor)?,
        AlterTable::With(properties) => {
            if properties.iter().any(|property| &*property.name == "id") {
                return Err(Failure::config("Cannot alter table id."));
            }
            table.options.set(properties, flavor)?;
            table.options.check_base()?;
            definition::check_counters(table, flavor)?;
            views::check_options(keyspace, table)?;
        }
    }
    Ok(())
}

fn drop(
    table: &mut Table,
    name: &str,
    if_exists: bool,
    flavor: Flavor,
) -> Result<Option<Column>, Failure> {
    let (keyspace, own) = (&table.keyspace, &table.name);
    let Some((at, column)) = table.column(name) else {
        return match if_exists {
            true => Ok(None),
            false => Err(Failure::invalid(flavor.pick(
                format!("Column {name} was not found in table {own}"),
                format!("Column {name} was not found in table '{keyspace}.{own}'"),
            ))),
        };
    };
    if column.is_key() {
        return Err(Failure::invalid(flavor.pick(
            format!("Cannot drop PRIMARY KEY part {name}"),
            format!("Cannot drop PRIMARY KEY column {name}"),
        )));
    }
    if let Some(index) = table.indexes.iter().find(|index| &*index.column == name) {
        let index = &index.name;
        return Err(Failure::invalid(flavor.pick(
            format!(
                "Cannot drop column {name} from base table {keyspace}.{own}: materialized view {index}_index \
                 needs this column"
            ),
            format!("Cannot drop column {name} because it has dependent secondary indexes ({index})"),
        )));
    }
    Ok(Some(table.columns.remove(at)))
}

fn rename(table: &mut Table, from: &str, to: &Name, flavor: Flavor) -> Result<(), Failure> {
    let own = &table.name;
    let Some((at, column)) = table.column(from) else {
        return Err(Failure::invalid(flavor.pick(
            format!("Cannot rename unknown column {from} in table {own}"),
            format!(
                "Undefined column name {from} in table {}.{own}",
                table.keyspace
            ),
        )));
    };
    if !column.is_key() {
        return Err(Failure::invalid(flavor.pick(
            format!("Cannot rename non PRIMARY KEY part {from}"),
            format!("Cannot rename non PRIMARY KEY column {from}"),
        )));
    }
    if table.column(to).is_some() {
        return Err(Failure::invalid(flavor.pick(
            format!(
                "Cannot rename column {from} to {to} in table {own}; another column of that name already exist"
            ),
            format!(
                "Cannot rename column {from} to {to} in table '{}.{own}'; another column with that name \
                 already exists",
                table.keyspace
            ),
        )));
    }
    let dependent: Vec<&str> = table
        .indexes
        .iter()
        .filter(|index| &*index.column == from)
        .map(|index| &*index.name)
        .collect();
    if !dependent.is_empty() {
        return Err(Failure::invalid(format!(
            "{} rename column {from} because it has dependent secondary indexes ({})",
            flavor.pick("Cannot", "Can't"),
            dependent.join(", ")
        )));
    }
    if let Some(column) = table.columns.get_mut(at) {
        column.name = to.clone();
    }
    Ok(())
}

fn retype(
    table: &mut Table,
    name: &str,
    ty: &TypeName,
    keyspace: &Keyspace,
    flavor: Flavor,
) -> Result<(), Failure> {
    if flavor == Flavor::Cassandra {
        return Err(Failure::invalid(
            "Altering column types is no longer supported",
        ));
    }
    let ty = types::resolve(ty, keyspace, flavor)?;
    let own = &table.name;
    let Some((at, column)) = table.column(name) else {
        return Err(Failure::invalid(format!(
            "Column {name} was not found in table {own}"
        )));
    };
    let ordered = column.kind == ColumnKind::Clustering;
    if !reads_as(&column.ty, &ty, ordered) {
        let old = &column.ty;
        let how = if ordered {
            "order-compatible"
        } else {
            "incompatible"
        };
        let not = if ordered { "not " } else { "" };
        return Err(Failure::config(format!(
            "Cannot change {name} from type {old} to type {ty}: types are {not}{how}."
        )));
    }
    if let Some(column) = table.columns.get_mut(at) {
        column.ty = ty;
    }
    Ok(())
}

/// Whether bytes written as `old` are good bytes of `new`, and in the same order if that matters.
fn reads_as(old: &Type, new: &Type, ordered: bool) -> bool {
    match (old, new) {
        _ if old == new => true,
        (Type::Ascii, Type::Text | Type::Blob) | (Type::Text, Type::Blob) => true,
        (Type::Counter, _) | (_, Type::Counter) => false,
        (Type::BigInt, Type::Timestamp) | (Type::Timestamp, Type::BigInt) => true,
        _ if ordered => false,
        (Type::TimeUuid, Type::Uuid) => true,
        (Type::TinyInt | Type::SmallInt | Type::Int | Type::BigInt, Type::VarInt) => true,
        (_, Type::Blob) => !is_multi_cell(old),
        _ => false,
    }
}
