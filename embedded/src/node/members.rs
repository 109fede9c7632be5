//! The nodes of a cluster, which come and go while it runs.

use std::sync::{Arc, PoisonError, RwLock};

use scylla_orm_driver::token::Token;

use crate::catalog::keyspace::Replication;
use crate::catalog::nodes::{self, Told};
use crate::catalog::ring::Ring;
use crate::node::Node;

/// The nodes by number. A number is never given twice: a node that leaves keeps its own.
pub(crate) struct Members(RwLock<Roll>);

struct Roll {
    members: Vec<Member>,
    ring: Ring,
}

/// A node, and what the system tables make of it.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) node: Arc<Node>,
    pub(crate) told: Told,
}

impl Members {
    pub(crate) fn new(members: Vec<Member>) -> Members {
        let ring = ring(&members);
        Members(RwLock::new(Roll { members, ring }))
    }

    /// The node of that number, also if it has left.
    pub(crate) fn get(&self, number: usize) -> Option<Arc<Node>> {
        self.read(|roll| roll.members.get(number).map(|member| member.node.clone()))
    }

    /// The node of that number, if it has not left.
    pub(crate) fn current(&self, number: usize) -> Option<Arc<Node>> {
        self.read(|roll| {
            let member = roll.members.get(number).filter(|m| !m.told.left);
            member.map(|member| member.node.clone())
        })
    }

    /// All nodes by number, also those that have left.
    pub(crate) fn all(&self) -> Vec<Arc<Node>> {
        self.read(|roll| roll.members.iter().map(|m| m.node.clone()).collect())
    }

    /// The numbers of the nodes that keep the partition at `token`, the primary one first.
    pub(crate) fn replicas(&self, replication: &Replication, token: Token) -> Vec<usize> {
        self.read(|roll| roll.ring.replicas(replication, token))
    }

    /// Changes the nodes. Returns them as the system tables tell of them from now on.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<Member>)) -> Arc<[nodes::Node]> {
        let mut roll = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut roll.members);
        roll.ring = ring(&roll.members);
        roll.members.iter().map(described).collect()
    }

    fn read<T>(&self, look: impl FnOnce(&Roll) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn ring(members: &[Member]) -> Ring {
    Ring::new(members.iter().map(|member| {
        let node = &member.node;
        let tokens = match member.told.left {
            true => &[],
            false => &node.tokens[..],
        };
        (&*node.datacenter, &*node.rack, tokens)
    }))
}

fn described(member: &Member) -> nodes::Node {
    let node = &member.node;
    nodes::Node {
        host_id: node.host_id,
        address: node.address.ip(),
        port: node.address.port(),
        datacenter: node.datacenter.clone(),
        rack: node.rack.clone(),
        tokens: node.tokens.clone(),
        told: member.told.clone(),
    }
}
