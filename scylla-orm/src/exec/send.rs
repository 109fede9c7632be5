//! A statement that is one request: its prepared statement is found, or is made on the cold path.

use bytes::Bytes;
use scylla_orm_driver::session::{Execution, Run};
use scylla_orm_driver::statement::Options;

use crate::connection::{Held, Lease, Session};
use crate::cql::Raw;
use crate::table::TableDef;

use super::{Phase, prepare};

/// Hands the statement to the driver, which sends it at its first poll; from where in its result on.
#[inline]
pub(super) fn send<'s>(
    table: &'static TableDef,
    lease: Lease<'s>,
    mut raw: Raw,
    options: Options,
    from: Option<Bytes>,
) -> Phase<'s> {
    raw.finish();
    let key = prepare::key(table, &raw.shape);
    let found = match &lease {
        Lease::Lent(session) => session.statement(key),
        Lease::Shared(session) => session
            .statement(key)
            .map(|held| Held::Shared(held.into_shared())),
    };
    if let Some(statement) = found {
        let run = run(&lease, &statement, raw.values, options, from);
        return Phase::Sent(run, statement);
    }
    let session = lease.into_session();
    Phase::Preparing(Box::pin(async move {
        let statement = prepare::prepare(&session, table, &raw.shape).await?;
        let statement = Held::Shared(statement);
        let run = run(&session, &statement, raw.values, options, from);
        Ok((run, statement))
    }))
}

#[inline]
fn run(
    session: &Session,
    statement: &Held<'_>,
    values: Vec<u8>,
    mut options: Options,
    from: Option<Bytes>,
) -> Run {
    options.idempotent |= statement.idempotent;
    session.driver().run(Execution {
        statement: statement.prepared.clone(),
        values,
        count: statement.values,
        options,
        paging_state: from.map(|state| Box::from(&*state)),
    })
}
