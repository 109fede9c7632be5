//! The words of the errors.

use std::fmt::{Formatter, Result};

use scylla_orm_driver::value::Fault;

use super::ErrorKind;

/// What failed, and where.
pub(super) fn describe(kind: &ErrorKind, model: Option<&str>, f: &mut Formatter<'_>) -> Result {
    if let Some(model) = model {
        write!(f, "`{model}`: ")?;
    }
    match kind {
        ErrorKind::NoSession => f.write_str("there is no session"),
        ErrorKind::DefaultAlreadySet => f.write_str("there is a default session already"),
        ErrorKind::NoKeyspace => f.write_str("the keyspace of the table is not known"),
        ErrorKind::NotFound => f.write_str("there is no such row"),
        ErrorKind::MultipleFound => f.write_str("there is more than one such row"),
        ErrorKind::Invalid(rule) => f.write_str(rule),
        ErrorKind::Decode {
            column,
            ty,
            row,
            fault,
        } => write!(
            f,
            "column `{column}` (`{ty}`) {} in row {row}{}",
            what_is_wrong(*fault),
            if *fault == Fault::Null {
                ", but the field is no `Option`"
            } else {
                ""
            }
        ),
        ErrorKind::PageToken => f.write_str("the page token does not belong to this query"),
        ErrorKind::Driver(error) => write!(f, "{error}"),
        _ => of_tables(kind, f),
    }
}

/// The same, of tables that are not what the model says.
fn of_tables(kind: &ErrorKind, f: &mut Formatter<'_>) -> Result {
    match kind {
        ErrorKind::MissingKeyspace { keyspace } => write!(f, "there is no keyspace `{keyspace}`"),
        ErrorKind::MissingTable { table } => write!(f, "there is no table `{table}`"),
        ErrorKind::MissingColumns { table, columns } => {
            let columns: Vec<String> = columns.iter().map(|c| format!("no column `{c}`")).collect();
            write!(f, "table `{table}` has {}", columns.join(" and "))
        }
        ErrorKind::Mismatch {
            table,
            column: Some(column),
            expected,
            found,
        } => write!(
            f,
            "column `{column}` of table `{table}` is `{expected}` in the model and `{found}` in the database"
        ),
        ErrorKind::Mismatch {
            table,
            column: None,
            expected,
            found,
        } => write!(
            f,
            "table `{table}` has {expected} in the model and {found} in the database"
        ),
        _ => of_schema(kind, f),
    }
}

/// The same, of changes of the schema.
fn of_schema(kind: &ErrorKind, f: &mut Formatter<'_>) -> Result {
    match kind {
        ErrorKind::SchemaRefused {
            table,
            reasons,
            applied,
        } => {
            write!(f, "table {table} cannot be made what the model says")?;
            if applied.is_empty() {
                f.write_str(", and nothing was done")?;
            }
            list(f, "\n- ", reasons)?;
            list(f, "\n- done: ", applied)
        }
        ErrorKind::SyncFailed {
            applied,
            missing,
            cause,
        } => {
            match cause {
                Some(cause) => write!(f, "the schema could not be changed: {cause}")?,
                None => f.write_str("other processes change the same table all the time")?,
            }
            list(f, "\n- done: ", applied)?;
            list(f, "\n- not done: ", missing)
        }
        ErrorKind::DropNotAllowed { keyspace } => write!(
            f,
            "keyspace `{keyspace}` is not dropped: all its tables and their data would be lost"
        ),
        _ => Ok(()),
    }
}

fn list(f: &mut Formatter<'_>, before: &str, items: &[Box<str>]) -> Result {
    items
        .iter()
        .try_for_each(|item| write!(f, "{before}{item}"))
}

/// What to do about it.
pub(super) fn advise(kind: &ErrorKind, model: Option<&str>, f: &mut Formatter<'_>) -> Result {
    let model = model.unwrap_or("Model");
    match kind {
        ErrorKind::NoSession => f.write_str(
            "; call `.on(&session)`, or run it inside `session.scope(..)`, or set a default with \
             `session.set_default()`",
        ),
        ErrorKind::DefaultAlreadySet => {
            f.write_str("; set it once, and name other sessions with `.on(&session)`")
        }
        ErrorKind::NoKeyspace => f.write_str(
            "; say `#[cql(keyspace = \"…\")]` on the model, or `.keyspace(\"…\")` on the session's builder",
        ),
        ErrorKind::MultipleFound => f.write_str("; add filters, or take `.first()` or `.all()`"),
        ErrorKind::MissingKeyspace { .. } => f.write_str("; `create_keyspace(..)` creates it"),
        ErrorKind::MissingTable { .. } => write!(f, "; `sync_table::<{model}>()` creates it"),
        ErrorKind::MissingColumns { .. } => {
            write!(f, "; `sync_table::<{model}>()` adds what the table lacks")
        }
        ErrorKind::Mismatch { column, .. } => {
            let what = match column {
                Some(_) => "field's type",
                None => "model",
            };
            write!(
                f,
                "; change the {what}, or the table: `sync_table::<{model}>()` says what it can do"
            )
        }
        ErrorKind::Decode {
            fault: Fault::Null, ..
        } => f.write_str("; make it one, or give it `#[cql(default)]`"),
        ErrorKind::PageToken => {
            f.write_str("; use a token with the query, and the values, that it came from")
        }
        ErrorKind::DropNotAllowed { .. } => {
            f.write_str("; allow it by `.allow_drop(..)` with the name of the keyspace")
        }
        _ => Ok(()),
    }
}

fn what_is_wrong(fault: Fault) -> &'static str {
    match fault {
        Fault::Short => "ends too early",
        Fault::Null => "is null",
        Fault::Length => "has not the length that its type needs",
        Fault::Utf8 => "is not UTF-8",
        Fault::Range => "is outside of what the field's type can hold",
        _ => "cannot be read into its field",
    }
}
