//! The words of the refusals.

use std::fmt::{Formatter, Result};

use scylla_orm_driver::value::Type;

use super::Refusal;

/// Why it is refused.
pub(super) fn reason(refusal: &Refusal, f: &mut Formatter<'_>) -> Result {
    match refusal {
        Refusal::NoKeyspace { keyspace } => write!(f, "there is no keyspace `{keyspace}`"),
        Refusal::View => f.write_str("it is a materialized view"),
        Refusal::Key { found, declared } => {
            write!(f, "the primary key {}", differs(found, declared))
        }
        Refusal::Order { column, declared } => {
            let (found, declared) = of_two(*declared, "ascending", "descending");
            write!(
                f,
                "clustering column `{column}` {}",
                differs(found, declared)
            )
        }
        Refusal::Type {
            column,
            found,
            declared,
            ..
        } => {
            let (found, declared) = (found.to_string(), declared.to_string());
            write!(f, "column `{column}` {}", differs(&found, &declared))
        }
        Refusal::Static { column, declared } => {
            let (found, declared) = of_two(*declared, "not static", "static");
            write!(f, "column `{column}` {}", differs(found, declared))
        }
        Refusal::Counter {
            column,
            declared: true,
        } => write!(
            f,
            "column `{column}` is a counter, and the table has columns that are none"
        ),
        Refusal::Counter { column, .. } => write!(
            f,
            "column `{column}` is no counter, and the table has counters"
        ),
        Refusal::Duration { column } => {
            write!(
                f,
                "column `{column}` holds durations, which cannot be indexed"
            )
        }
        Refusal::IndexName {
            column,
            index,
            taken_by,
        } => write!(
            f,
            "the index of column `{column}` would be called `{index}`, as an index of table `{taken_by}` is"
        ),
    }
}

/// What can be done instead.
pub(super) fn way_out(refusal: &Refusal, f: &mut Formatter<'_>) -> Result {
    match refusal {
        Refusal::NoKeyspace { keyspace } => {
            write!(f, "create it first: `create_keyspace(\"{keyspace}\", ..)`")
        }
        Refusal::View => f.write_str("only tables are synced: give the model the name of one"),
        Refusal::Key { .. } => {
            f.write_str("a key cannot be changed: ")?;
            other_table(f)
        }
        Refusal::Order { declared, .. } => {
            let (was, _) = of_two(*declared, "clustering_key", "clustering_key(desc)");
            write!(
                f,
                "the order cannot be changed: say `{was}` in the model and read in reverse, or "
            )?;
            other_table(f)
        }
        Refusal::Type {
            found,
            declared,
            key,
            ..
        } => {
            f.write_str("the type of a column cannot be changed: ")?;
            if found.thawed() == declared.thawed() {
                let frozen = matches!(declared, Type::Frozen(_));
                write!(f, "{} `frozen` in the model", drop_or_add(frozen))?;
            } else {
                write!(f, "make the field `{}`", found.rust_name())?;
            }
            f.write_str(", or ")?;
            match key {
                true => other_table(f),
                false => other_column(f),
            }
        }
        Refusal::Static { declared, .. } => {
            let verb = drop_or_add(*declared);
            write!(
                f,
                "that cannot be changed: {verb} `static_column` in the model, or "
            )?;
            other_column(f)
        }
        Refusal::Counter { .. } => {
            f.write_str("outside its key, a table has only counters or none: use another table")
        }
        Refusal::Duration { .. } => f.write_str("drop `index` in the model"),
        Refusal::IndexName { .. } => {
            f.write_str("create the index yourself, under another name: it is known by its column")
        }
    }
}

fn other_table(f: &mut Formatter<'_>) -> Result {
    f.write_str("give the model a table of another name and copy the rows")
}

fn other_column(f: &mut Formatter<'_>) -> Result {
    f.write_str("give the column another name and copy the values")
}

fn differs(found: &str, declared: &str) -> String {
    format!("is {found} in the table and {declared} in the model")
}

/// What the table has, and what the model says, when the model says the second of two things or not.
fn of_two<'a>(second: bool, one: &'a str, two: &'a str) -> (&'a str, &'a str) {
    if second { (one, two) } else { (two, one) }
}

fn drop_or_add(declared: bool) -> &'static str {
    if declared { "drop" } else { "add" }
}
