//! What happens to nodes, for those who want to know.

use std::fmt;

use futures_core::Stream;
use futures_util::stream::unfold;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use crate::cluster::Cluster;
use crate::topology::NodeEvent;

/// Events that wait to be taken out, per listener. More than that are dropped, and counted.
const WAITING: usize = 128;

/// Where what happens to nodes is told.
#[derive(Debug, Clone)]
pub(super) struct NodeChannel(broadcast::Sender<NodeEvent>);

impl Default for NodeChannel {
    fn default() -> NodeChannel {
        NodeChannel(broadcast::Sender::new(WAITING))
    }
}

impl NodeChannel {
    /// Never waits: whoever does not listen in time misses it.
    pub(super) fn tell(&self, event: NodeEvent) {
        // Nobody listens: nobody minds.
        let _ = self.0.send(event);
    }
}

/// What happens to nodes from a moment on; see [`Session::node_events`](crate::session::Session::node_events).
pub struct NodeEvents {
    events: broadcast::Receiver<NodeEvent>,
    closed: watch::Receiver<bool>,
}

impl NodeEvents {
    /// The next event; `None` once the session is closed.
    ///
    /// # Cancel safety
    /// May be dropped: no event is lost.
    pub async fn next(&mut self) -> Option<NodeEvent> {
        tokio::select! {
            biased;
            event = self.events.recv() => match event {
                Ok(event) => Some(event),
                Err(RecvError::Lagged(events)) => Some(NodeEvent::Missed { events }),
                Err(RecvError::Closed) => None,
            },
            _ = self.closed.wait_for(|closed| *closed) => None,
        }
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl Stream<Item = NodeEvent> + Send {
        unfold(self, async |mut events| {
            Some((events.next().await?, events))
        })
    }
}

impl fmt::Debug for NodeEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeEvents")
            .field("waiting", &self.events.len())
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// What happens to nodes from now on.
    pub(crate) fn node_events(&self) -> NodeEvents {
        NodeEvents {
            events: self.nodes.0.subscribe(),
            closed: self.closed.subscribe(),
        }
    }
}
