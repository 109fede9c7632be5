//! The cold path: a statement is written, prepared, and checked against the model, once per session and shape.

use std::sync::Arc;

use crate::connection::{Key, Session, Statement};
use crate::cql::{Flag, Shape, Verb};
use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

use super::{expect, explain};

/// What finds a statement in a session.
#[inline]
pub(super) fn key<'a>(table: &TableDef, shape: &'a Shape) -> Key<'a> {
    Key {
        model: table.id.number(),
        shape: shape.key(),
        spill: shape.spilled(),
        bounded: !shape.has(Flag::DYNAMIC),
    }
}

/// Has a statement prepared, and keeps it in the session. Those who want the same at the same time wait for one
/// preparation: the driver sees to that, by the text.
///
/// # Errors
/// [`ErrorKind::Invalid`] with the rule that it breaks; [`ErrorKind::NoKeyspace`]; what does not fit between the model
/// and the database; and what the server says.
pub(super) async fn prepare(
    session: &Session,
    table: &'static TableDef,
    shape: &Shape,
) -> Result<Arc<Statement>> {
    shape
        .check(table)
        .map_err(|rule| Error::invalid(rule).of(table.model))?;
    let keyspace = keyspace(session, table)?;
    let text = shape.text(table, Some(keyspace));
    tracing::debug!(model = table.model, %text, "prepares a statement");
    let driver = session.driver();
    let prepared = match driver.prepare(&text).await {
        Ok(prepared) => prepared,
        Err(error) => return Err(explain::explain(driver, table, Some(keyspace), error).await),
    };
    let checked = expect::markers(table, shape, &prepared)
        .and_then(|()| expect::columns_of(table, shape, &prepared));
    if let Err(error) = checked {
        // Once the table is right, it is not to be found as it was.
        driver.forget(&prepared);
        return Err(error.in_cql(&text));
    }
    let conditional = shape.is_conditional();
    let values = u16::try_from(prepared.markers().len()).unwrap_or(u16::MAX);
    let mut statement = Statement::new(prepared, values);
    statement.idempotent = shape.is_idempotent(table);
    statement.has_columns = conditional || shape.verb() == Verb::Select;
    // Only a server that always answers with the same columns can describe them beforehand.
    statement.in_full = conditional && !statement.prepared.columns().is_empty();
    Ok(session.keep(key(table, shape), statement))
}

/// Where the table of a model is.
///
/// # Errors
/// [`ErrorKind::NoKeyspace`].
pub(super) fn keyspace<'a>(session: &'a Session, table: &TableDef) -> Result<&'a str> {
    let keyspace = table.keyspace.or(session.keyspace());
    keyspace.ok_or_else(|| Error::new(ErrorKind::NoKeyspace).of(table.model))
}
