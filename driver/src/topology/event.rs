//! What happens to nodes.

use std::net::SocketAddr;

use uuid::Uuid;

/// What happened to a node, as this session sees it: up and down are told by its own connections, not by the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeEvent {
    /// The cluster has a node that it did not have.
    Added {
        /// Which node.
        host_id: Uuid,
        /// Where it listens.
        address: SocketAddr,
    },
    /// The cluster does not have a node any more. One that is replaced on its address is removed, and the new one added.
    Removed {
        /// Which node.
        host_id: Uuid,
        /// Where it listened.
        address: SocketAddr,
    },
    /// A node listens on another address. Its connections to the old one are closed.
    Moved {
        /// Which node.
        host_id: Uuid,
        /// Where it listened.
        from: SocketAddr,
        /// Where it listens.
        to: SocketAddr,
    },
    /// The session has a connection to a node again, or for the first time.
    Up {
        /// Which node.
        host_id: Uuid,
        /// Where it listens.
        address: SocketAddr,
    },
    /// The session's last connection to a node has ended.
    Down {
        /// Which node.
        host_id: Uuid,
        /// Where it listens.
        address: SocketAddr,
    },
    /// More happened than was taken out in time: look at [`topology`](crate::session::Session::topology).
    Missed {
        /// How many events are missing.
        events: u64,
    },
}
