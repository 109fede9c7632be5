//! Counts what arrived where.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where a request arrived, seen from the partition that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reached {
    /// Its partition is not known: not all of the partition key is bound.
    Unkeyed,
    /// A node that does not keep the partition: it has to ask one that does.
    Stranger,
    /// A replica of the partition, on a shard that does not own it: that one has to ask the one that does.
    Replica,
    /// The shard that owns the partition, on a replica.
    Owner,
}

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
    /// What hops to other shards and nodes were charged, together; see
    /// [`ClusterBuilder::cross_shard_cost`](crate::ClusterBuilder::cross_shard_cost).
    pub hop_time: Duration,
}

impl ShardTraffic {
    /// Hops that keyed requests made it necessary to take to another shard of the node, or to another node. Requests and
    /// hops together are the server's work.
    pub fn hops(&self) -> u64 {
        self.keyed.saturating_sub(self.reached_owner)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    keyed: AtomicU64,
    reached_replica: AtomicU64,
    reached_owner: AtomicU64,
    /// In microseconds.
    hop_time: AtomicU64,
}

impl Counters {
    /// Counts a request, and what it is charged for its hop.
    pub(crate) fn count(&self, reached: Reached, hop: Duration) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if reached == Reached::Unkeyed {
            return;
        }
        let replica = reached != Reached::Stranger;
        let owner = reached == Reached::Owner;
        self.keyed.fetch_add(1, Ordering::Relaxed);
        self.reached_replica
            .fetch_add(replica.into(), Ordering::Relaxed);
        self.reached_owner
            .fetch_add(owner.into(), Ordering::Relaxed);
        if !hop.is_zero() {
            let micros = u64::try_from(hop.as_micros()).unwrap_or(u64::MAX);
            self.hop_time.fetch_add(micros, Ordering::Relaxed);
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
            hop_time: Duration::from_micros(self.hop_time.load(Ordering::Relaxed)),
        }
    }

    pub(crate) fn reset(&self) {
        for counter in [
            &self.requests,
            &self.keyed,
            &self.reached_replica,
            &self.reached_owner,
            &self.hop_time,
        ] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}
