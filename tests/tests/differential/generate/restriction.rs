//! Random WHERE clauses.

use scylla_orm::driver::value::Type;

use super::maker::Maker;
use super::schema::Column;

/// What a write is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Partition,
    Row,
    /// Rows of a partition.
    Range,
}

/// The WHERE of an UPDATE or DELETE.
pub fn of_write(maker: &mut Maker<'_>, reach: Reach) {
    let table = maker.table;
    maker.push(" WHERE ");
    maker.list(" AND ", &table.partition, |maker, column| {
        match maker.dice.below(40) {
            0 => among(maker, column),
            1 => slice(maker, column),
            _ => equals(maker, column),
        }
    });
    let mut columns: Vec<&Column> = table.clustering.iter().collect();
    match reach {
        Reach::Partition if maker.dice.percent(95) => columns.clear(),
        Reach::Range => columns.truncate(maker.dice.below(columns.len() + 1)),
        _ if maker.dice.percent(3) => {
            columns.pop();
        }
        _ => {}
    }
    clustering(maker, &columns, reach == Reach::Range);
    if maker.dice.percent(1)
        && let Some(column) = table.regular.first()
    {
        maker.push(" AND ");
        equals(maker, column);
    }
}

/// Relations on the first of the clustering columns. `range`: the last one may be any.
pub fn clustering(maker: &mut Maker<'_>, columns: &[&Column], range: bool) {
    let last = columns.len().saturating_sub(1);
    if range && columns.len() > 1 && maker.dice.percent(15) {
        maker.push(" AND ");
        return multi(maker, columns);
    }
    for (at, column) in columns.iter().enumerate() {
        maker.push(" AND ");
        let odd = maker.dice.below(100);
        match range && at == last {
            true if odd < 45 => slices(maker, column),
            true if odd < 65 => among(maker, column),
            _ if odd < 6 => among(maker, column),
            _ => equals(maker, column),
        }
    }
}

/// `(c0, c1) > (…, …)` and the like.
fn multi(maker: &mut Maker<'_>, columns: &[&Column]) {
    let names: Vec<&str> = columns.iter().map(|c| &*c.name).collect();
    maker.push(&format!("({})", names.join(", ")));
    let tuple = |maker: &mut Maker<'_>, columns: &[&Column]| {
        maker.push("(");
        maker.list(", ", columns, |maker, column| maker.key(column));
        maker.push(")");
    };
    if maker.dice.percent(35) {
        maker.push(" IN (");
        let count = 1 + maker.dice.below(3);
        maker.list(", ", &vec![(); count], |maker, ()| tuple(maker, columns));
        return maker.push(")");
    }
    let operator = *maker.dice.pick(&[" = ", " > ", " < ", " >= ", " <= "]);
    maker.push(operator);
    let short = match maker.dice.percent(25) {
        true => columns.len() - 1,
        false => columns.len(),
    };
    tuple(maker, &columns[..short]);
    if short < columns.len() && maker.dice.percent(50) {
        maker.push(&format!(" AND ({})", names[..short].join(", ")));
        maker.push(" < ");
        tuple(maker, &columns[..short]);
    }
}

pub fn equals(maker: &mut Maker<'_>, column: &Column) {
    maker.name(&column.name);
    maker.push(" = ");
    maker.key(column);
}

pub fn among(maker: &mut Maker<'_>, column: &Column) {
    maker.name(&column.name);
    maker.push(" IN (");
    let count = maker.dice.below(4);
    maker.list(", ", &vec![(); count], |maker, ()| maker.key(column));
    maker.push(")");
}

pub fn slice(maker: &mut Maker<'_>, column: &Column) {
    maker.name(&column.name);
    let operator = *maker.dice.pick(&[" > ", " < ", " >= ", " <= "]);
    maker.push(operator);
    maker.key(column);
}

fn slices(maker: &mut Maker<'_>, column: &Column) {
    if maker.dice.percent(70) {
        return slice(maker, column);
    }
    let operators = *maker
        .dice
        .pick(&[(">", "<"), (">=", "<="), (">", "<="), ("<", "<")]);
    maker.push(&format!("{} {} ", column.name, operators.0));
    maker.key(column);
    maker.push(&format!(" AND {} {} ", column.name, operators.1));
    maker.key(column);
}

/// A relation on any column, as for an index or for filtering.
pub fn any(maker: &mut Maker<'_>, column: &Column) {
    let name = &*column.name;
    match column.ty.bare() {
        Type::Map(key, of) => match maker.dice.below(4) {
            0 => {
                maker.push(&format!("{name} CONTAINS KEY "));
                maker.of(key);
            }
            1 => {
                maker.push(&format!("{name} CONTAINS "));
                maker.of(of);
            }
            2 => {
                maker.push(&format!("{name}["));
                maker.of(key);
                maker.push("] = ");
                maker.of(of);
            }
            _ => equals(maker, column),
        },
        Type::List(element) | Type::Set(element) if maker.dice.percent(60) => {
            maker.push(&format!("{name} CONTAINS "));
            maker.of(element);
        }
        _ => match maker.dice.below(12) {
            0 => among(maker, column),
            1 | 2 => slice(maker, column),
            3 if maker.dice.percent(15) => maker.push(&format!("{name} != 1")),
            3 if maker.dice.percent(15) => maker.push(&format!("{name} IS NOT NULL")),
            3 if maker.dice.percent(15) => maker.push(&format!("{name} LIKE 'a%'")),
            _ => equals(maker, column),
        },
    }
}

/// `token(…) > …`
pub fn token(maker: &mut Maker<'_>) {
    let names: Vec<&str> = maker.table.partition.iter().map(|c| &*c.name).collect();
    let operator = *maker.dice.pick(&[">", "<", ">=", "<=", ">", "="]);
    maker.push(&format!("token({}) {operator} ", names.join(", ")));
    match maker.dice.below(3) {
        0 => maker.push("0"),
        _ => {
            maker.push("token(");
            let table = maker.table;
            maker.list(", ", &table.partition, |maker, column| maker.key(column));
            maker.push(")");
        }
    }
}
