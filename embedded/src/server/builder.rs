//! Settings of a cluster, and its start.

use std::net::Ipv4Addr;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::catalog::nodes;
use crate::clock::Clock;
use crate::exec::{Engine, EngineConfig};
use crate::flavor::Flavor;
use crate::node::hops::HopCosts;
use crate::node::requests::RequestLog;
use crate::node::{Node, Shared, ring};
use crate::server::Cluster;
use crate::server::listen::{Error, Listeners};

/// Cassandra's `native_transport_max_frame_size`, in bytes.
const MAX_BODY: usize = 16 << 20;

/// Settings of a cluster that is to be started.
#[derive(Debug, Clone)]
#[must_use = "nothing starts before `.start()`"]
pub struct ClusterBuilder {
    flavor: Flavor,
    shards: NonZeroU16,
    /// Name and number of nodes.
    datacenters: Vec<(Box<str>, usize)>,
    racks: Vec<Box<str>>,
    address: Ipv4Addr,
    port: u16,
    credentials: Option<(Box<str>, Box<str>)>,
    max_body: usize,
    hops: HopCosts,
    request_log: usize,
}

impl Default for ClusterBuilder {
    fn default() -> Self {
        ClusterBuilder {
            flavor: Flavor::Scylla,
            shards: NonZeroU16::new(2).unwrap_or(NonZeroU16::MIN),
            datacenters: vec![("datacenter1".into(), 1)],
            racks: vec!["rack1".into()],
            address: Ipv4Addr::LOCALHOST,
            port: 0,
            credentials: None,
            max_body: MAX_BODY,
            hops: HopCosts::default(),
            request_log: 0,
        }
    }
}

impl ClusterBuilder {
    /// Which server to imitate. ScyllaDB if not said.
    pub fn flavor(mut self, flavor: Flavor) -> Self {
        self.flavor = flavor;
        self
    }

    /// Nodes of the first data centre; 1 if not said, and at least 1.
    pub fn nodes(mut self, nodes: usize) -> Self {
        if let Some(first) = self.datacenters.first_mut() {
            first.1 = nodes.max(1);
        }
        self
    }

    /// One more data centre. The first is called `datacenter1`.
    pub fn datacenter(mut self, name: &str, nodes: usize) -> Self {
        self.datacenters.push((name.into(), nodes.max(1)));
        self
    }

    /// All data centres, by name and number of nodes, in the place of `datacenter1`. Nothing changes if there are none.
    pub fn datacenters<'a>(
        mut self,
        datacenters: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> Self {
        let named = |(name, nodes): (&'a str, usize)| (Box::from(name), nodes.max(1));
        let datacenters: Vec<_> = datacenters.into_iter().map(named).collect();
        if !datacenters.is_empty() {
            self.datacenters = datacenters;
        }
        self
    }

    /// Shards of each node; 2 if not said, and at least 1. Cassandra has none: there each node counts as one.
    pub fn shards(mut self, shards: u16) -> Self {
        self.shards = NonZeroU16::new(shards).unwrap_or(NonZeroU16::MIN);
        self
    }

    /// The racks over which the nodes of each data centre are spread in turn; `rack1` alone if not said.
    pub fn racks<'a>(mut self, racks: impl IntoIterator<Item = &'a str>) -> Self {
        let racks: Vec<Box<str>> = racks.into_iter().map(Box::from).collect();
        if !racks.is_empty() {
            self.racks = racks;
        }
        self
    }

    /// The address of the first node, 127.0.0.1 if not said; the others follow it one by one. Where the system has no
    /// such addresses, all nodes share the first one and differ in their port.
    pub fn address(mut self, address: Ipv4Addr) -> Self {
        self.address = address;
        self
    }

    /// The port of all nodes; any free one if not said.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// User and password that clients have to give; nothing is asked if not said.
    pub fn credentials(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.into(), password.into()));
        self
    }

    /// The longest request that a node accepts, in bytes; 16 MiB if not said, as Cassandra's default.
    pub fn max_request(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How much later the answer comes to a request that reaches a replica on a shard that does not own the partition, and
    /// has to be handed to the one that does. Nothing if not said. It counts in milliseconds, as timers do: less is
    /// rounded up.
    pub fn cross_shard_cost(mut self, cost: Duration) -> Self {
        self.hops.shard = cost;
        self
    }

    /// How much later the answer comes to a request that reaches a node that does not keep the partition, and has to ask
    /// one that does. Nothing if not said. It counts in milliseconds, as timers do: less is rounded up.
    pub fn cross_node_cost(mut self, cost: Duration) -> Self {
        self.hops.node = cost;
        self
    }

    /// How many of the last requests are kept for [`Cluster::requests`]; none if not said.
    pub fn request_log(mut self, requests: usize) -> Self {
        self.request_log = requests;
        self
    }

    /// Starts the nodes; they accept clients when this returns.
    ///
    /// # Errors
    /// If their ports cannot be had.
    pub async fn start(self) -> Result<Cluster, Error> {
        let scylla = self.flavor == Flavor::Scylla;
        let shards = if scylla { self.shards } else { NonZeroU16::MIN };
        let places = self.places();
        let listeners = Listeners::bind_all(self.address, self.port, places.len(), scylla).await?;
        let node = |(at, ((datacenter, rack), listeners)): (usize, (&(&str, &str), &Listeners))| {
            let host_id = host_id(at);
            let tokens = ring::tokens(host_id);
            Node::new(
                host_id,
                listeners.address,
                listeners.shard_aware,
                (datacenter, rack),
                tokens,
                shards,
            )
        };
        let nodes: Vec<Node> = places
            .iter()
            .zip(&listeners)
            .enumerate()
            .map(node)
            .collect();
        let clock = Clock::default();
        let engine = Engine::new(EngineConfig {
            flavor: self.flavor,
            clock: clock.clone(),
            cluster_name: "embedded".into(),
        });
        engine.set_nodes(nodes.iter().map(described).collect::<Arc<[_]>>());
        let mut shared = Shared::new(
            engine,
            self.flavor,
            nodes,
            self.credentials.clone(),
            self.max_body,
        );
        shared.hops = self.hops;
        shared.requests = RequestLog::new(self.request_log);
        Ok(Cluster::new(shared, clock, listeners))
    }

    /// Data centre and rack of each node.
    fn places(&self) -> Vec<(&str, &str)> {
        let mut places = Vec::new();
        for (datacenter, nodes) in &self.datacenters {
            let racks = self.racks.iter().cycle().take(*nodes);
            places.extend(racks.map(|rack| (&**datacenter, &**rack)));
        }
        places
    }
}

/// The same for the same place in the cluster, so that the ring, and with it a run, can be repeated.
fn host_id(node: usize) -> Uuid {
    let node = u128::try_from(node).unwrap_or(u128::MAX);
    uuid::Builder::from_random_bytes(
        (0x5c11_a0a0_0000_0000_0000_0000_0000_0000 | (node + 1)).to_be_bytes(),
    )
    .into_uuid()
}

fn described(node: &Node) -> nodes::Node {
    nodes::Node {
        host_id: node.host_id,
        address: node.address.ip(),
        port: node.address.port(),
        datacenter: node.datacenter.clone(),
        rack: node.rack.clone(),
        tokens: node.tokens.clone(),
    }
}
