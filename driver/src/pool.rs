//! The connections to one node, one per shard.

/// How fast a pool dials, and when it tries again.
pub mod config;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

use crate::conn::failure::Failure;
use crate::conn::{Conn, Dialer};
use crate::frame::Sharding;
use crate::pool::config::PoolConfig;

/// The connections to one node: one per shard, opened and replaced in the background.
///
/// When dropped it closes its connections in the background, as [`close`](Pool::close) does.
#[derive(Debug)]
pub struct Pool {
    address: SocketAddr,
    state: watch::Sender<PoolState>,
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
    /// A pool for the node at `address`. Returns at once; the connections come behind. `first` is a connection
    /// to the node that exists already, and becomes one of them.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn open(
        dialer: Arc<Dialer>,
        address: SocketAddr,
        config: PoolConfig,
        first: Option<Arc<Conn>>,
    ) -> Pool {
        let _ = (dialer, config, first);
        Pool {
            address,
            state: watch::Sender::new(PoolState::default()),
        }
    }

    /// The connection to `shard`; any connection if it has none, or if no shard is named. `None` if the node
    /// has no connection at all. Takes no lock.
    pub fn pick(&self, shard: Option<u16>) -> Option<Arc<Conn>> {
        let _ = shard;
        None
    }

    /// Waits until each shard has a connection. False if the pool was closed before.
    ///
    /// # Cancel safety
    ///
    /// May be dropped at any time.
    pub async fn ready(&self) -> bool {
        let mut state = self.state.subscribe();
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
        self.state.borrow().clone()
    }

    /// Tells of each change of [`state`](Pool::state).
    pub fn changes(&self) -> watch::Receiver<PoolState> {
        self.state.subscribe()
    }

    /// Tries again now instead of after the pause: for when the cluster says that the node is up.
    pub fn dial_now(&self) {}

    /// The node's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes all connections as [`Conn::close`] does, all at once, and dials no more.
    ///
    /// # Cancel safety
    ///
    /// May be dropped: the connections close all the same.
    pub async fn close(&self) {}
}
