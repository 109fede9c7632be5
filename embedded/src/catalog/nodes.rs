//! The nodes of the cluster, as the system tables tell of them.

use std::net::IpAddr;
use std::num::NonZeroU16;

use scylla_orm_driver::token::Sharder;
use uuid::Uuid;

use crate::catalog::roles::Roles;
use crate::catalog::tablets::Tablets;

/// How many of a token's leading bits ScyllaDB leaves out of the choice of the shard, since 2017.
pub(crate) const IGNORE_MSB: u8 = 12;

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) host_id: Uuid,
    /// Where clients connect.
    pub(crate) address: IpAddr,
    /// The plain port of its clients.
    pub(crate) port: u16,
    pub(crate) datacenter: Box<str>,
    pub(crate) rack: Box<str>,
    /// The ends of the ranges that it owns.
    pub(crate) tokens: Vec<i64>,
    pub(crate) shards: NonZeroU16,
    /// Its peers can reach it.
    pub(crate) up: bool,
    pub(crate) told: Told,
}

/// How the system tables depart from what a node is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// It has left the cluster: only it tells of itself, as long as it can be asked.
    pub(crate) left: bool,
    /// What it calls the address of its clients, if that is not where they connect: 0.0.0.0, say.
    pub(crate) rpc_address: Option<IpAddr>,
    /// Columns of its row that its peers do not know (yet).
    pub(crate) unknown: Vec<Box<str>>,
}

/// The cluster as one of its nodes sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) cluster_name: &'a str,
    pub(crate) nodes: &'a [Node],
    pub(crate) tablets: &'a Tablets,
    /// Which of `nodes` is asked.
    pub(crate) this: usize,
    pub(crate) roles: &'a Roles,
}

impl Node {
    /// How it spreads tokens over its shards.
    pub(crate) fn sharder(&self) -> Sharder {
        Sharder::new(self.shards, IGNORE_MSB)
    }

    /// What it calls the address of its clients.
    pub(crate) fn rpc_address(&self) -> IpAddr {
        self.told.rpc_address.unwrap_or(self.address)
    }
}
