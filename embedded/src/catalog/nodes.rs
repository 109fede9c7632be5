//! The nodes of the cluster, as the system tables tell of them.

use std::net::IpAddr;

use uuid::Uuid;

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
}

/// The cluster as one of its nodes sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) cluster_name: &'a str,
    pub(crate) nodes: &'a [Node],
    /// Which of `nodes` is asked.
    pub(crate) this: usize,
}
