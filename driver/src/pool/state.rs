//! What a pool has at a moment, for those who wait for it.

use crate::conn::failure::Failure;
use crate::frame::Sharding;

/// What a pool has at a moment.
#[derive(Debug, Clone, Default)]
pub struct PoolState {
    /// How the node spreads partitions over shards; `None` before the first connection, and for Cassandra.
    pub sharding: Option<Sharding>,
    /// Connections wanted: one per shard, unless the pool's [`PoolSize`](crate::pool::config::PoolSize) says otherwise. 0 before
    /// the first connection.
    pub wanted: u16,
    /// Connections that are there.
    pub connected: u16,
    /// Why the last attempt to connect failed, or the last connection was lost, until an attempt succeeds.
    pub failure: Option<Failure>,
    /// Attempts that failed since one succeeded.
    pub failures: u32,
    /// The pool is closing or closed.
    pub closed: bool,
}

impl PoolState {
    /// All connections are there.
    pub fn is_full(&self) -> bool {
        self.wanted > 0 && self.connected >= self.wanted
    }

    /// At least one connection is there.
    pub fn is_up(&self) -> bool {
        self.connected > 0
    }
}
