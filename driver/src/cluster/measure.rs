//! What was counted for the nodes, read at one moment.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use crate::cluster::Cluster;
use crate::cluster::member::Member;
use crate::conn::{Conn, SILENT};
use crate::metrics::{Busy, Counts, Metrics, NodeMetrics, ShardMetrics};
use crate::topology::Node;

impl Cluster {
    /// What was counted for the nodes and the connections.
    pub(crate) fn metrics(&self) -> Metrics {
        let state = self.state();
        let nodes = state.topology.nodes().iter().zip(&state.members);
        let (read_bytes, written_bytes) = self.dialer.counters.bytes();
        Metrics {
            nodes: nodes.map(|(node, member)| measured(node, member)).collect(),
            gone: self
                .gone
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            connections: self.connections(),
            read_bytes,
            written_bytes,
            ..Metrics::default()
        }
    }

    /// Keeps what was counted for a node that is not in the cluster any more. Requests that are under way to it are not
    /// counted further.
    pub(super) fn outlive(&self, member: &Member) {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, counts) in member.counters.read() {
            gone.add(&counts);
        }
    }
}

fn measured(node: &Node, member: &Member) -> NodeMetrics {
    let mut shards: BTreeMap<Option<u16>, (Busy, Counts)> = BTreeMap::new();
    for (shard, counts) in member.counters.read() {
        shards.entry(shard).or_default().1 = counts;
    }
    let conns = member.pool.iter().flat_map(|pool| pool.conns()).flatten();
    for conn in conns.filter(|conn| conn.is_open()) {
        let (all, _) = shards.entry(conn.shard()).or_default();
        *all = all.plus(busy(&conn));
    }
    NodeMetrics {
        node: node.address,
        host_id: node.host_id,
        datacenter: node.datacenter.clone(),
        rack: node.rack.clone(),
        shards: shards
            .into_iter()
            .map(|(shard, (busy, counts))| ShardMetrics {
                shard,
                busy,
                counts,
            })
            .collect(),
    }
}

fn busy(conn: &Conn) -> Busy {
    Busy {
        connections: 1,
        // Silence weighs on the load; it is no request.
        in_flight: conn.load() % SILENT,
        orphans: conn.orphans(),
    }
}
