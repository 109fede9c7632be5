//! A new topology becomes the state that everybody reads.

use std::sync::{Arc, PoisonError};

use crate::cluster::approach::Begun;
use crate::cluster::discover::Discovered;
use crate::cluster::member::Member;
use crate::cluster::watch::Watch;
use crate::cluster::{Cluster, State};
use crate::policy::balancing::Nodes;
use crate::policy::distance::HostDistance;
use crate::pool::{Pool, Target};
use crate::topology::{Node, NodeEvent};

impl Cluster {
    /// Publishes a topology. Nodes that stay keep their connections, new ones get a pool that fills behind this, and
    /// those that are gone are closed in order. A new pool takes the connection to its node that is among `begun`.
    pub(super) fn publish(&self, told: Discovered, begun: &mut Vec<Begun>) {
        if *self.closed.borrow() {
            return;
        }
        self.complain(told.complaints);
        *self
            .translated
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = told.translated;
        let topology = told.topology;
        let last = self.state.load_full();
        let nodes = topology.nodes();
        let here = &self.settings.locality;
        let view = Nodes::new(nodes, here, &|_| None);
        let distances: Vec<HostDistance> =
            view.places().map(|at| self.distance(at, &view)).collect();
        let reach = self.reach(&view);
        let members: Vec<Arc<Member>> = nodes
            .iter()
            .zip(&reach)
            .map(|(node, distance)| self.member(node, *distance, &last, begun))
            .collect();
        let gone: Vec<Arc<Member>> = last
            .members
            .iter()
            .filter(|old| !members.iter().any(|new| Arc::ptr_eq(old, new)))
            .cloned()
            .collect();
        for old in &gone {
            if !members.iter().any(|new| new.host_id == old.host_id) {
                self.outlive(old);
                let (host_id, address) = (old.host_id, old.address());
                tracing::info!(%host_id, %address, "node removed");
                self.nodes.tell(NodeEvent::Removed { host_id, address });
            }
        }
        let tablets = self.tablets_for(&topology, &last);
        self.state.store(Arc::new(State {
            tablets,
            topology,
            members,
            distances,
            routing: self.settings.routing,
            here: here.clone(),
            ..State::default()
        }));
        close(gone);
        // The session may have been closed since the look above: then nobody else will close what is here.
        if *self.closed.borrow() {
            close(self.state.swap(Arc::new(State::closed())).members.clone());
        }
    }

    /// Says once what is wrong with the system tables, and again when it has been right in between.
    fn complain(&self, complaints: Vec<Box<str>>) {
        let mut last = self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for complaint in complaints.iter().filter(|new| !last.contains(new)) {
            tracing::warn!("{complaint}: ignored");
        }
        *last = complaints;
    }

    /// The member for a node: the one that it had, unless its address has changed and the old one does not work.
    fn member(
        &self,
        node: &Node,
        distance: HostDistance,
        last: &State,
        begun: &mut Vec<Begun>,
    ) -> Arc<Member> {
        let sizes = &self.settings.pool;
        let old = last.members.iter().find(|m| m.host_id == node.host_id);
        if let Some(old) = old
            && sizes.size(old.distance) == sizes.size(distance)
            && (old.address() == node.address || old.is_up())
        {
            return old.clone();
        }
        let (host_id, address) = (node.host_id, node.address);
        match old {
            Some(old) if old.address() != address => {
                let (from, to) = (old.address(), address);
                tracing::info!(%host_id, %from, %to, "node moved to another address");
                self.nodes.tell(NodeEvent::Moved { host_id, from, to });
            }
            Some(_) => {}
            None => {
                tracing::info!(%host_id, %address, datacenter = %node.datacenter, rack = %node.rack, "node added");
                self.nodes.tell(NodeEvent::Added { host_id, address });
            }
        }
        let counters = old.map(|old| old.counters.clone()).unwrap_or_default();
        let wanted = distance != HostDistance::Ignored;
        let pool = wanted.then(|| self.pool(node, distance, begun));
        let member = Member::new(host_id, address, distance, pool, counters);
        Arc::new(member)
    }

    fn pool(&self, node: &Node, distance: HostDistance, begun: &mut Vec<Begun>) -> Pool {
        let target = Target {
            address: node.address,
            host_id: Some(node.host_id),
        };
        let first = begun.iter().position(|b| b.address == node.address);
        let first = first.map(|at| begun.swap_remove(at).opening);
        let config = self.settings.pool.clone().at(distance);
        let pool = Pool::open(self.dialer.clone(), target, config, first);
        let watch = Watch {
            host_id: node.host_id,
            address: node.address,
            changes: pool.changes(),
            commands: self.commands.clone(),
            nodes: self.nodes.clone(),
        };
        tokio::spawn(watch.run());
        pool
    }
}

fn close(members: Vec<Arc<Member>>) {
    for member in members {
        tokio::spawn(async move { member.close().await });
    }
}
