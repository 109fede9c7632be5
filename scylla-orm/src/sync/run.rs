//! Where a model's table is, and how the schema is changed.

use std::time::Duration;

use scylla_orm_driver::session::Answer;
use scylla_orm_driver::statement::Statement;

use crate::connection::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

/// How long one statement may take: longer than a request, since the server waits for its other nodes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The keyspace of a model: its own, or the session's.
pub(super) fn keyspace<'a>(session: &'a Session, table: &'a TableDef) -> Result<&'a str> {
    let keyspace = table.keyspace.or(session.keyspace());
    keyspace.ok_or_else(|| Error::new(ErrorKind::NoKeyspace))
}

/// Sends a statement that changes the schema. False if `IF NOT EXISTS` found it done; ScyllaDB does not say so of tables
/// and keyspaces.
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
