//! The live cluster: the topology snapshot, a pool per node, the control connection.
//!
//! ```text
//!  events, every minute, refresh()                       Session
//!        │                                                  │ reads, without a lock
//!        ▼                                                  ▼
//!   control task ── asks one node ──▶ Topology ──▶ State: members, distances
//! ```
//!
//! One task owns the control connection and is the only one that publishes a `State`; everybody else reads the
//! current one. A node that does not answer delays nothing but itself: a state is published as soon as the topology is
//! known, and pools fill behind it.

mod adopt;
mod agreement;
mod aim;
mod approach;
mod ask;
mod choose;
mod contact;
mod control;
mod describe;
mod discover;
mod events;
mod failure;
mod hints;
mod link;
mod listen;
mod measure;
mod member;
mod open;
mod pauses;
mod profiles;
mod publish;
mod ready;
mod record;
mod schema;
mod settings;
mod state;
mod tablets;
mod watch;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::clock::deadlines::Deadlines;
use crate::cluster::ask::Asker;
use crate::cluster::control::Command;
use crate::cluster::listen::NodeChannel;
use crate::cluster::member::Member;
use crate::cluster::schema::Follower;
use crate::cluster::tablets::News;
use crate::conn::Dialer;
use crate::error::{ErrorKind, Result};
use crate::metrics::{Connections, Counts, ShardAwareStats, Traffic};
use crate::policy::profile::Profile;
use crate::topology::{KeyspaceInfo, TableInfo, Topology};

pub use contact::ContactPoint;
pub use listen::NodeEvents;
pub use schema::SchemaMetadata;

pub(crate) use failure::of_request;
pub(crate) use schema::SchemaSettings;
pub(crate) use settings::Settings;
pub(crate) use state::{Route, State};

/// The live cluster. Shared by the session and the control task.
pub(crate) struct Cluster {
    settings: Settings,
    /// What its first node calls it.
    name: Box<str>,
    /// When it began to be opened.
    since: Instant,
    /// Contact points that had not answered when one answered that was begun with later.
    overtaken: Box<[SocketAddr]>,
    dialer: Arc<Dialer>,
    state: ArcSwap<State>,
    commands: mpsc::Sender<Command>,
    /// What answers tell of tablets.
    news: mpsc::Sender<News>,
    /// Whoever makes another picture of the tablets holds it.
    writing: Mutex<()>,
    /// Whose load balancing may want connections to nodes that the session's does not.
    profiles: Mutex<Vec<Profile>>,
    /// Where nodes say that they listen, and where they are connected to, where that differs.
    translated: Mutex<HashMap<SocketAddr, SocketAddr>>,
    /// What was wrong with the system tables when they were read last.
    complaints: Mutex<Vec<Box<str>>>,
    schema: Follower,
    nodes: NodeChannel,
    /// What was counted for nodes that are not in the cluster any more.
    gone: Mutex<Counts>,
    /// True once the session closes: everything that waits gives up.
    closed: tokio::sync::watch::Sender<bool>,
}

impl Cluster {
    /// Connects to the first contact point that answers, learns the cluster from it, and begins to connect to its nodes.
    pub(crate) async fn open(settings: Settings) -> Result<Arc<Cluster>> {
        open::open(settings).await
    }

    /// The cluster as it is now. Hold it for a moment only.
    #[inline]
    pub(crate) fn state(&self) -> Guard<Arc<State>> {
        self.state.load()
    }

    /// Where a node is connected to that says that it listens there.
    fn connected_as(&self, says: SocketAddr) -> SocketAddr {
        let translated = self.translated.lock();
        let translated = translated.unwrap_or_else(PoisonError::into_inner);
        translated.get(&says).copied().unwrap_or(says)
    }

    /// The node that listens there, as far as is known.
    fn member_at(&self, address: SocketAddr) -> Option<Arc<Member>> {
        let state = self.state();
        let at = state.members.iter().find(|m| m.address() == address);
        at.cloned()
    }

