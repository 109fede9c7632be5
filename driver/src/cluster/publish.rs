//! A new topology becomes the state that everybody reads.

use std::sync::Arc;

use crate::cluster::member::Member;
use crate::cluster::{Cluster, State};
use crate::pool::{Pool, Target};
use crate::routing::Distance;
use crate::topology::{Node, Topology};

impl Cluster {
    /// Publishes a topology. Nodes that stay keep their connections, new ones get a pool that fills behind this, and
    /// those that are gone are closed in order.
    pub(super) fn publish(&self, topology: Topology) {
        if *self.closed.borrow() {
            return;
        }
        let last = self.state.load_full();
        let nodes = topology.nodes();
        let distance = |node| self.settings.locality.distance(node);
        let distances: Vec<Distance> = nodes.iter().map(distance).collect();
        let members: Vec<Arc<Member>> = nodes
            .iter()
            .zip(&distances)
            .map(|(node, distance)| self.member(node, *distance, &last))
            .collect();
        let gone: Vec<Arc<Member>> = last
            .members
            .iter()
            .filter(|old| !members.iter().any(|new| Arc::ptr_eq(old, new)))
            .cloned()
            .collect();
        self.state.store(Arc::new(State {
            topology,
            members,
            distances,
            ..State::default()
        }));
        close(gone);
        // The session may have been closed since the look above: then nobody else will close what is here.
        if *self.closed.borrow() {
            close(self.state.swap(Arc::new(State::closed())).members.clone());
        }
    }

    /// The member for a node: the one that it had, unless its address has changed and the old one does not work.
    fn member(&self, node: &Node, distance: Distance, last: &State) -> Arc<Member> {
        let wanted = distance != Distance::Remote || self.settings.remote;
        let old = last.members.iter().find(|m| m.host_id == node.host_id);
        if let Some(old) = old
            && old.pool.is_some() == wanted
            && (old.address() == node.address || old.is_up())
        {
            return old.clone();
        }
        let counters = old.map(|old| old.counters.clone()).unwrap_or_default();
        let pool = wanted.then(|| {
            let config = self.settings.pool.clone();
            let target = Target {
                address: node.address,
                host_id: Some(node.host_id),
            };
            Pool::open(self.dialer.clone(), target, config, None)
        });
        Arc::new(Member::new(node.host_id, node.address, pool, counters))
    }
}

fn close(members: Vec<Arc<Member>>) {
    for member in members {
        tokio::spawn(async move { member.close().await });
    }
}
