//! Counts what arrived where.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// What arrived on one shard of one node. Requests for system tables and for changes of the schema are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardTraffic {
    /// The node, counted from 0 in the order of the contact points.
    pub node: usize,
    /// The node's address for clients.
    pub address: SocketAddr,
    /// The shard that served the connection.
    pub shard: u16,
    /// Reads and writes of data.
    pub requests: u64,
    /// Those whose statement has its whole partition key bound: a driver can know where they belong.
    pub keyed: u64,
    /// The keyed ones that reached a replica of their partition.
    pub reached_replica: u64,
    /// The keyed ones that reached, on a replica, the shard that owns their partition.
    pub reached_owner: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    keyed: AtomicU64,
    reached_replica: AtomicU64,
    reached_owner: AtomicU64,
}

impl Counters {
    /// Counts a request; a keyed one with (reached a replica, reached the owning shard).
    pub(crate) fn count(&self, place: Option<(bool, bool)>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if let Some((replica, owner)) = place {
            self.keyed.fetch_add(1, Ordering::Relaxed);
            self.reached_replica
                .fetch_add(replica.into(), Ordering::Relaxed);
            self.reached_owner
                .fetch_add(owner.into(), Ordering::Relaxed);
        }
    }

    pub(crate) fn traffic(&self, node: usize, address: SocketAddr, shard: u16) -> ShardTraffic {
        ShardTraffic {
            node,
            address,
            shard,
            requests: self.requests.load(Ordering::Relaxed),
            keyed: self.keyed.load(Ordering::Relaxed),
            reached_replica: self.reached_replica.load(Ordering::Relaxed),
            reached_owner: self.reached_owner.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn reset(&self) {
        for counter in [
            &self.requests,
            &self.keyed,
            &self.reached_replica,
            &self.reached_owner,
        ] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}
