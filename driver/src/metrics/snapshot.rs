//! What was counted, at one moment.

use std::fmt;
use std::net::SocketAddr;

use uuid::Uuid;

use crate::error::ErrorClass;

use super::{Connections, LatencyHistogram, RetryCounts, SpeculationCounts, ThrottleCounts};

/// What a session has counted until a moment: [`Session::metrics`](crate::session::Session::metrics). Counters are not
/// stopped to be read: one may have what another has not yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Metrics {
    /// The nodes of the cluster.
    pub nodes: Vec<NodeMetrics>,
    /// What was counted for nodes that are not in the cluster any more.
    pub gone: Counts,
    /// How many connections there were, the control connection among them.
    pub connections: Connections,
    /// Bytes that came over all of them, as they are on the wire, or before TLS.
    pub read_bytes: u64,
    /// Bytes that went out over all of them.
    pub written_bytes: u64,
    /// Requests of applications that failed in the end, after all their attempts.
    pub failed: ErrorCounts,
    /// Answers in which the server warned of something.
    pub warnings: u64,
    /// Requests that took longer than [`slow_requests`](crate::session::SessionBuilder::slow_requests) allows.
    pub slow: u64,
    /// Requests that waited for the session's throttle, or were refused by it.
    pub throttle: ThrottleCounts,
    /// What retry policies decided, policy by policy.
    pub retries: Vec<RetryCounts>,
    /// What speculation policies did, policy by policy.
    pub speculations: Vec<SpeculationCounts>,
}

impl Metrics {
    /// All nodes together, those that are gone among them.
    pub fn total(&self) -> Counts {
        let mut total = self.gone.clone();
        for node in &self.nodes {
            total.add(&node.total());
        }
        total
    }

    /// What all nodes are busy with at this moment.
    pub fn busy(&self) -> Busy {
        let nodes = self.nodes.iter().map(NodeMetrics::busy);
        nodes.fold(Busy::default(), Busy::plus)
    }
}

/// What was counted for one node.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeMetrics {
    /// Where it listens.
    pub node: SocketAddr,
    /// Its identity.
    pub host_id: Uuid,
    /// Its data centre.
    pub datacenter: Box<str>,
    /// Its rack.
    pub rack: Box<str>,
    /// The shards that anything was sent to, or that have a connection.
    pub shards: Vec<ShardMetrics>,
}

impl NodeMetrics {
    /// All shards together.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for shard in &self.shards {
            total.add(&shard.counts);
        }
        total
    }

    /// What all shards are busy with at this moment.
    pub fn busy(&self) -> Busy {
        let shards = self.shards.iter().map(|shard| shard.busy);
        shards.fold(Busy::default(), Busy::plus)
    }
}

/// What was counted for one shard of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardMetrics {
    /// The shard; `None` for a server without shards.
    pub shard: Option<u16>,
    /// What its connections are busy with at this moment.
    pub busy: Busy,
    /// What was counted.
    pub counts: Counts,
}

/// What connections are busy with at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Busy {
    /// Connections that are open.
    pub connections: u32,
    /// Requests whose answers are due, and those that wait to be sent.
    pub in_flight: u32,
    /// Answers that are due and that nobody waits for any more.
    pub orphans: u32,
}

impl Busy {
    pub(crate) fn plus(self, more: Busy) -> Busy {
        Busy {
            connections: self.connections + more.connections,
            in_flight: self.in_flight + more.in_flight,
            orphans: self.orphans + more.orphans,
        }
    }
}

/// What was counted, for a shard, a node, or a session. Each attempt counts on its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Requests of applications that were sent: EXECUTE, QUERY, BATCH and first PREPAREs.
    pub requests: u64,
    /// Those whose partition was known from their values.
    pub keyed: u64,
    /// Keyed requests that went to a replica of the partition.
    pub to_replica: u64,
    /// Keyed requests that went to the shard of a replica that owns the partition; on a server without shards the same.
    pub to_owning_shard: u64,
    /// Attempts that failed.
    pub errors: ErrorCounts,
    /// Attempts that failed and were followed by another, at this node or elsewhere.
    pub retries: u64,
    /// Requests that were sent while the answer to the same one was due from elsewhere.
    pub speculations: u64,
    /// Bytes that came over connections to this shard, as they are on the wire, or before TLS.
    pub read_bytes: u64,
    /// Bytes that went out over them.
    pub written_bytes: u64,
    /// How long it took until answers came, errors among them.
    pub latencies: LatencyHistogram,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, other: &Counts) {
        self.requests += other.requests;
        self.keyed += other.keyed;
        self.to_replica += other.to_replica;
        self.to_owning_shard += other.to_owning_shard;
        self.errors.add(&other.errors);
        self.retries += other.retries;
        self.speculations += other.speculations;
        self.read_bytes += other.read_bytes;
        self.written_bytes += other.written_bytes;
        self.latencies.add(&other.latencies);
    }

    /// Attempts whose deadline passed without an answer.
    pub fn timeouts(&self) -> u64 {
        self.errors.of(ErrorClass::Timeout)
    }
}

/// Errors, class by class.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ErrorCounts([u64; ErrorClass::ALL.len()]);

impl ErrorCounts {
    pub(crate) fn new(of: impl Fn(ErrorClass) -> u64) -> ErrorCounts {
        ErrorCounts(ErrorClass::ALL.map(of))
    }

    /// How many of that class there were.
    pub fn of(&self, class: ErrorClass) -> u64 {
        self.0.get(class as usize).copied().unwrap_or(0)
    }

    /// How many there were.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// All classes, those without an error too.
    pub fn iter(&self) -> impl Iterator<Item = (ErrorClass, u64)> {
        ErrorClass::ALL.into_iter().zip(self.0)
    }

    /// Adds others.
    pub fn add(&mut self, other: &ErrorCounts) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

impl fmt::Debug for ErrorCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = self.iter().filter(|(_, count)| *count > 0);
        f.debug_map()
            .entries(some.map(|(class, count)| (class.name(), count)))
            .finish()
    }
}
