//! What it costs that a request arrives in a place that does not own its partition.

use std::time::Duration;

use crate::node::traffic::Reached;

/// What a hop costs: how much later the answer comes. Nothing by default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HopCosts {
    /// To another shard of the node.
    pub(crate) shard: Duration,
    /// To another node.
    pub(crate) node: Duration,
}

impl HopCosts {
    /// For a request that arrived there.
    pub(crate) fn of(&self, reached: Reached) -> Duration {
        match reached {
            Reached::Owner | Reached::Unkeyed => Duration::ZERO,
            Reached::Replica => self.shard,
            Reached::Stranger => self.node,
        }
    }
}
