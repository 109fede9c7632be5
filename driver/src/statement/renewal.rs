//! Preparing a statement again on a node that has forgotten it: one request does, and the others wait for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use crate::clock::deadlines::Tick;

/// For each node on which the statement was prepared again: whose turn it is to do so, and until when who hears that the
/// node does not know the statement may take that for an answer of before.
#[derive(Debug, Default)]
pub(super) struct Renewals(Mutex<Vec<(SocketAddr, OfNode)>>);

type OfNode = Arc<Turn<Option<Tick>>>;

impl Renewals {
    /// Waits until nobody else prepares the statement on `node`, and keeps others waiting until it is dropped.
    pub(super) async fn turn(&self, node: SocketAddr) -> OwnedMutexGuard<Option<Tick>> {
        self.of(node).lock_owned().await
    }

    fn of(&self, node: SocketAddr) -> OfNode {
        let mut nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, turn)) = nodes.iter().find(|(address, _)| *address == node) {
            return Arc::clone(turn);
        }
        let turn = Arc::default();
        nodes.push((node, Arc::clone(&turn)));
        turn
    }
}
