//! How fast a pool dials, and when it tries again.

use std::time::Duration;

/// The settings of a pool.
#[derive(Debug, Clone)]
pub struct PoolConfig {
    /// Handshakes with one node at once. 8 by default.
    pub parallel: usize,
    /// Whether to use the node's shard-aware port, if it has one. True by default.
    pub shard_aware_port: bool,
    /// How long a way to the shards that has failed is left alone: that port, when it has led to a wrong shard
    /// (which address translation does to it) or did not answer; the plain port, when it gave no connection to
    /// some shard. 5 min by default.
    pub detour: Duration,
    /// Without the shard-aware port the server chooses the shard. Connections to shards that have one already
    /// are kept, at most so many times the number of shards, until all have one. 10 by default.
    pub excess: u16,
    /// The pause after a first failure; it doubles with each further one. 50 ms by default.
    pub backoff_min: Duration,
    /// The longest pause. 10 s by default.
    pub backoff_max: Duration,
}

impl Default for PoolConfig {
    fn default() -> PoolConfig {
        PoolConfig {
            parallel: 8,
            shard_aware_port: true,
            detour: Duration::from_secs(300),
            excess: 10,
            backoff_min: Duration::from_millis(50),
            backoff_max: Duration::from_secs(10),
        }
    }
}
