//! Counters of what the driver did. Atomics only: they are part of the hot path.

mod connections;
mod latency;
mod shards;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub use connections::{ConnCounters, Connections};
pub(crate) use latency::Latencies;
pub(crate) use shards::PoolCounters;
pub use shards::ShardAwareStats;

/// What a session sent to one shard of one node, as it chose: a forwarded request is not seen from here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// The node.
    pub node: SocketAddr,
    /// The shard of the connection; `None` for a server without shards.
    pub shard: Option<u16>,
    /// Requests of applications: EXECUTE, QUERY, BATCH and first PREPAREs, each attempt on its own. Preparing again what
    /// the server has forgotten belongs to its attempt.
    pub requests: u64,
    /// Those whose partition was known from their values.
    pub keyed: u64,
    /// Keyed requests that went to a replica of the partition.
    pub to_replica: u64,
    /// Keyed requests that went to a replica, on a connection to the shard that owns the partition. On a server
    /// without shards, the same as `to_replica`.
    pub to_owning_shard: u64,
}

/// Where a request went, seen from the partition that it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// The partition is not known.
    Anything,
    /// Not a replica.
    Stranger,
    /// A replica, through another shard.
    Replica,
    /// The shard that owns it.
    Owner,
}

/// The counters of one node. A request adds to exactly one of them.
#[derive(Debug)]
pub(crate) struct NodeCounters {
    shards: Box<[ShardCounters]>,
}

/// One cache line, so that shards that are served by different threads do not share one.
#[derive(Debug, Default)]
#[repr(align(64))]
struct ShardCounters {
    anything: AtomicU64,
    stranger: AtomicU64,
    replica: AtomicU64,
    owner: AtomicU64,
}

/// Shards beyond this many are counted as the last: the counters must be there before the server says how many
/// shards it has, and no machine has more cores.
const MOST_SHARDS: usize = 256;

impl Default for NodeCounters {
    fn default() -> NodeCounters {
        NodeCounters {
            shards: (0..=MOST_SHARDS)
                .map(|_| ShardCounters::default())
                .collect(),
        }
    }
}

impl NodeCounters {
    #[inline]
    pub(crate) fn count(&self, shard: Option<u16>, reached: Reached) {
        let at = shard.map_or(MOST_SHARDS, |s| usize::from(s).min(MOST_SHARDS - 1));
        let Some(counters) = self.shards.get(at) else {
            return;
        };
        let counter = match reached {
            Reached::Anything => &counters.anything,
            Reached::Stranger => &counters.stranger,
            Reached::Replica => &counters.replica,
            Reached::Owner => &counters.owner,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// The shards that anything was sent to.
    pub(crate) fn traffic(&self, node: SocketAddr) -> impl Iterator<Item = Traffic> {
        (0..)
            .zip(&self.shards)
            .map(move |(at, counters)| {
                counters.traffic(node, (usize::from(at) < MOST_SHARDS).then_some(at))
            })
            .filter(|t| t.requests > 0)
    }
}

impl ShardCounters {
    fn traffic(&self, node: SocketAddr, shard: Option<u16>) -> Traffic {
        let owner = self.owner.load(Relaxed);
        let replica = owner + self.replica.load(Relaxed);
        let keyed = replica + self.stranger.load(Relaxed);
        Traffic {
            node,
            shard,
            requests: keyed + self.anything.load(Relaxed),
            keyed,
            to_replica: replica,
            to_owning_shard: owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_includes_the_narrower_ones() {
        let counters = NodeCounters::default();
        for (shard, reached) in [
            (Some(1), Reached::Owner),
            (Some(1), Reached::Replica),
            (Some(1), Reached::Stranger),
            (Some(1), Reached::Anything),
            (Some(999), Reached::Owner),
            (None, Reached::Anything),
        ] {
            counters.count(shard, reached);
        }
        let node = ([127, 0, 0, 1], 9042).into();
        let found: Vec<_> = counters
            .traffic(node)
            .map(|t| {
                (
                    t.shard,
                    t.requests,
                    t.keyed,
                    t.to_replica,
                    t.to_owning_shard,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (Some(1), 4, 3, 2, 1),
                (Some(255), 1, 1, 1, 1),
                (None, 1, 0, 0, 0)
            ]
        );
    }
}
