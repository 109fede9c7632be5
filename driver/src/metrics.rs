//! Counters of what the driver did. Atomics only: they are part of the hot path.

mod connections;
#[cfg(feature = "metrics")]
mod facade;
mod histogram;
mod latency;
mod meter;
mod policies;
mod prometheus;
mod shards;
mod snapshot;
mod throttle;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

pub use connections::{ConnCounters, Connections};
#[cfg(feature = "metrics")]
pub use facade::Exporter;
pub use histogram::LatencyHistogram;
pub(crate) use latency::Latencies;
pub(crate) use meter::{ErrorMeter, ShardMeter};
pub(crate) use policies::PolicyMeter;
pub use policies::{RetryCounts, SpeculationCounts};
pub use prometheus::Detail;
pub(crate) use shards::PoolCounters;
pub use shards::ShardAwareStats;
pub use snapshot::{Busy, Counts, ErrorCounts, Metrics, NodeMetrics, ShardMetrics};
pub use throttle::ThrottleCounts;
pub(crate) use throttle::ThrottleMeter;

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

/// The counters of one node, made shard by shard as they are needed.
#[derive(Debug)]
pub(crate) struct NodeCounters {
    shards: Box<[OnceLock<Arc<ShardMeter>>]>,
}

/// Shards beyond this many are counted as the last: the places must be there before the server says how many shards it
/// has, and no machine has more cores.
const MOST_SHARDS: usize = 256;

impl Default for NodeCounters {
    fn default() -> NodeCounters {
        NodeCounters {
            shards: (0..=MOST_SHARDS).map(|_| OnceLock::new()).collect(),
        }
    }
}

impl NodeCounters {
    /// The counters of a shard.
    pub(crate) fn of(&self, shard: Option<u16>) -> Arc<ShardMeter> {
        let at = shard.map_or(MOST_SHARDS, |s| usize::from(s).min(MOST_SHARDS - 1));
        let place = self.shards.get(at);
        place
            .map(|place| place.get_or_init(Arc::default).clone())
            .unwrap_or_default()
    }

    /// The shards that anything was sent to.
    pub(crate) fn traffic(&self, node: SocketAddr) -> impl Iterator<Item = Traffic> {
        let all = self
            .used()
            .map(move |(shard, meter)| meter.traffic(node, shard));
        all.filter(|t| t.requests > 0)
    }

    /// What was counted for each shard.
    pub(crate) fn read(&self) -> impl Iterator<Item = (Option<u16>, Counts)> {
        self.used().map(|(shard, meter)| (shard, meter.read()))
    }

    fn used(&self) -> impl Iterator<Item = (Option<u16>, &ShardMeter)> {
        (0..).zip(&self.shards).filter_map(|(at, meter)| {
            let shard = (usize::from(at) < MOST_SHARDS).then_some(at);
            Some((shard, &**meter.get()?))
        })
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
            counters.of(shard).count(reached);
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
