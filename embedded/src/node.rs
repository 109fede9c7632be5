//! What the connections of a cluster share: its nodes with their shards, the engine, events.

pub(crate) mod arrival;
pub(crate) mod hops;
pub(crate) mod members;
pub(crate) mod prepared;
pub(crate) mod requests;
pub(crate) mod traffic;

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use scylla_orm_driver::frame::TabletRouting;
use scylla_orm_driver::frame::response::Event;
use scylla_orm_driver::token::Sharder;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::catalog::nodes::IGNORE_MSB;
use crate::exec::Engine;
use crate::fault::Faults;
use crate::flavor::Flavor;
use crate::node::hops::HopCosts;
use crate::node::members::{Member, Members};
use crate::node::prepared::PreparedStatements;
use crate::node::requests::RequestLog;
use crate::node::traffic::Counters;
use crate::socket::Security;

/// Events that a slow client may lag behind before it loses some. It can refresh whenever it likes.
const EVENTS: usize = 1024;

/// Cassandra's default.
pub(crate) const NUM_TOKENS: u16 = 16;

/// All that the connections of a cluster share.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) flavor: Flavor,
    pub(crate) members: Members,
    pub(crate) events: broadcast::Sender<Event>,
    /// Who signs the certificates of the nodes, if they speak TLS.
    #[cfg(feature = "tls")]
    pub(crate) authority: Option<Arc<crate::tls::Authority>>,
    /// The longest body of a request, in bytes.
    pub(crate) max_body: usize,
    pub(crate) faults: Arc<Faults>,
    pub(crate) requests: RequestLog,
    /// Whether good answers carry the payload of their request.
    pub(crate) echo: bool,
    pub(crate) hops: HopCosts,
    /// Connections that clients have ended with RST.
    pub(crate) resets: AtomicUsize,
    /// Connections that were accepted.
    pub(crate) accepted: AtomicUsize,
    /// Ranges of the ring that a node owns when it joins.
    pub(crate) num_tokens: u16,
    /// Whether nodes have a port where the source port chooses the shard, if their flavour has shards.
    pub(crate) shard_aware_port: bool,
    /// How clients are told of tablets, if they can be.
    pub(crate) tablets: Option<TabletRouting>,
}

/// One node.
pub(crate) struct Node {
    pub(crate) host_id: Uuid,
    pub(crate) address: SocketAddr,
    /// Where a client chooses its shard by its source port. Cassandra has none.
    pub(crate) shard_aware: Option<SocketAddr>,
    pub(crate) datacenter: Box<str>,
    pub(crate) rack: Box<str>,
    pub(crate) tokens: Vec<i64>,
    pub(crate) sharder: Sharder,
    pub(crate) shard_count: NonZeroU16,
    pub(crate) shards: Vec<Shard>,
    pub(crate) prepared: Mutex<PreparedStatements>,
}

/// One core of a node, and the connections that it serves.
#[derive(Default)]
pub(crate) struct Shard {
    pub(crate) connections: AtomicUsize,
    pub(crate) counters: Counters,
}

impl Shared {
    pub(crate) fn new(
        engine: Engine,
        flavor: Flavor,
        members: Vec<Member>,
        max_body: usize,
    ) -> Self {
        let (events, _) = broadcast::channel(EVENTS);
        Shared {
            engine,
            flavor,
            members: Members::new(members),
            events,
            #[cfg(feature = "tls")]
            authority: None,
            max_body,
            faults: Arc::default(),
            requests: RequestLog::new(0),
            echo: false,
            hops: HopCosts::default(),
            resets: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
            num_tokens: NUM_TOKENS,
            shard_aware_port: true,
            tablets: None,
        }
    }

    /// How a node on that address speaks with its clients.
    #[cfg(feature = "tls")]
    pub(crate) fn security(&self, node: usize, address: IpAddr) -> Security {
        match &self.authority {
            Some(authority) => Security::Tls(authority.node(node, address)),
            None => Security::Plain,
        }
    }

    /// How a node speaks with its clients.
    #[cfg(not(feature = "tls"))]
    pub(crate) fn security(&self, _node: usize, _address: IpAddr) -> Security {
        Security::Plain
    }

    /// Whether clients may speak so: without TLS, and with it.
    pub(crate) fn speaks(&self) -> (bool, bool) {
        #[cfg(feature = "tls")]
        if let Some(authority) = &self.authority {
            return (authority.is_optional(), true);
        }
        (true, false)
    }
}

impl Node {
    /// Makes a node of `shards` shards.
    pub(crate) fn new(
        host_id: Uuid,
        address: SocketAddr,
        shard_aware: Option<SocketAddr>,
        place: (&str, &str),
        tokens: Vec<i64>,
        shards: NonZeroU16,
    ) -> Self {
        Node {
            host_id,
            address,
            shard_aware,
            datacenter: place.0.into(),
            rack: place.1.into(),
            tokens,
            sharder: Sharder::new(shards, IGNORE_MSB),
            shard_count: shards,
            shards: (0..shards.get()).map(|_| Shard::default()).collect(),
            prepared: Mutex::default(),
        }
    }

    /// The shard that the next connection to the plain port gets: the one with the fewest, as ScyllaDB does.
    pub(crate) fn least_connected(&self) -> u16 {
        let connections = |shard: &u16| {
            let shard = self.shards.get(usize::from(*shard));
            shard.map_or(usize::MAX, |s| s.connections.load(Ordering::Relaxed))
        };
        (0..self.sharder.shards())
            .min_by_key(connections)
            .unwrap_or(0)
    }
}
