//! Of the first two nodes of another policy the one with less to do.

use std::ops::ControlFlow;

use super::{LoadBalancing, Nodes, Request, Visit};
use crate::policy::distance::HostDistance;

/// What another policy does, but of its first two nodes, if they are equally near, the one that owes fewer answers comes
/// first. Around [`TokenAware`](super::TokenAware) with its replicas shuffled this is the power of two choices.
///
/// Conditional writes keep their order. It spreads requests over connections, which makes each system call carry fewer of
/// them; the session's own way leaves the first replica only when another has clearly less to do.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::balancing::{DcAware, LeastLoaded, TokenAware};
///
/// let replicas = TokenAware::new(DcAware::default()).shuffled();
/// let builder = Session::builder().load_balancing(LeastLoaded::of_two(replicas));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeastLoaded<P>(P);

impl<P: LoadBalancing> LeastLoaded<P> {
    /// Of the first two nodes of `child` the one with less to do.
    pub fn of_two(child: P) -> LeastLoaded<P> {
        LeastLoaded(child)
    }

    /// Whether `second` is to be asked before `first`.
    fn swaps(&self, first: u16, second: u16, request: &Request<'_>, nodes: &Nodes<'_>) -> bool {
        let near = |node| self.0.distance(node, nodes);
        // One without a connection has nothing to do, and nothing to offer.
        let load = |node| nodes.load(node).unwrap_or(u32::MAX);
        !request.stable && near(first) == near(second) && load(second) < load(first)
    }
}

impl<P: LoadBalancing> LoadBalancing for LeastLoaded<P> {
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        self.0.distance(node, nodes)
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let (mut held, mut chosen) = (None, false);
        self.0.plan(request, nodes, &mut |node| {
            if chosen {
                return visit(node);
            }
            let Some(first) = held.take() else {
                held = Some(node);
                return ControlFlow::Continue(());
            };
            chosen = true;
            let swaps = self.swaps(first, node, request, nodes);
            let (better, other) = if swaps { (node, first) } else { (first, node) };
            visit(better)?;
            visit(other)
        })?;
        // A plan of one node.
        held.map_or(ControlFlow::Continue(()), visit)
    }
}
