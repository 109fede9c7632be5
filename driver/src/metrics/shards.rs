//! The connections to a node's shards, and what it took to get them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The connections to one node at this moment, and what it took to get them since the session knows the node.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardAwareStats {
    /// The node.
    pub node: SocketAddr,
    /// Shards of the node; `None` for Cassandra, and before the first connection.
    pub shards: Option<u16>,
    /// Connections that are open.
    pub connected: u16,
    /// Connections that are wanted and not there. Requests to their shards go by other connections of the node.
    pub missing: u16,
    /// Connections that were opened.
    pub opened: u64,
    /// Those of them that were closed without having got a place: where the server chooses the shard, and where it is
    /// not the one that was asked for, some go to shards that have one.
    pub wasted: u64,
    /// Those that were asked for one shard, by their source port, and came to another. The first makes the driver
    /// leave the shard-aware port alone for [`detour`](crate::pool::config::PoolConfig::detour).
    pub wrong_shard: u64,
    /// Source ports that were in use, so that another of the same shard was tried.
    pub port_collisions: u64,
    /// Attempts to connect that followed the loss of a connection or a failed attempt.
    pub reconnects: u64,
    /// Attempts to connect that failed.
    pub failed: u64,
}

/// Counts what it takes to connect to one node.
#[derive(Debug, Default)]
pub(crate) struct PoolCounters {
    opened: AtomicU64,
    wasted: AtomicU64,
    wrong_shard: AtomicU64,
    port_collisions: AtomicU64,
    reconnects: AtomicU64,
    failed: AtomicU64,
}

impl PoolCounters {
    pub(crate) fn opened(&self) {
        self.opened.fetch_add(1, Relaxed);
    }

    pub(crate) fn wasted(&self) {
        self.wasted.fetch_add(1, Relaxed);
    }

    pub(crate) fn mistaken(&self) {
        self.wrong_shard.fetch_add(1, Relaxed);
    }

    pub(crate) fn collided(&self) {
        self.port_collisions.fetch_add(1, Relaxed);
    }

    pub(crate) fn again(&self) {
        self.reconnects.fetch_add(1, Relaxed);
    }

    pub(crate) fn failed(&self) {
        self.failed.fetch_add(1, Relaxed);
    }

    /// With the connections of the moment.
    pub(crate) fn stats(
        &self,
        node: SocketAddr,
        shards: Option<u16>,
        connected: u16,
        missing: u16,
    ) -> ShardAwareStats {
        ShardAwareStats {
            node,
            shards,
            connected,
            missing,
            opened: self.opened.load(Relaxed),
            wasted: self.wasted.load(Relaxed),
            wrong_shard: self.wrong_shard.load(Relaxed),
            port_collisions: self.port_collisions.load(Relaxed),
            reconnects: self.reconnects.load(Relaxed),
            failed: self.failed.load(Relaxed),
        }
    }
}
