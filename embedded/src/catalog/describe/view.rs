//! CREATE MATERIALIZED VIEW.

use scylla_orm_driver::value::Ident;

use crate::catalog::describe::table::{names, order, primary_key};
use crate::catalog::describe::{Element, options};
use crate::catalog::table::{Table, View};
use crate::flavor::Flavor;
use crate::parse::show;

pub(super) fn describe(table: &Table, view: &View, flavor: Flavor, internals: bool) -> Element {
    let keyspace = Ident(&table.keyspace);
    let (name, base) = (Ident(&table.name), Ident(&view.base));
    let selected = match view.includes_all {
        true => "*".to_owned(),
        false => names(&table.columns),
    };
    let mut with = Vec::new();
    if internals {
        with.push(format!("ID = {}", table.id));
    }
    with.extend(order(table));
    // Rows of a view end with those of its base: Cassandra does not tell of a time of its own.
    let all = options::all(&table.options, flavor).into_iter();
    let own =
        |option: &String| flavor == Flavor::Scylla || !option.starts_with("default_time_to_live");
    with.extend(all.filter(own));
    let statement = format!(
        "CREATE MATERIALIZED VIEW {keyspace}.{name} AS\n    SELECT {selected}\n    FROM {keyspace}.{base}\n    \
         WHERE {}\n    PRIMARY KEY ({})\n{}WITH {};",
        show::relations(&view.relations),
        primary_key(table),
        flavor.pick("    ", " "),
        with.join("\n    AND "),
    );
    let kind = flavor.pick("view", "materialized_view");
    Element::new(&table.keyspace, kind, &table.name, statement)
}
