//! The nodes of the local rack in turn, then those of the local data centre, then a few of others.

use std::ops::ControlFlow;

use super::{DcAware, LoadBalancing, Nodes, Request, Visit, last_resort};
use crate::policy::distance::{HostDistance, Locality};

/// The nodes of the local rack in turn, then the others of the local data centre in turn, then, as a last resort, the
/// first few of each other data centre, as [`DcAware`] does it.
///
/// By default both names are the session's, and no node of another data centre is used. Without a rack it is
/// [`DcAware`].
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::balancing::{RackAware, TokenAware};
///
/// let policy = TokenAware::new(RackAware::new("eu-west", "rack1"));
/// let builder = Session::builder().load_balancing(policy);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RackAware {
    local: Option<Locality>,
    remote: usize,
}

impl RackAware {
    /// The local data centre and rack, whatever the session's are. [`default`](RackAware::default) takes the session's.
    pub fn new(datacenter: impl Into<Box<str>>, rack: impl Into<Box<str>>) -> RackAware {
        RackAware {
            local: Some(Locality {
                datacenter: Some(datacenter.into()),
                rack: Some(rack.into()),
            }),
            remote: 0,
        }
    }

    /// How many nodes of each other data centre are used. 0 by default.
    pub fn used_hosts_per_remote_dc(mut self, hosts: usize) -> RackAware {
        self.remote = hosts;
        self
    }

    fn near(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        let here = self.local.as_ref().unwrap_or(nodes.here());
        let distance = nodes.at(node).map(|node| here.distance(node));
        distance.unwrap_or(HostDistance::Ignored)
    }
}

impl LoadBalancing for RackAware {
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        match self.near(node, nodes) {
            HostDistance::Remote => DcAware::abroad(node, nodes, self.remote),
            near => near,
        }
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        for distance in [HostDistance::LocalRack, HostDistance::Local] {
            nodes
                .in_turn(request.turn, |node| self.near(node, nodes) == distance)
                .try_for_each(&mut *visit)?;
        }
        match self.remote {
            0 => ControlFlow::Continue(()),
            _ => last_resort(self, request, nodes, visit),
        }
    }
}
