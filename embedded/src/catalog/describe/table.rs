//! CREATE TABLE.

use scylla_orm_driver::value::Ident;

use crate::catalog::describe::{Element, options, quoted};
use crate::catalog::system::VIRTUAL;
use crate::catalog::table::{Column, ColumnKind, Table};
use crate::flavor::Flavor;

pub(super) fn describe(table: &Table, flavor: Flavor, internals: bool) -> Element {
    let name = format!("{}.{}", Ident(&table.keyspace), Ident(&table.name));
    let body = format!("{name} (\n{}\n)", columns(table, flavor));
    let mut with = Vec::new();
    if internals {
        with.push(format!("ID = {}", table.id));
    }
    with.extend(order(table));
    let statement = if &*table.keyspace == VIRTUAL {
        let comment = table.options.text("comment").unwrap_or_default();
        with.push(format!("comment = {}", quoted(comment)));
        format!(
            "/*\nWarning: Table {name} is a virtual table and cannot be recreated with CQL.\n\
             Structure, for reference:\nVIRTUAL TABLE {body} WITH {};\n*/",
            with.join("\n    AND ")
        )
    } else {
        with.extend(options::all(&table.options, flavor));
        format!("CREATE TABLE {body} WITH {};", with.join("\n    AND "))
    };
    Element::new(&table.keyspace, "table", &table.name, statement)
}

/// The columns and the key, a line each.
fn columns(table: &Table, flavor: Flavor) -> String {
    let key = table.partition_key();
    // Cassandra puts a key of one column beside it.
    let inline = flavor == Flavor::Cassandra && key.len() == 1 && table.clustering == 0;
    let mut columns: Vec<&Column> = table.columns.iter().collect();
    if flavor == Flavor::Cassandra {
        // It tells what is written piece by piece behind the rest of its kind.
        columns.sort_by_key(|column| (column.kind, column.is_multi_cell()));
    }
    let line = |column: &Column| {
        let is_static = match column.kind {
            ColumnKind::Static => flavor.pick(" STATIC", " static"),
            ColumnKind::Partition if inline => " PRIMARY KEY",
            _ => "",
        };
        format!("    {} {}{is_static}", Ident(&column.name), column.ty)
    };
    let mut lines: Vec<String> = columns.into_iter().map(line).collect();
    if !inline {
        lines.push(format!("    PRIMARY KEY ({})", primary_key(table)));
    }
    lines.join(",\n")
}

/// What stands in the parentheses of PRIMARY KEY.
pub(super) fn primary_key(table: &Table) -> String {
    let partition = names(table.partition_key());
    let partition = match table.partition {
        1 => partition,
        _ => format!("({partition})"),
    };
    match table.clustering {
        0 => partition,
        _ => format!("{partition}, {}", names(table.clustering_key())),
    }
}

/// CLUSTERING ORDER BY, if there is a clustering key.
pub(super) fn order(table: &Table) -> Option<String> {
    let order = table.clustering_key().iter().map(|column| {
        let direction = if column.descending { "DESC" } else { "ASC" };
        format!("{} {direction}", Ident(&column.name))
    });
    let order: Vec<String> = order.collect();
    (!order.is_empty()).then(|| format!("CLUSTERING ORDER BY ({})", order.join(", ")))
}

pub(super) fn names(columns: &[Column]) -> String {
    let names: Vec<String> = columns.iter().map(|c| Ident(&c.name).to_string()).collect();
    names.join(", ")
}
