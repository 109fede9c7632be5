//! A log of the last requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scylla_orm_driver::frame::{Opcode, Payload};

use crate::node::traffic::Reached;

/// A request that a node got, as [`Cluster::requests`](crate::Cluster::requests) tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The node, counted from 0 in the order of the contact points.
    pub node: usize,
    /// The shard that served the connection.
    pub shard: u16,
    /// Which kind of request.
    pub opcode: Opcode,
    /// The text of its statement, of the first one for a BATCH; `None` if it has none, or names a prepared one that the
    /// node does not know.
    pub statement: Option<Arc<str>>,
    /// Keyspace and table that the statement reads or writes.
    pub table: Option<(Box<str>, Box<str>)>,
    /// Where it arrived, seen from its partition; `None` if it was not executed, or is about no data of users.
    pub reached: Option<Reached>,
    /// What the client told beside the message, by key: its custom payload. Nobody else looks at it, as in ScyllaDB and
    /// Cassandra, unless the cluster [echoes](crate::ClusterBuilder::echo_payload) it.
    pub payload: Payload,
}

/// The last requests, the oldest first.
pub(crate) struct RequestLog {
    /// How many are kept.
    capacity: usize,
    ring: Mutex<VecDeque<RequestRecord>>,
}

impl RequestLog {
    pub(crate) fn new(capacity: usize) -> RequestLog {
        RequestLog {
            capacity,
            ring: Mutex::default(),
        }
    }

    /// Whether any are kept.
    pub(crate) fn is_on(&self) -> bool {
        self.capacity > 0
    }

    pub(crate) fn push(&self, record: RequestRecord) {
        let mut ring = self.lock();
        if ring.len() >= self.capacity {
            ring.pop_front();
        }
        ring.push_back(record);
    }

    pub(crate) fn all(&self) -> Vec<RequestRecord> {
        self.lock().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<RequestRecord>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
