//! Whom to ask. Pure: nodes are places in the topology, and what changes by the moment, their load, is a function.
//!
//! Replicas of the partition come first: those of the local rack, then of the local data centre, and among equals
//! the first in the ring, unless another has clearly less to do. Always the same one is better than each in turn:
//! requests to one connection share their system calls. After the replicas come the other local nodes, and nodes of
//! other data centres only if the session allows it.

mod choice;
mod partition;
mod plan;
mod tablets;

pub(crate) use crate::policy::distance::HostDistance as Distance;

pub(crate) use choice::first;
pub(crate) use partition::token;
pub(crate) use plan::plan;
pub(crate) use tablets::{Found, Learned, Tablets};

/// What a request wants of its node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// The replicas of its partition in the order of the ring, or of the tablet; empty if they are not known.
    pub(crate) replicas: &'a [u16],
    /// Which of them is the first among equals. In the ring each range begins with another node, so that it is 0; tablets
    /// may all name one node first, which would get all requests.
    pub(crate) turn: usize,
    /// Always the same order for everybody, as conditional writes need it: whoever asks another replica first makes
    /// two rounds of Paxos collide.
    pub(crate) stable: bool,
    /// Whether nodes of other data centres may be asked.
    pub(crate) remote: bool,
    /// Where among the nodes a request begins that may go to any.
    pub(crate) start: usize,
}

impl Wish<'_> {
    /// The replicas from the one that has the turn on; in their own order where that is the same for everybody.
    #[inline]
    fn in_turn(&self) -> impl Iterator<Item = u16> {
        let turn = if self.stable { 0 } else { self.turn };
        let from = turn.checked_rem(self.replicas.len()).unwrap_or(0);
        let (before, behind) = self.replicas.split_at(from);
        behind.iter().chain(before).copied()
    }
}
