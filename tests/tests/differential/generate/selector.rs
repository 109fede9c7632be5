//! Random columns and functions of SELECTs.

use scylla_orm::driver::value::Type;

use super::maker::Maker;
use super::schema::Column;

/// What is selected, as far as other clauses depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Distinct,
    Aggregates,
}

/// `SELECT …`
pub fn selectors(maker: &mut Maker<'_>) -> Kind {
    maker.push("SELECT ");
    match maker.dice.below(100) {
        0..30 => {
            maker.push("*");
            Kind::Plain
        }
        30..36 => {
            maker.push("JSON *");
            Kind::Plain
        }
        36..44 => {
            maker.push("DISTINCT ");
            distinct(maker);
            Kind::Distinct
        }
        44..60 => {
            aggregates(maker);
            Kind::Aggregates
        }
        _ => {
            if maker.dice.percent(5) {
                maker.push("JSON ");
            }
            let all = maker.table.columns();
            let mut columns = maker.dice.some(&all, 45);
            if columns.is_empty() {
                columns.push(&all[0]);
            }
            maker.list(", ", &columns, |maker, column| selector(maker, column));
            Kind::Plain
        }
    }
}

fn distinct(maker: &mut Maker<'_>) {
    let table = maker.table;
    let mut columns: Vec<&Column> = table.partition.iter().collect();
    if maker.dice.percent(4) {
        columns.pop();
        columns.extend(table.regular.first());
    }
    columns.extend(maker.dice.some(&table.statics, 50));
    if columns.is_empty() {
        return maker.push("*");
    }
    maker.list(", ", &columns, |maker, column| maker.name(&column.name));
}

fn aggregates(maker: &mut Maker<'_>) {
    let all = maker.table.columns();
    if maker.dice.percent(30) {
        for column in &maker.table.partition {
            maker.push(&format!("{}, ", column.name));
        }
    }
    let count = 1 + maker.dice.below(3);
    maker.list(", ", &vec![(); count], |maker, ()| {
        let column = *maker.dice.pick(&all);
        match maker.dice.below(7) {
            0 | 1 => maker.push("count(*)"),
            2 => maker.push(&format!("count({})", column.name)),
            3 => maker.push(&format!("min({})", column.name)),
            4 => maker.push(&format!("max({})", column.name)),
            5 => maker.push(&format!("sum({})", column.name)),
            _ => maker.push(&format!("avg({})", column.name)),
        }
    });
}

/// A column, or something made of it.
fn selector(maker: &mut Maker<'_>, column: &Column) {
    let name = &*column.name;
    match maker.dice.below(40) {
        0..24 => maker.name(name),
        24..26 => maker.push(&format!("{name} AS x{name}")),
        26 if maker.table.stamped && !maker.table.counters => {
            maker.push(&format!("writetime({name})"))
        }
        27 => maker.push(&format!("cast({name} AS text)")),
        28 => cast(maker, name),
        29 => maker.push(&format!("tojson({name})")),
        30 => {
            let names: Vec<&str> = maker.table.partition.iter().map(|c| &*c.name).collect();
            maker.push(&format!("token({})", names.join(", ")));
        }
        31 => function(maker, name),
        _ => part(maker, column),
    }
}

fn cast(maker: &mut Maker<'_>, name: &str) {
    let ty = *maker.dice.pick(&[
        "int",
        "bigint",
        "double",
        "float",
        "varint",
        "decimal",
        "ascii",
        "date",
        "timestamp",
        "tinyint",
        "blob",
    ]);
    maker.push(&format!("cast({name} AS {ty})"));
}

fn function(maker: &mut Maker<'_>, name: &str) {
    let function = *maker.dice.pick(&[
        "intasblob",
        "textasblob",
        "blobastext",
        "blobasint",
        "todate",
        "totimestamp",
        "tounixtimestamp",
        "abs",
        "round",
        "map_keys",
        "map_values",
        "collection_count",
        "nosuch",
    ]);
    maker.push(&format!("{function}({name})"));
}

/// An element or a field.
fn part(maker: &mut Maker<'_>, column: &Column) {
    let name = &*column.name;
    match column.ty.bare() {
        Type::Map(key, _) | Type::Set(key) => {
            maker.push(&format!("{name}["));
            maker.of(key);
            if maker.dice.percent(20) {
                maker.push("..");
                maker.of(key);
            }
            maker.push("]");
        }
        Type::User(user) => {
            let field = &maker.dice.pick(&user.fields).0;
            maker.push(&format!("{name}.{field}"));
        }
        Type::List(_) if maker.dice.percent(10) => maker.push(&format!("{name}[0]")),
        _ => maker.push(name),
    }
}
