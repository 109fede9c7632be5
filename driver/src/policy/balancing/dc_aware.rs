//! The nodes of the local data centre in turn, then a few of others.

use std::ops::ControlFlow;

use super::{LoadBalancing, Nodes, Request, Visit, last_resort};
use crate::policy::distance::HostDistance;

/// The nodes of the local data centre in turn; then, as a last resort, the first few of each other data centre, in a
/// fixed order, and never for a `LOCAL_` consistency level. The rest is [`Ignored`](HostDistance::Ignored): the session
/// does not connect to it.
///
/// By default the local data centre is the session's
/// ([`local_datacenter`](crate::SessionBuilder::local_datacenter), or that of the contact point that answered first), and
/// no node of another is used.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::balancing::{DcAware, TokenAware};
///
/// let policy = DcAware::new("eu-west").used_hosts_per_remote_dc(2);
/// let builder = Session::builder().load_balancing(TokenAware::new(policy));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DcAware {
    local: Option<Box<str>>,
    remote: usize,
}

impl DcAware {
    /// `local` is the local data centre, whatever the session's is. [`default`](DcAware::default) takes the session's.
    pub fn new(local: impl Into<Box<str>>) -> DcAware {
        DcAware {
            local: Some(local.into()),
            remote: 0,
        }
    }

    /// How many nodes of each other data centre are used. 0 by default.
    pub fn used_hosts_per_remote_dc(mut self, hosts: usize) -> DcAware {
        self.remote = hosts;
        self
    }

    /// The first so many of a data centre are remote, the rest is ignored.
    pub(super) fn abroad(node: u16, nodes: &Nodes<'_>, used: usize) -> HostDistance {
        let Some(own) = nodes.at(node) else {
            return HostDistance::Ignored;
        };
        let before = nodes.all().iter().take(usize::from(node));
        let rank = before.filter(|n| n.datacenter == own.datacenter).count();
        match rank < used {
            true => HostDistance::Remote,
            false => HostDistance::Ignored,
        }
    }

    fn is_local(&self, node: u16, nodes: &Nodes<'_>) -> bool {
        let local = self.local.as_deref().or(nodes.here().datacenter.as_deref());
        nodes
            .at(node)
            .is_some_and(|node| local.is_none_or(|local| *node.datacenter == *local))
    }
}

impl LoadBalancing for DcAware {
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        match self.is_local(node, nodes) {
            true => HostDistance::Local,
            false => DcAware::abroad(node, nodes, self.remote),
        }
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        nodes
            .in_turn(request.turn, |node| self.is_local(node, nodes))
            .try_for_each(&mut *visit)?;
        match self.remote {
            0 => ControlFlow::Continue(()),
            _ => last_resort(self, request, nodes, visit),
        }
    }
}
