//! A node's pool as others have to know of it: up, down, or another node than was thought.

use std::net::SocketAddr;

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::cluster::control::Command;
use crate::cluster::listen::NodeChannel;
use crate::conn::failure::Failure;
use crate::pool::PoolState;
use crate::topology::NodeEvent;

/// Watches a pool until it closes.
pub(super) struct Watch {
    pub(super) host_id: Uuid,
    pub(super) address: SocketAddr,
    pub(super) changes: watch::Receiver<PoolState>,
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) nodes: NodeChannel,
}

impl Watch {
    pub(super) async fn run(mut self) {
        let (mut up, mut failures) = (false, 0);
        while self.changes.changed().await.is_ok() {
            let state = self.changes.borrow_and_update().clone();
            if state.closed {
                return;
            }
            if up != state.is_up() {
                up = state.is_up();
                self.turned(up);
            }
            let failed = std::mem::replace(&mut failures, state.failures) < state.failures;
            if let Some(Failure::OtherNode { found, .. }) = &state.failure
                && failed
            {
                tracing::warn!(host_id = %self.host_id, address = %self.address, %found, "another node listens on a node's address: refused");
                self.look();
            }
        }
    }

    fn turned(&self, up: bool) {
        let (host_id, address) = (self.host_id, self.address);
        match up {
            true => {
                tracing::info!(%host_id, %address, "node up");
                self.nodes.tell(NodeEvent::Up { host_id, address });
            }
            false => {
                self.nodes.tell(NodeEvent::Down { host_id, address });
                tracing::warn!(%host_id, %address, "node down: its last connection has ended");
                // It may have moved to another address.
                self.look();
            }
        }
    }

    /// Asks for a reading of the topology. If as many wait already, one of them will do.
    fn look(&self) {
        let _ = self.commands.try_send(Command::Look);
    }
}
