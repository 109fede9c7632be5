//! The nodes of a cluster, which come and go while it runs.

use std::sync::{Arc, PoisonError, RwLock};

use crate::catalog::nodes::{self, Told};
use crate::node::Node;

/// The nodes by number. A number is never given twice: a node that leaves keeps its own.
pub(crate) struct Members(RwLock<Vec<Member>>);

/// A node, and what the system tables make of it.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) node: Arc<Node>,
    pub(crate) told: Told,
    /// It serves.
    pub(crate) up: bool,
}

impl Members {
    pub(crate) fn new(members: Vec<Member>) -> Members {
        Members(RwLock::new(members))
    }

    /// The node of that number, also if it has left.
    pub(crate) fn get(&self, number: usize) -> Option<Arc<Node>> {
        self.read(|members| members.get(number).map(|member| member.node.clone()))
    }

    /// The node of that number, if it has not left.
    pub(crate) fn current(&self, number: usize) -> Option<Arc<Node>> {
        self.read(|members| {
            let member = members.get(number).filter(|m| !m.told.left);
            member.map(|member| member.node.clone())
        })
    }

    /// All nodes by number, also those that have left.
    pub(crate) fn all(&self) -> Vec<Arc<Node>> {
        self.read(|members| members.iter().map(|m| m.node.clone()).collect())
    }

    /// Changes the nodes. `tell` is told of them as the system tables know them from now on, before anybody else can
    /// change them.
    pub(crate) fn change(
        &self,
        change: impl FnOnce(&mut Vec<Member>),
        tell: impl FnOnce(Arc<[nodes::Node]>),
    ) {
        let mut members = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut members);
        tell(members.iter().map(described).collect());
    }

    fn read<T>(&self, look: impl FnOnce(&[Member]) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
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
        shards: node.shard_count,
        up: member.up && !member.told.left,
        told: member.told.clone(),
    }
}