    pub(crate) fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    pub(crate) async fn until_closed(&self) {
        // Its sender is here.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    pub(crate) fn deadlines(&self) -> &Arc<Deadlines> {
        &self.dialer.deadlines
    }

    /// The topology, with what is known of the nodes' shards by now.
    pub(crate) fn topology(&self) -> Topology {
        let state = self.state();
        state
            .topology
            .with_sharding(|at| state.members.get(at).and_then(|m| m.sharder()))
    }

    pub(crate) fn traffic(&self) -> Vec<Traffic> {
        let state = self.state();
        state.members.iter().flat_map(|m| m.traffic()).collect()
    }

    /// How many requests it has sent so far.
    pub(crate) fn requests(&self) -> u64 {
        self.traffic().iter().map(|traffic| traffic.requests).sum()
    }

    pub(crate) fn shard_aware_stats(&self) -> Vec<ShardAwareStats> {
        let state = self.state();
        let pools = state.members.iter().filter_map(|m| m.pool.as_ref());
        pools.map(|pool| pool.stats()).collect()
    }

    pub(crate) fn known_tablets(&self) -> usize {
        self.state().tablets.load().len()
    }

    pub(crate) fn connections(&self) -> Connections {
        self.dialer.counters.read()
    }

    /// Reads the topology anew and publishes it.
    pub(crate) async fn refresh(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        // What cannot be sent comes back with `reply` in it, and must go before the wait for its answer.
        let sent = self.commands.send(Command::Refresh(reply)).await.is_ok();
        match answer.await {
            Ok(result) if sent => result,
            _ => Err(ErrorKind::Closed.into()),
        }
    }

    /// Waits until all nodes that have a connection tell one version of the schema.
    pub(crate) async fn agreement(&self, within: Duration) -> Result<()> {
        agreement::agreement(self, within).await
    }

    pub(crate) async fn describe_keyspace(&self, name: &str) -> Result<Option<KeyspaceInfo>> {
        describe::keyspace(&self.asker()?, name).await
    }

    pub(crate) async fn describe_table(
        &self,
        keyspace: &str,
        table: &str,
    ) -> Result<Option<TableInfo>> {
        describe::table(&self.asker()?, keyspace, table).await
    }

    /// Waits until each local node has a connection to each of its shards; false at `timeout`.
    pub(crate) async fn wait_full(&self, timeout: Duration) -> bool {
        ready::full(self, timeout).await
    }

    /// Waits as `connect` does: for those nodes that can be reached, and not for long.
    /// Waits so long for a connection to any node.
    pub(crate) async fn wait_some(&self, timeout: Duration) {
        ready::some(self, timeout).await;
    }

    pub(crate) async fn wait_usable(&self) -> Result<()> {
        ready::usable(self).await
    }

    /// Refuses new requests, ends the control task, and closes all pools in order.
    pub(crate) async fn close(&self) {
        self.closed.send_replace(true);
        let last = self.state.swap(Arc::new(State::closed()));
        let pools = last.members.iter().map(|member| member.close());
        let control = self.commands.closed();
        futures_util::future::join(futures_util::future::join_all(pools), control).await;
    }

    /// Questions to the nearest node that has a connection.
    fn asker(&self) -> Result<Asker> {
        let mut askers = self.askers()?;
        Ok(askers.swap_remove(0))
    }

    /// Questions to each node that has a connection, the nearest first; never empty.
    fn askers(&self) -> Result<Vec<Asker>> {
        let state = self.state();
        if state.closed {
            return Err(ErrorKind::Closed.into());
        }
        let mut near: Vec<_> = state.distances.iter().zip(&state.members).collect();
        near.sort_by_key(|(distance, _)| **distance);
        let askers: Vec<Asker> = near
            .iter()
            .filter_map(|(_, member)| {
                Some(Asker::new(
                    member.pick(None)?,
                    self.settings.metadata_timeout,
                ))
            })
            .collect();
        if askers.is_empty() {
            return Err(state.no_host());
        }
        Ok(askers)
    }
}
