//! What applications hold: prepare, execute, query, batch, page, close.

mod answer;
mod builder;
mod contact;
mod execution;
mod pages;
mod run;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::metrics::Traffic;
use crate::statement::{Batch, Prepared, Statement};
use crate::topology::{KeyspaceInfo, TableInfo, Topology};
use crate::value::ToRow;

pub use answer::{Answer, TypedRows};
pub use builder::SessionBuilder;
pub use contact::ContactPoint;
pub use execution::Execution;
pub use pages::Pages;
pub use run::Run;

/// A session with a cluster: a connection to each shard of each node, kept alive behind it. Cheap to clone; all
/// clones are the same session.
///
/// Every method that waits may be cancelled by dropping its future: nothing on the wire is disturbed. A write whose
/// future was dropped may still happen.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {}

impl Session {
    /// Settings of a session that is to be opened.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// Connects to the cluster that one of `points` belongs to, with the settings of
    /// [`builder`](Session::builder)'s defaults.
    ///
    /// # Errors
    /// As [`SessionBuilder::connect`].
    pub async fn connect(
        points: impl IntoIterator<Item = impl Into<ContactPoint>>,
    ) -> Result<Session> {
        Session::builder().contact_points(points).connect().await
    }

    /// Prepares a statement, unless this session has it prepared already. Whoever asks for the same text at the
    /// same time waits for the same answer.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] and [`ErrorKind::Invalid`] if the server does not accept it.
    pub async fn prepare(&self, cql: &str) -> Result<Prepared> {
        Err(not_yet(cql))
    }

    /// Executes a statement. One that reads or writes rows is prepared first, unless this session has it prepared
    /// already; other statements, as those that change the schema, are sent as they are, and after a change of the
    /// schema this waits until all nodes know it.
    ///
    /// # Errors
    /// Those of [`prepare`](Session::prepare) and [`run`](Session::run); [`ErrorKind::Encode`] if the values do not
    /// suit the statement; [`ErrorKind::Unsupported`] for USE.
    pub async fn query(
        &self,
        statement: impl Into<Statement>,
        values: impl ToRow,
    ) -> Result<Answer> {
        let (statement, _) = (statement.into(), values);
        Err(not_yet(statement.text()))
    }

    /// Executes a prepared statement and returns its first page.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] if the values do not suit the statement, and those of [`run`](Session::run).
    pub async fn execute(&self, statement: &Prepared, values: impl ToRow) -> Result<Answer> {
        let (values, count) = statement.encode(&values)?;
        self.run(Execution::new(statement.clone(), values, count))
            .await
    }

    /// Executes a prepared statement whose values are encoded.
    ///
    /// # Errors
    /// What the server says; [`ErrorKind::Timeout`] at the deadline; [`ErrorKind::NoHost`] and
    /// [`ErrorKind::Broken`] if no node could be asked; [`ErrorKind::Closed`].
    pub fn run(&self, execution: Execution) -> Run {
        Run::new(self.clone(), execution)
    }

    /// Executes a batch. It is routed by its first statement.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn batch(&self, batch: &Batch) -> Result<Answer> {
        batch.check()?;
        Err(not_yet("BATCH"))
    }

    /// The pages of a prepared statement's result.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] if the values do not suit the statement.
    pub fn pages(&self, statement: &Prepared, values: impl ToRow) -> Result<Pages> {
        let (values, count) = statement.encode(&values)?;
        Ok(self.pages_of(Execution::new(statement.clone(), values, count)))
    }

    /// The pages of an execution's result, from its paging state on.
    pub fn pages_of(&self, execution: Execution) -> Pages {
        Pages::new(self.clone(), execution)
    }

    /// Waits until each node of the local data centre has a connection to each of its shards. False if that is not
    /// so after `timeout`.
    pub async fn wait_ready(&self, timeout: Duration) -> bool {
        let _ = timeout;
        false
    }

    /// The cluster as it is known now.
    pub fn topology(&self) -> Arc<Topology> {
        Arc::default()
    }

    /// A keyspace as the cluster describes it now; `None` if it is not there.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn describe_keyspace(&self, keyspace: &str) -> Result<Option<KeyspaceInfo>> {
        Err(not_yet(keyspace))
    }

    /// A table, or a materialized view, as the cluster describes it now; `None` if it is not there.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn describe_table(&self, keyspace: &str, table: &str) -> Result<Option<TableInfo>> {
        let _ = keyspace;
        Err(not_yet(table))
    }

    /// Waits until all nodes that can be reached have the same version of the schema.
    ///
    /// # Errors
    /// [`ErrorKind::NoAgreement`] if they do not within the session's `agreement_timeout`; it says which node has
    /// which version.
    pub async fn await_schema_agreement(&self) -> Result<()> {
        Err(not_yet(""))
    }

    /// Reads the topology anew. Events do that too; this is for who cannot wait for one.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn refresh(&self) -> Result<()> {
        Err(not_yet(""))
    }

    /// What this session sent so far, by node and shard.
    pub fn traffic(&self) -> Vec<Traffic> {
        Vec::new()
    }

    /// Closes the session and all its clones: new requests are refused, those in flight finish or meet their
    /// deadline, then each connection is closed in order. Closing twice does nothing.
    ///
    /// # Errors
    /// None today; a later version may report connections that did not end in time.
    pub async fn close(&self) -> Result<()> {
        Ok(())
    }
}

fn not_yet(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported { what: what.into() })
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
