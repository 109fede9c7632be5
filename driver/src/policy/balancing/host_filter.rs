//! Another policy without some nodes.

use std::fmt;
use std::ops::ControlFlow;

use super::{LoadBalancing, Nodes, Request, Visit};
use crate::policy::distance::HostDistance;
use crate::topology::Node;

/// What another policy does, without the nodes for which a predicate is false: those are neither asked nor connected to.
///
/// The predicate should always say the same of a node. Where the other policy takes turns, the node after one that is
/// left out is the first twice as often.
///
/// # Examples
/// A node that is about to be decommissioned:
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::balancing::{DcAware, HostFilter, TokenAware};
///
/// let leaving: std::net::IpAddr = "10.0.0.7".parse()?;
/// let others = HostFilter::new(DcAware::default(), move |node| node.address.ip() != leaving);
/// let builder = Session::builder().load_balancing(TokenAware::new(others));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub struct HostFilter<P, F> {
    child: P,
    predicate: F,
}

impl<P: LoadBalancing, F: Fn(&Node) -> bool + Send + Sync + 'static> HostFilter<P, F> {
    /// `child` without the nodes for which `predicate` is false.
    pub fn new(child: P, predicate: F) -> HostFilter<P, F> {
        HostFilter { child, predicate }
    }

    fn keeps(&self, node: u16, nodes: &Nodes<'_>) -> bool {
        nodes.at(node).is_some_and(|node| (self.predicate)(node))
    }
}

impl<P: LoadBalancing, F: Fn(&Node) -> bool + Send + Sync + 'static> LoadBalancing
    for HostFilter<P, F>
{
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        match self.keeps(node, nodes) {
            true => self.child.distance(node, nodes),
            false => HostDistance::Ignored,
        }
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        self.child
            .plan(request, nodes, &mut |node| match self.keeps(node, nodes) {
                true => visit(node),
                false => ControlFlow::Continue(()),
            })
    }
}

impl<P: fmt::Debug, F> fmt::Debug for HostFilter<P, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFilter")
            .field("child", &self.child)
            .finish_non_exhaustive()
    }
}
