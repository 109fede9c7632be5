//! What applications hold: prepare, execute, query, batch, page, close.

mod answer;
mod attempt;
mod builder;
mod choices;
mod concurrent;
mod counted;
mod decode;
mod errand;
mod execution;
mod hint;
mod inner;
mod metadata;
mod observe;
mod pages;
mod race;
mod request;
mod run;
mod scan;
mod statements;
mod throttled;
mod trace;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::response::{SchemaChange, SchemaTarget};
use crate::metrics::{Connections, Metrics, ShardAwareStats, Traffic};
use crate::session::answer::Content;
use crate::session::inner::{Defaults, Inner};
use crate::session::request::Message;
use crate::statement::{Batch, BatchKind, Prepared, Statement, Verb};
use crate::topology::Topology;
use crate::value::ToRow;

pub use crate::cluster::{ContactPoint, NodeEvents, SchemaMetadata};
pub use answer::{Answer, TypedRows};
pub use builder::SessionBuilder;
pub use concurrent::{AT_ONCE, Concurrent, Unordered};
pub use execution::{Execution, IntoExecution};
pub use pages::{PagedRows, Pages, RowStream};
pub use run::Run;
pub use scan::{Checkpoint, Scan, ScanBuilder};
pub use trace::{Trace, TraceEvent};

