//! Where changes of the schema run, and how one is sent.

use std::time::Duration;

use scylla_orm_driver::session::Answer;
use scylla_orm_driver::statement::Statement;

use crate::connection::{On, Session};
use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

/// How long one statement may take: longer than a request, since the server waits for its other nodes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The session that is meant.
pub(super) fn session(on: On<'_>) -> Result<Session> {
    match on {
        On::Given(session) => Ok(session.clone()),
        On::Ambient => Err(Error::new(ErrorKind::NoSession)),
    }
}

/// The keyspace of a model: its own, or the session's.
pub(super) fn keyspace(_session: &Session, table: &TableDef) -> Result<Box<str>> {
    match table.keyspace {
        Some(keyspace) => Ok(keyspace.into()),
        None => Err(Error::new(ErrorKind::NoKeyspace)),
    }
}

/// Sends a statement that changes the schema. True if it did: `IF NOT EXISTS` may have found it done.
pub(super) async fn change(
    driver: &scylla_orm_driver::Session,
    cql: &str,
) -> scylla_orm_driver::Result<bool> {
    let answer: Answer = driver
        .query(Statement::new(cql).timeout(TIMEOUT), ())
        .await?;
    let changed = answer.schema_change().is_some();
    if changed {
        tracing::info!(cql, "schema changed");
    }
    Ok(changed)
}
