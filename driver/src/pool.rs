//! The connections to one node, one per shard.
//!
//! ```text
//!  pick(shard) ──▶ Table (replaced whole) ◀── Filler: the pool's task ──▶ Conn::open
//! ```
//!
//! Requests read the table without a lock. One task per pool is the only one that replaces it.

/// How fast a pool dials, and when it tries again.
pub mod config;

mod backoff;
mod dial;
mod fill;
mod table;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use futures_core::future::BoxFuture;
use tokio::sync::{Notify, mpsc, watch};
use uuid::Uuid;

use crate::conn::failure::Failure;
use crate::conn::{Conn, Dialer};
use crate::frame::Sharding;
use crate::pool::config::PoolConfig;
use crate::pool::fill::Filler;
use crate::pool::table::Table;
use crate::token::Sharder;

/// The connections to one node: one per shard, opened and replaced in the background.
///
/// When dropped it closes its connections in the background, as [`close`](Pool::close) does.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    adopted: mpsc::UnboundedSender<Dialing>,
}

/// The node that a pool connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Which node it is. A connection that leads to another one is refused; `None` takes whatever is there.
    pub host_id: Option<Uuid>,
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Target {
        Target {
            address,
            host_id: None,
        }
    }
}

/// A connection to the pool's node that somebody else has begun to open.
pub type Dialing = BoxFuture<'static, Result<Arc<Conn>, Failure>>;

/// What the pool and its task share.
#[derive(Debug)]
struct Shared {
    target: Target,
    table: ArcSwap<Table>,
    state: watch::Sender<PoolState>,
    /// Wakes the task out of its pause.
    dial_now: Notify,
    life: watch::Sender<Life>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Open,
    Closing,
    Closed,
}

/// What a pool has at a moment.
#[derive(Debug, Clone, Default)]
pub struct PoolState {
    /// How the node spreads partitions over shards; `None` before the first connection, and for Cassandra.
    pub sharding: Option<Sharding>,
    /// Connections wanted: one per shard. 0 before the first connection.
    pub wanted: u16,
    /// Shards that have an open connection.
    pub connected: u16,
    /// Why the last attempt to connect failed, until one succeeds.
    pub failure: Option<Failure>,
    /// Attempts that failed since one succeeded.
    pub failures: u32,
    /// The pool is closing or closed.
    pub closed: bool,
}

impl PoolState {
    /// Each shard has a connection.
    pub fn is_full(&self) -> bool {
        self.wanted > 0 && self.connected >= self.wanted
    }

    /// At least one shard has a connection.
    pub fn is_up(&self) -> bool {
        self.connected > 0
    }
}

impl Pool {
    /// A pool for a node. Returns at once; the connections come behind. `first` is a connection to the node that is
    /// there already, or under way: it becomes one of them, and no other is dialed before it has failed.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn open(
        dialer: Arc<Dialer>,
        target: impl Into<Target>,
        config: PoolConfig,
        first: Option<Dialing>,
    ) -> Pool {
        let shared = Arc::new(Shared {
            target: target.into(),
            table: ArcSwap::default(),
            state: watch::Sender::new(PoolState::default()),
            dial_now: Notify::new(),
            life: watch::Sender::new(Life::Open),
        });
        let (adopted, inbox) = mpsc::unbounded_channel();
        let filler = Filler::new(Arc::clone(&shared), dialer, config, inbox);
        tokio::spawn(filler.run(first));
        Pool { shared, adopted }
    }

    /// Takes in a connection to the node that somebody else has begun to open. If its shard has one by then, it is
    /// closed in order, as it is if the pool is closed.
    pub fn adopt(&self, dialing: Dialing) {
        // What cannot be sent is dropped, which closes the connection.
        let _ = self.adopted.send(dialing);
    }

    /// The connection to `shard`; any connection if it has none, or if no shard is named. `None` if the node
    /// has no connection at all. Takes no lock.
    #[inline]
    pub fn pick(&self, shard: Option<u16>) -> Option<Arc<Conn>> {
        self.shared.table.load().pick(shard).cloned()
    }

    /// Answers that the connection owes which [`pick`](Pool::pick) would give. Takes no lock.
    #[inline]
    pub fn load(&self, shard: Option<u16>) -> Option<u32> {
        let table = self.shared.table.load();
        Some(table.pick(shard)?.load())
    }

    /// How the node spreads tokens over its shards; `None` before the first connection, and for Cassandra. Takes no
    /// lock.
    #[inline]
    pub fn sharder(&self) -> Option<Sharder> {
        let table = self.shared.table.load();
        let sharding = table.sharding()?;
        Some(Sharder::new(sharding.shards, sharding.ignore_msb))
    }

    /// The connections as they are now, by shard; one for a node without shards. For those who count or watch:
    /// requests use [`pick`](Pool::pick).
    pub fn conns(&self) -> Vec<Option<Arc<Conn>>> {
        self.shared.table.load().slots().to_vec()
    }

    /// Waits until each shard has a connection. False if the pool was closed before.
    ///
    /// # Cancel safety
    ///
    /// May be dropped at any time.
    pub async fn ready(&self) -> bool {
        let mut state = self.shared.state.subscribe();
        match state
            .wait_for(|state| state.is_full() || state.closed)
            .await
        {
            Ok(state) => state.is_full(),
            Err(_) => false,
        }
    }

    /// What it has now.
    pub fn state(&self) -> PoolState {
        self.shared.state.borrow().clone()
    }

    /// Tells of each change of [`state`](Pool::state).
    pub fn changes(&self) -> watch::Receiver<PoolState> {
        self.shared.state.subscribe()
    }

    /// Tries again now instead of after the pause: for when the cluster says that the node is up.
    pub fn dial_now(&self) {
        self.shared.dial_now.notify_one();
    }

    /// Asks each connection for a sign of life, as [`Conn::probe`] does: for when the cluster says that the node is
    /// down.
    pub fn probe(&self) {
        let table = self.shared.table.load();
        table.conns().for_each(|conn| conn.probe());
    }

    /// The node's address.
    pub fn address(&self) -> SocketAddr {
        self.shared.target.address
    }

    /// Closes all connections as [`Conn::close`] does, all at once, and dials no more.
    ///
    /// # Cancel safety
    ///
    /// May be dropped: the connections close all the same.
    pub async fn close(&self) {
        self.start_close();
        let mut life = self.shared.life.subscribe();
        // The sender lives in `shared`, as long as this.
        let _ = life.wait_for(|life| *life == Life::Closed).await;
    }

    /// As [`close`](Pool::close), without waiting for it.
    pub fn start_close(&self) {
        self.shared.life.send_if_modified(|life| {
            let was_open = *life == Life::Open;
            if was_open {
                *life = Life::Closing;
            }
            was_open
        });
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.start_close();
    }
}
