//! One node first, then what another policy says.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::{LoadBalancing, Nodes, Request, Visit};
use crate::policy::distance::HostDistance;

/// One node first, then what another policy says; that node is connected to whatever the other policy says of it.
///
/// For a profile whose requests have a favourite coordinator. A single statement names its node by
/// [`Target`](crate::statement::Target) instead.
///
/// # Examples
/// ```
/// # fn example(session: &scylla_orm_driver::Session) {
/// use scylla_orm_driver::policy::balancing::{DcAware, TargetFirst, TokenAware};
/// use scylla_orm_driver::policy::profile::{Profile, Settings};
///
/// let favourite = session.topology().nodes()[0].host_id;
/// let policy = TargetFirst::new(favourite, TokenAware::new(DcAware::default()));
/// let profile = Profile::new(Settings::new().load_balancing(policy));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFirst<P> {
    target: Uuid,
    child: P,
}

impl<P: LoadBalancing> TargetFirst<P> {
    /// The node of that host id first, then what `child` says.
    pub fn new(target: Uuid, child: P) -> TargetFirst<P> {
        TargetFirst { target, child }
    }

    fn is_target(&self, node: u16, nodes: &Nodes<'_>) -> bool {
        nodes.at(node).is_some_and(|n| n.host_id == self.target)
    }
}

impl<P: LoadBalancing> LoadBalancing for TargetFirst<P> {
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        match (
            self.child.distance(node, nodes),
            self.is_target(node, nodes),
        ) {
            (HostDistance::Ignored, true) => HostDistance::Remote,
            (distance, _) => distance,
        }
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let target = nodes.places().find(|node| self.is_target(*node, nodes));
        if let Some(target) = target {
            visit(target)?;
        }
        self.child
            .plan(request, nodes, &mut |node| match Some(node) == target {
                true => ControlFlow::Continue(()),
                false => visit(node),
            })
    }
}
