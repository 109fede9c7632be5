//! One place where a partition is kept.

use std::net::SocketAddr;

use uuid::Uuid;

/// One place where a partition is kept: a node, and the shard of it that owns the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Replica {
    /// The node's identity.
    pub host_id: Uuid,
    /// Where the node listens for CQL.
    pub address: SocketAddr,
    /// Its shard; `None` if the node has no shards, or none of its connections has told yet.
    pub shard: Option<u16>,
}
