//! The replicas of the partition first, then what another policy says.

use std::ops::ControlFlow;

use super::{LoadBalancing, Nodes, Request, Visit};
use crate::policy::distance::HostDistance;

/// The replicas of the partition first, the nearest of them first (as another policy measures), then the other nodes of
/// that policy's plan. If the partition is not known, that policy's plan as it is.
///
/// Among equally near replicas the first in the ring is the first: requests for a partition then share a connection and
/// its system calls. [`shuffled`](TokenAware::shuffled) draws another order for each request; conditional writes keep
/// that of the ring in any case, on all data centres' distances: local before remote, nothing finer.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::balancing::{DcAware, TokenAware};
///
/// let policy = TokenAware::new(DcAware::default()).shuffled();
/// let builder = Session::builder().load_balancing(policy);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAware<P> {
    child: P,
    shuffle: bool,
}

/// So many replicas are shuffled without allocating.
const FEW: usize = 16;

impl<P: LoadBalancing> TokenAware<P> {
    /// The replicas first, then what `child` says.
    pub fn new(child: P) -> TokenAware<P> {
        TokenAware {
            child,
            shuffle: false,
        }
    }

    /// Equally near replicas come in another order for each request, so that each gets its share. Off by default.
    pub fn shuffled(mut self) -> TokenAware<P> {
        self.shuffle = true;
        self
    }

    /// The distance of a replica, as far as it matters for the order.
    fn rank(&self, node: u16, request: &Request<'_>, nodes: &Nodes<'_>) -> HostDistance {
        match self.child.distance(node, nodes) {
            // Everybody asks the same replica first, whatever rack they are in.
            HostDistance::LocalRack if request.stable => HostDistance::Local,
            distance => distance,
        }
    }

    fn replicas(
        &self,
        replicas: &[u16],
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        use HostDistance::{Local, LocalRack, Remote};
        for distance in [LocalRack, Local, Remote] {
            let mut near = replicas
                .iter()
                .copied()
                .filter(|node| self.rank(*node, request, nodes) == distance);
            if request.allows(distance) {
                near.try_for_each(&mut *visit)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn in_order(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let replicas = request.replicas;
        if !self.shuffle || request.stable {
            return self.replicas(replicas, request, nodes, visit);
        }
        let (mut few, mut many) = ([0; FEW], Vec::new());
        let order = match few.get_mut(..replicas.len()) {
            Some(few) => {
                few.copy_from_slice(replicas);
                few
            }
            None => {
                many.extend_from_slice(replicas);
                &mut many[..]
            }
        };
        shuffle(order, request.turn);
        self.replicas(order, request, nodes, visit)
    }
}

/// An order drawn from a number: each is as likely as any other, and the same number gives the same.
fn shuffle(order: &mut [u16], seed: usize) {
    let mut state = seed as u64;
    for last in (1..order.len()).rev() {
        // SplitMix64: the next number is as good as random however like the seeds are.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let at = usize::try_from(z % (last as u64 + 1)).unwrap_or(0);
        order.swap(last, at);
    }
}

impl<P: LoadBalancing> LoadBalancing for TokenAware<P> {
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        self.child.distance(node, nodes)
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        self.in_order(request, nodes, visit)?;
        self.child.plan(
            request,
            nodes,
            &mut |node| match request.replicas.contains(&node) {
                true => ControlFlow::Continue(()),
                false => visit(node),
            },
        )
    }
}
