//! How far nodes are from here.

use crate::topology::Node;

/// How far a node is from here, as a load balancing policy says. Nearer is less.
///
/// It decides whether the session connects to the node at all, and with how many connections
/// ([`PoolConfig`](crate::pool::config::PoolConfig)), and the order in which replicas are asked.
///
/// # Examples
/// ```
/// use scylla_orm_driver::policy::distance::HostDistance;
///
/// assert!(HostDistance::LocalRack < HostDistance::Local && HostDistance::Local < HostDistance::Remote);
/// assert!(HostDistance::Local.is_local() && !HostDistance::Remote.is_local());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostDistance {
    /// In the local data centre and rack: asked first.
    LocalRack,
    /// In the local data centre.
    Local,
    /// In another data centre: the last resort.
    Remote,
    /// Never asked, and never connected to.
    Ignored,
}

impl HostDistance {
    /// Whether it is in the local data centre.
    pub fn is_local(self) -> bool {
        self <= HostDistance::Local
    }
}

/// Where here is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locality {
    /// The local data centre: the one that the session was given, else that of the contact point that answered first.
    /// Without one, every node is local.
    pub datacenter: Option<Box<str>>,
    /// The local rack, if the session was given one.
    pub rack: Option<Box<str>>,
}

impl Locality {
    /// How far `node` is from here; never [`Ignored`](HostDistance::Ignored).
    pub fn distance(&self, node: &Node) -> HostDistance {
        let here = |name: &Option<Box<str>>, of: &str| name.as_deref().is_none_or(|n| n == of);
        if !here(&self.datacenter, &node.datacenter) {
            HostDistance::Remote
        } else if self.rack.is_some() && here(&self.rack, &node.rack) {
            HostDistance::LocalRack
        } else {
            HostDistance::Local
        }
    }
}
