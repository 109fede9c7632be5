//! Nodes that join, leave, move, are replaced, or come back with other shards; what the others tell of them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::Arc;

use scylla_orm_driver::frame::response::{Event, TopologyChange};

use crate::catalog::nodes::Told;
use crate::catalog::ring;
use crate::flavor::Flavor;
use crate::node::Node;
use crate::node::members::Member;
use crate::server::listen::{Error, Listeners};
use crate::server::{Cluster, host_id};

impl Cluster {
    /// One more node joins, on the address behind the last one, with as many shards as the first. Returns its number;
    /// [`contact_points`](Cluster::contact_points) and the others go by it. The others tell their clients.
    ///
    /// # Errors
    /// If its port cannot be had.
    pub async fn add_node(&self, datacenter: &str, rack: &str) -> Result<usize, Error> {
        let nodes = self.shared.members.all();
        let (number, address) = (nodes.len(), after(&nodes));
        let aware = self.shard_aware(address.ip());
        let listeners = Listeners::bind(address, aware).await?;
        let shards = nodes.first().map_or(NonZeroU16::MIN, |n| n.shard_count);
        let host_id = host_id(self.next_host());
        let node = Arc::new(Node::new(
            host_id,
            listeners.address,
            listeners.shard_aware,
            (datacenter, rack),
            ring::tokens(host_id, self.shared.num_tokens),
            shards,
        ));
        let told = Told {
            rpc_address: self.rpc_address,
            ..Told::default()
        };
        let member = Member {
            node,
            told,
            up: true,
        };
        self.change(|members| members.push(member));
        self.run(number, listeners);
        self.appear(number);
        Ok(number)
    }

    /// A node leaves for good: it stops, and its ranges are the others'. They tell their clients. Nothing happens if
    /// there is no such node.
    pub async fn remove_node(&self, node: usize) {
        let Some(at) = self.shared.members.current(node) else {
            return;
        };
        self.stop_node(node).await;
        self.change(|members| {
            if let Some(member) = members.get_mut(node) {
                member.told.left = true;
            }
        });
        self.tell(TopologyChange::RemovedNode, at.address);
    }

    /// A node stops and comes back on another address, as the node that it was: with its host id, its ranges, its port.
    /// Nothing happens if there is no such node.
    ///
    /// # Errors
    /// If its port cannot be had there. It is down then.
    pub async fn move_node(&self, node: usize, to: Ipv4Addr) -> Result<(), Error> {
        let Some(old) = self.shared.members.current(node) else {
            return Ok(());
        };
        let address = SocketAddr::new(to.into(), old.address.port());
        let moved = |at: &Listeners| {
            let place = (&*old.datacenter, &*old.rack);
            let tokens = old.tokens.clone();
            let shards = old.shard_count;
            Node::new(
                old.host_id,
                at.address,
                at.shard_aware,
                place,
                tokens,
                shards,
            )
        };
        self.restart(node, address, moved).await?;
        self.tell(TopologyChange::RemovedNode, old.address);
        self.appear(node);
        Ok(())
    }

    /// A node stops, and another one comes up on its address: with a host id and ranges of its own. Nothing happens if
    /// there is no such node.
    ///
    /// # Errors
    /// If its port cannot be had again. It is down then.
    pub async fn replace_node(&self, node: usize) -> Result<(), Error> {
        let Some(old) = self.shared.members.current(node) else {
            return Ok(());
        };
        let host_id = host_id(self.next_host());
        let new = |at: &Listeners| {
            let place = (&*old.datacenter, &*old.rack);
            let tokens = ring::tokens(host_id, self.shared.num_tokens);
            let shards = old.shard_count;
            Node::new(host_id, at.address, at.shard_aware, place, tokens, shards)
        };
        self.restart(node, old.address, new).await?;
        self.appear(node);
        Ok(())
    }

    /// A node stops and comes back with so many shards, at least 1: as ScyllaDB on a machine with more cores, or fewer.
    /// Nothing happens if there is no such node, or with Cassandra, which has no shards.
    ///
    /// # Errors
    /// If its port cannot be had again. It is down then.
    pub async fn reshard_node(&self, node: usize, shards: u16) -> Result<(), Error> {
        let (Some(old), Flavor::Scylla) = (self.shared.members.current(node), self.flavor()) else {
            return Ok(());
        };
        let shards = NonZeroU16::new(shards).unwrap_or(NonZeroU16::MIN);
        let new = |at: &Listeners| {
            let place = (&*old.datacenter, &*old.rack);
            let tokens = old.tokens.clone();
            Node::new(
                old.host_id,
                at.address,
                at.shard_aware,
                place,
                tokens,
                shards,
            )
        };
        self.restart(node, old.address, new).await?;
        self.status(old.address, true);
        Ok(())
    }

    /// What the peers of a node tell of it lacks a column from now on, as it does for a while on real clusters: `rack`,
    /// `host_id`, `rpc_address` and so on. Without a column it is told whole again.
    pub fn hide(&self, node: usize, column: Option<&str>) {
        self.change(|members| {
            if let Some(member) = members.get_mut(node) {
                member.told.unknown = column.map(Box::from).into_iter().collect();
            }
        });
    }

    /// Sends an event to all clients that have registered for its kind. A client that is a thousand events behind loses
    /// some.
    pub fn send_event(&self, event: Event) {
        // Nobody may be there.
        self.shared.events.send(event).ok();
    }

    /// Stops a node and starts what comes in its place.
    async fn restart(
        &self,
        number: usize,
        address: SocketAddr,
        node: impl FnOnce(&Listeners) -> Node,
    ) -> Result<(), Error> {
        self.stop_node(number).await;
        let listeners = Listeners::bind(address, self.shard_aware(address.ip())).await?;
        let node = Arc::new(node(&listeners));
        self.change(|members| {
            if let Some(member) = members.get_mut(number) {
                member.node = node;
            }
        });
        self.run(number, listeners);
        Ok(())
    }

    /// Any port on that address, if the server that is imitated has one where the source port chooses the shard.
    fn shard_aware(&self, ip: IpAddr) -> Option<SocketAddr> {
        let aware = self.flavor() == Flavor::Scylla && self.shared.shard_aware_port;
        aware.then_some(SocketAddr::new(ip, 0))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Member>)) {
        let engine = &self.shared.engine;
        self.shared
            .members
            .change(change, |nodes| engine.set_nodes(nodes));
    }

    /// Notes whether the peers of a node can reach it.
    pub(super) fn mark(&self, number: usize, up: bool) {
        self.change(|members| {
            if let Some(member) = members.get_mut(number) {
                member.up = up;
            }
        });
    }

    /// Tells clients of a node that is new where it is.
    fn appear(&self, number: usize) {
        if let Some(node) = self.shared.members.current(number) {
            self.tell(TopologyChange::NewNode, node.address);
            self.status(node.address, true);
        }
    }

    fn tell(&self, change: TopologyChange, node: SocketAddr) {
        self.send_event(Event::Topology { change, node });
    }

    pub(super) fn status(&self, node: SocketAddr, up: bool) {
        self.send_event(Event::Status { up, node });
    }
}

/// The address behind the last one.
fn after(nodes: &[Arc<Node>]) -> SocketAddr {
    let last = nodes.iter().filter_map(|node| match node.address.ip() {
        IpAddr::V4(ip) => Some(u32::from(ip)),
        IpAddr::V6(_) => None,
    });
    let last = last.max().unwrap_or(Ipv4Addr::LOCALHOST.into());
    let port = nodes.first().map_or(0, |node| node.address.port());
    SocketAddr::from((Ipv4Addr::from(last.wrapping_add(1)), port))
}
