//! All nodes in turn.

use std::ops::ControlFlow;

use super::{LoadBalancing, Nodes, Request, Visit};
use crate::policy::distance::HostDistance;

/// All nodes in turn, whatever data centre they are in: each request begins at the next one.
///
/// For a cluster in one data centre without an idea of where data lives. Others want [`DcAware`](super::DcAware).
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::balancing::{RoundRobin, TokenAware};
///
/// let builder = Session::builder().load_balancing(TokenAware::new(RoundRobin));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct RoundRobin;

impl LoadBalancing for RoundRobin {
    fn distance(&self, _node: u16, _nodes: &Nodes<'_>) -> HostDistance {
        HostDistance::Local
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        nodes.in_turn(request.turn, |_| true).try_for_each(visit)
    }
}
