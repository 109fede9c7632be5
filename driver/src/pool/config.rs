//! How many connections a node gets, how fast a pool dials, and when it tries again.

use std::num::NonZeroU16;
use std::time::Duration;

use crate::policy::Shared;
use crate::policy::conviction::{ConvictionPolicy, LastConnection};
use crate::policy::distance::HostDistance;
use crate::policy::reconnection::{FullJitter, ReconnectionPolicy};

/// The settings of a pool.
///
/// # Examples
/// Two connections to each shard of the local rack, and one to each node of another data centre:
/// ```
/// use std::num::NonZeroU16;
///
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::pool::config::{PoolConfig, PoolSize};
///
/// let pool = PoolConfig {
///     rack: PoolSize::PerShard(NonZeroU16::new(2).expect("it is not 0")),
///     remote: PoolSize::PerNode(NonZeroU16::MIN),
///     ..PoolConfig::default()
/// };
/// let builder = Session::builder()
///     .local_rack("rack1")
///     .remote_failover(true)
///     .pool_settings(pool);
/// ```
#[derive(Debug, Clone)]
pub struct PoolConfig {
    /// Connections to each node that is [`LocalRack`](HostDistance::LocalRack). One per shard by default: requests to a
    /// shard then share their system calls.
    pub rack: PoolSize,
    /// Connections to each node that is [`Local`](HostDistance::Local). One per shard by default.
    pub local: PoolSize,
    /// Connections to each node that is [`Remote`](HostDistance::Remote), in a session that asks those at all (see
    /// [`remote_failover`](crate::SessionBuilder::remote_failover)); else they get none, as
    /// [`Ignored`](HostDistance::Ignored) ones do. One per shard by default.
    pub remote: PoolSize,
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
    /// How long to wait before a node is tried again. By default pauses of any length below a limit that doubles from
    /// 50 ms to 10 s, for ever.
    pub reconnection: Shared<dyn ReconnectionPolicy>,
    /// When a node counts as down. By default when it has lost its last connection.
    pub conviction: Shared<dyn ConvictionPolicy>,
}

/// How many connections a node gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoolSize {
    /// So many to each shard; a node without shards counts as one.
    PerShard(NonZeroU16),
    /// So many in all, spread over the shards. With fewer than there are shards, requests to the other shards are
    /// passed on within the node.
    PerNode(NonZeroU16),
}

impl PoolSize {
    /// One to each shard.
    pub const ONE_PER_SHARD: PoolSize = PoolSize::PerShard(NonZeroU16::MIN);
}

impl Default for PoolConfig {
    fn default() -> PoolConfig {
        PoolConfig {
            rack: PoolSize::ONE_PER_SHARD,
            local: PoolSize::ONE_PER_SHARD,
            remote: PoolSize::ONE_PER_SHARD,
            parallel: 8,
            shard_aware_port: true,
            detour: Duration::from_secs(300),
            excess: 10,
            reconnection: FullJitter::default().into(),
            conviction: LastConnection.into(),
        }
    }
}

impl PoolConfig {
    /// How many connections a node at that distance gets.
    pub(crate) fn size(&self, distance: HostDistance) -> Option<PoolSize> {
        match distance {
            HostDistance::LocalRack => Some(self.rack),
            HostDistance::Local => Some(self.local),
            HostDistance::Remote => Some(self.remote),
            HostDistance::Ignored => None,
        }
    }

    /// The same for the pool of a node at that distance: its size is the only one.
    pub(crate) fn at(self, distance: HostDistance) -> PoolConfig {
        PoolConfig {
            local: self.size(distance).unwrap_or(self.local),
            ..self
        }
    }
}