/// A session with a cluster: a connection to each shard of each node, kept alive behind it. Cheap to clone; all
/// clones are the same session.
///
/// Every method that waits may be cancelled by dropping its future: nothing on the wire is disturbed. A write whose
/// future was dropped may still happen.
///
/// Dropping the last clone closes the session in the background, as [`close`](Session::close) does, as long as the
/// runtime lives. A program that ends right after should `close` it instead and wait.
///
/// # Examples
/// ```no_run
/// # async fn example() -> scylla_orm_driver::Result<()> {
/// use scylla_orm_driver::Session;
///
/// let session = Session::connect(["127.0.0.1:9042"]).await?;
/// let answer = session
///     .query("SELECT day, high FROM climate.observations WHERE station = ?", ("Seattle",))
///     .await?;
/// for row in answer.rows_as::<(String, f64)>()? {
///     let (day, high) = row?;
///     println!("{day}: {high}");
/// }
/// session.close().await
/// # }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Inner>);

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
        let prepare = async |text: Arc<str>| {
            let answer = self.0.send(Message::Prepare(&text)).await?;
            let (node, shard) = (answer.node(), answer.shard());
            match answer.into_content() {
                Content::Prepared(told) => Ok(Prepared::new(text, *told)),
                _ => Err(Error::new(ErrorKind::Unexpected {
                    found: "another result".into(),
                    expected: "a prepared statement",
                })
                .at(node, shard)
                .of_statement(&text)),
            }
        };
        self.0.statements.find(cql, prepare).await
    }

    /// Drops a statement from those that this session has prepared: whoever asks for its text next has it prepared
    /// anew.
    pub fn forget(&self, statement: &Prepared) {
        self.0.statements.forget(statement);
    }

    /// Rows per page, unless a statement says otherwise.
    pub fn page_size(&self) -> u32 {
        self.0.defaults.page_size
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
        let statement = statement.into();
        match statement.verb() {
            Verb::Read | Verb::Write => {
                let prepared = self.prepare(statement.text()).await?;
                let execution = Execution::bind(&prepared, values)?;
                self.run(execution.with(statement.options().clone())).await
            }
            Verb::Other => {
                values.check(&[]).map_err(|e| {
                    Error::new(ErrorKind::Encode(e)).of_statement(statement.shared_text())
                })?;
                let answer = self.0.send(Message::Query(&statement)).await?;
                if let Some(change) = answer.schema_change() {
                    self.settle(change).await;
                }
                Ok(answer)
            }
            Verb::Use => Err(Error::new(ErrorKind::Unsupported {
                what: "USE would change one of many connections: write keyspace.table instead"
                    .into(),
            })
            .of_statement(statement.shared_text())),
        }
    }

    /// Waits until all nodes know a change of the schema. One that they do not know in time was made all the same, so
    /// that is no error of the statement.
    async fn settle(&self, change: &SchemaChange) {
        if let Err(error) = self.await_schema_agreement().await {
            tracing::warn!(%error, keyspace = change.keyspace, "the schema was changed, but not all nodes know it");
        }
        let settled = self.0.cluster.settle_schema(&change.keyspace);
        let settled = tokio::time::timeout(self.0.agreement_timeout, settled).await;
        if !matches!(settled, Ok(Ok(()))) {
            tracing::warn!(
                keyspace = change.keyspace,
                "the schema was changed, but could not be read yet"
            );
        }
        if change.target == SchemaTarget::Keyspace {
            // Requests to the keyspace find its replicas only after this.
            let refreshed = tokio::time::timeout(self.0.agreement_timeout, self.refresh()).await;
            if !matches!(refreshed, Ok(Ok(()))) {
                tracing::warn!(
                    keyspace = change.keyspace,
                    "the keyspace's replicas could not be read yet"
                );
            }
        }
    }

    /// Executes a prepared statement and returns its first page.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] if the values do not suit the statement, and those of [`run`](Session::run).
    pub async fn execute(&self, statement: &Prepared, values: impl ToRow) -> Result<Answer> {
        self.run(Execution::bind(statement, values)?).await
    }

    /// Executes a prepared statement whose values are encoded.
    ///
    /// # Errors
    /// What the server says; [`ErrorKind::Timeout`] at the deadline; [`ErrorKind::NoHost`] and
    /// [`ErrorKind::Broken`] if no node could be asked; [`ErrorKind::Closed`].
    pub fn run(&self, execution: Execution) -> Run {
        Run::new(self.clone(), execution)
    }

    /// Executes a batch. It goes to the owners of the first partition that the values of its statements tell.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn batch(&self, batch: &Batch) -> Result<Answer> {
        batch.check()?;
        let given = batch.options().timestamp;
        let timed = batch.kind() != BatchKind::Counter && !batch.is_conditional();
        let drawn = || self.0.policies.timestamps.next();
        let timestamp = given.or_else(|| drawn().filter(|_| timed));
        self.0.send(Message::Batch(batch, timestamp)).await
    }

    /// The pages of a prepared statement's result.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] if the values do not suit the statement.
    pub fn pages(&self, statement: &Prepared, values: impl ToRow) -> Result<Pages> {
        Ok(self.pages_of(Execution::bind(statement, values)?))
    }

    /// The pages of a statement's result. It is prepared first, unless this session has it prepared already.
    ///
    /// # Errors
    /// Those of [`prepare`](Session::prepare), and [`ErrorKind::Encode`] if the values do not suit the statement.
    pub async fn query_pages(
        &self,
        statement: impl Into<Statement>,
        values: impl ToRow,
    ) -> Result<Pages> {
        let statement = statement.into();
        let prepared = self.prepare(statement.text()).await?;
        let execution = Execution::bind(&prepared, values)?;
        Ok(self.pages_of(execution.with(statement.options().clone())))
    }

    /// The pages of an execution's result, from its paging state on.
    pub fn pages_of(&self, execution: Execution) -> Pages {
        Pages::new(self.clone(), execution)
    }

    /// Waits until each node of the local data centre has a connection to each of its shards. False if that is not
    /// so after `timeout`.
    pub async fn wait_ready(&self, timeout: Duration) -> bool {
        self.0.cluster.wait_full(timeout).await
    }

    /// The cluster as it is known now.
    pub fn topology(&self) -> Arc<Topology> {
        Arc::new(self.0.cluster.topology())
    }

    /// What this session sent so far, by node and shard.
    pub fn traffic(&self) -> Vec<Traffic> {
        self.0.cluster.traffic()
    }

    /// Whether any node has told that it has shards: then requests go to the core that owns their partition. False for
    /// Cassandra, and before the first connection.
    pub fn is_shard_aware(&self) -> bool {
        let stats = self.shard_aware_stats();
        stats.iter().any(|node| node.shards.is_some())
    }

    /// For each node that this session asks: its shards, the connections to them at this moment, and what it took to
    /// get them. Empty once the session is closed.
    pub fn shard_aware_stats(&self) -> Vec<ShardAwareStats> {
        self.0.cluster.shard_aware_stats()
    }

    /// How many tablets of ScyllaDB's tables the session knows by now. It learns them from answers to requests that went
    /// elsewhere, and forgets those of tables and nodes that are gone; at most 1,048,576 are kept. 0 where tables follow the
    /// ring of tokens, and once the session is closed.
    pub fn known_tablets(&self) -> usize {
        self.0.cluster.known_tablets()
    }

    /// What was counted until now, for the session, its nodes and their shards: requests, errors, retries, latencies,
    /// bytes. Takes no lock that a request takes, and stops nothing.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(session: scylla_orm_driver::Session) {
    /// use scylla_orm_driver::metrics::Detail;
    ///
    /// let metrics = session.metrics();
    /// let total = metrics.total();
    /// println!("{} requests, p99 {:?}", total.requests, total.latencies.quantile(0.99));
    /// for node in &metrics.nodes {
    ///     println!("{}: {:?} failed", node.node, node.total().errors);
    /// }
    /// // For the page that Prometheus reads.
    /// let page = metrics.to_prometheus(Detail::Node);
    /// # }
    /// ```
    pub fn metrics(&self) -> Metrics {
        self.0.counted.complete(self.0.cluster.metrics())
    }

    /// How many connections there were so far, and how they ended.
    pub fn connections(&self) -> Connections {
        self.0.cluster.connections()
    }

    /// Closes the session and all its clones: new requests are refused, those in flight finish or meet their
    /// deadline, then each connection is closed in order, without a reset. It returns in time whatever servers do: the
    /// connections of one that neither answers nor closes are cut off, which
    /// [`connections`](Session::connections) counts as `aborted`. Closing twice does nothing.
    ///
    /// A process that exits, or a runtime that is dropped, with requests in flight resets their connections: nobody is
    /// left who could close them.
    ///
    /// # Errors
    /// None today; a later version may report connections that did not end in time.
    ///
    /// # Cancel safety
    /// The connections close all the same.
    pub async fn close(&self) -> Result<()> {
        self.0.cluster.close().await;
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.cluster.state();
        f.debug_struct("Session")
            .field("nodes", &state.topology.nodes().len())
            .field("closed", &state.closed)
            .finish_non_exhaustive()
    }
}
