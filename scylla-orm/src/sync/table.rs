//! Planning and syncing one model's table: what users await.

use std::future::IntoFuture;
use std::pin::Pin;

use crate::connection::{On, Session};
use crate::error::Result;
use crate::table::TableDef;

use super::{Plan, Report, apply, found, run};

/// Creates the table of a model, or adds to it the columns and indexes that it lacks, and waits until all nodes know
/// it. Awaiting it gives a [`Report`] of what was done; a table that has everything is not touched.
///
/// # Errors
/// [`SchemaRefused`](crate::ErrorKind::SchemaRefused) if the table has something that cannot be made what the model
/// says, like a column of another type: then nothing is done, and the error lists all of it.
/// [`SyncFailed`](crate::ErrorKind::SyncFailed) if the server refuses a step; it says what was done before.
/// [`NoSession`](crate::ErrorKind::NoSession), [`NoKeyspace`](crate::ErrorKind::NoKeyspace), and
/// [`Driver`](crate::ErrorKind::Driver) if the schema cannot be read or the nodes do not agree on it.
///
/// # Cancel safety
/// Dropping it between two steps leaves the rest undone. Nothing breaks: the next sync goes on from there.
#[derive(Debug)]
#[must_use = "nothing is done unless it is awaited"]
pub struct SyncTable<'s> {
    table: &'static TableDef,
    on: On<'s>,
}

impl<'s> SyncTable<'s> {
    pub(super) fn new(table: &'static TableDef) -> Self {
        SyncTable {
            table,
            on: On::Ambient,
        }
    }

    /// Runs on this session, instead of the one in scope.
    pub fn on<'t>(self, session: &'t Session) -> SyncTable<'t> {
        SyncTable {
            table: self.table,
            on: On::Given(session),
        }
    }
}

impl<'s> IntoFuture for SyncTable<'s> {
    type Output = Result<Report>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Report>> + Send + 's>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let table = self.table;
            let work = async {
                let session = self.on.session()?;
                let keyspace = run::keyspace(&session, table)?;
                apply::sync(session.driver(), table, keyspace).await
            };
            work.await.map_err(|error| error.of(table.model))
        })
    }
}

/// Compares a model with its table. Awaiting it gives the [`Plan`]; nothing is changed.
///
/// # Errors
/// [`NoSession`](crate::ErrorKind::NoSession), [`NoKeyspace`](crate::ErrorKind::NoKeyspace), and
/// [`Driver`](crate::ErrorKind::Driver) if the schema cannot be read. What would be refused is no error here.
///
/// # Cancel safety
/// It only reads.
#[derive(Debug)]
#[must_use = "nothing is done unless it is awaited"]
pub struct PlanTable<'s> {
    table: &'static TableDef,
    on: On<'s>,
}

impl<'s> PlanTable<'s> {
    pub(super) fn new(table: &'static TableDef) -> Self {
        PlanTable {
            table,
            on: On::Ambient,
        }
    }

    /// Runs on this session, instead of the one in scope.
    pub fn on<'t>(self, session: &'t Session) -> PlanTable<'t> {
        PlanTable {
            table: self.table,
            on: On::Given(session),
        }
    }
}

impl<'s> IntoFuture for PlanTable<'s> {
    type Output = Result<Plan>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Plan>> + Send + 's>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let table = self.table;
            let work = async {
                let session = self.on.session()?;
                let keyspace = run::keyspace(&session, table)?;
                Ok(found::plan(session.driver(), table, keyspace).await?)
            };
            work.await
                .map_err(|error: crate::error::Error| error.of(table.model))
        })
    }
}
