//! A node of the cluster.

use std::net::SocketAddr;

use uuid::Uuid;

use crate::token::{Sharder, Token};

/// A node, as the cluster describes it. `host_id` is what makes it this node; an address can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its identity, for as long as it lives.
    pub host_id: Uuid,
    /// Where it listens for CQL.
    pub address: SocketAddr,
    /// Its data centre.
    pub datacenter: Box<str>,
    /// Its rack within the data centre.
    pub rack: Box<str>,
    /// The version that it claims. ScyllaDB claims 3.0.8, for the sake of old drivers.
    pub release: Box<str>,
    /// The ends of the ranges that it is the primary replica of. Empty for a partitioner other than Murmur3.
    pub tokens: Vec<Token>,
    /// How it spreads tokens over its shards: known once there is a connection to it, and only from ScyllaDB.
    pub sharder: Option<Sharder>,
}
