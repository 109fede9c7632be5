//! What a session knows of the schema, and tells of the nodes.

use std::sync::Arc;

use crate::error::Result;
use crate::session::{NodeEvents, Session};
use crate::token::Token;
use crate::topology::{KeyspaceInfo, Replica, Schema, TableInfo};

impl Session {
    /// A keyspace as the cluster describes it now; `None` if it is not there.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn describe_keyspace(&self, keyspace: &str) -> Result<Option<KeyspaceInfo>> {
        self.0.cluster.describe_keyspace(keyspace).await
    }

    /// A table, or a materialized view, as the cluster describes it now; `None` if it is not there.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn describe_table(&self, keyspace: &str, table: &str) -> Result<Option<TableInfo>> {
        self.0.cluster.describe_table(keyspace, table).await
    }

    /// The schema of the whole cluster, from one immutable snapshot that is replaced as the schema changes. It is read
    /// when it is asked for first; from then on this does not wait, and what comes back lags behind the cluster by
    /// about a second at most, and behind changes by this session not at all. By default without the system's own
    /// keyspaces: [`SessionBuilder::schema_keyspaces`](crate::SessionBuilder::schema_keyspaces) names
    /// others.
    ///
    /// # Errors
    /// As [`refresh_schema`](Session::refresh_schema), the first time.
    pub async fn schema(&self) -> Result<Arc<Schema>> {
        self.0.cluster.schema().await
    }

    /// Reads the schema anew, all of it. Events do that too; this is for who cannot wait for one.
    ///
    /// # Errors
    /// As [`run`](Session::run); [`Unsupported`](crate::error::ErrorKind::Unsupported) if the session was told
    /// [not to read it](crate::session::SchemaMetadata::Off).
    ///
    /// # Cancel safety
    /// It is read all the same.
    pub async fn refresh_schema(&self) -> Result<Arc<Schema>> {
        self.0.cluster.refresh_schema().await
    }

    /// Reads one keyspace anew into the [`schema`](Session::schema), and returns it; `None` if it is not there, or not
    /// among those that are read.
    ///
    /// # Errors
    /// As [`refresh_schema`](Session::refresh_schema).
    pub async fn refresh_keyspace(&self, keyspace: &str) -> Result<Option<Arc<KeyspaceInfo>>> {
        self.0.cluster.refresh_keyspace(keyspace).await
    }

    /// Who has the partitions of `token` in a table, the first replica first: by its tablet, if an answer has told of it,
    /// else by the ring. Empty if it is not known. Asks nobody.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(session: scylla_orm_driver::Session) {
    /// use scylla_orm_driver::token::murmur3;
    ///
    /// let token = murmur3(&7_i32.to_be_bytes());
    /// for replica in session.replicas("shop", "orders", token) {
    ///     println!("{} on shard {:?}", replica.address, replica.shard);
    /// }
    /// # }
    /// ```
    pub fn replicas(&self, keyspace: &str, table: &str, token: Token) -> Vec<Replica> {
        self.0.cluster.replicas(keyspace, table, token)
    }

    /// What happens to nodes from now on: added, removed, moved, up, down. A listener that does not take events out in
    /// time misses the oldest, which it is told: nothing else waits for it.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(session: scylla_orm_driver::Session) {
    /// use scylla_orm_driver::topology::NodeEvent;
    ///
    /// let mut events = session.node_events();
    /// while let Some(event) = events.next().await {
    ///     if let NodeEvent::Down { address, .. } = event {
    ///         eprintln!("{address} is down");
    ///     }
    /// }
    /// # }
    /// ```
    pub fn node_events(&self) -> NodeEvents {
        self.0.cluster.node_events()
    }

    /// Waits until all nodes that can be reached have the same version of the schema.
    ///
    /// # Errors
    /// [`NoAgreement`](crate::error::ErrorKind::NoAgreement) if they do not within the session's `agreement_timeout`; it says which node has
    /// which version.
    pub async fn await_schema_agreement(&self) -> Result<()> {
        self.0.cluster.agreement(self.0.agreement_timeout).await
    }

    /// Reads the topology anew. Events do that too; this is for who cannot wait for one.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    pub async fn refresh(&self) -> Result<()> {
        self.0.cluster.refresh().await
    }
}
