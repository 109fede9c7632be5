//! How far a node is from here.

use crate::topology::Node;

/// How far a node is from here. Nearer is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Distance {
    /// In the local rack.
    Rack,
    /// In the local data centre.
    Local,
    /// In another data centre.
    Remote,
}

/// Where here is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Locality {
    /// Without one, every node is local.
    pub(crate) datacenter: Option<Box<str>>,
    pub(crate) rack: Option<Box<str>>,
}

impl Locality {
    pub(crate) fn distance(&self, node: &Node) -> Distance {
        let here = |name: &Option<Box<str>>, of: &str| name.as_deref().is_none_or(|n| n == of);
        if !here(&self.datacenter, &node.datacenter) {
            Distance::Remote
        } else if self.rack.is_some() && here(&self.rack, &node.rack) {
            Distance::Rack
        } else {
            Distance::Local
        }
    }
}
