//! Settings of a cluster, and its start.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use scylla_orm_driver::frame::TabletRouting;

use crate::catalog::nodes::Told;
use crate::catalog::ring;
use crate::clock::Clock;
use crate::exec::access::Access;
use crate::exec::{Engine, EngineConfig};
use crate::flavor::Flavor;
use crate::node::hops::HopCosts;
use crate::node::members::Member;
use crate::node::requests::RequestLog;
use crate::node::{NUM_TOKENS, Node, Shared};
use crate::server::listen::{Error, Listeners};
use crate::server::{Cluster, host_id};

/// Cassandra's `native_transport_max_frame_size`, in bytes.
const MAX_BODY: usize = 16 << 20;

/// Settings of a cluster that is to be started.
#[derive(Debug, Clone)]
#[must_use = "nothing starts before `.start()`"]
pub struct ClusterBuilder {
    flavor: Flavor,
    shards: NonZeroU16,
    num_tokens: u16,
    shard_aware_port: bool,
    /// Name and number of nodes.
    datacenters: Vec<(Box<str>, usize)>,
    racks: Vec<Box<str>>,
    address: Ipv4Addr,
    port: u16,
    access: Access,
    superuser: Option<Superuser>,
    max_body: usize,
    hops: HopCosts,
    request_log: usize,
    patience: Option<Duration>,
    echo_payload: bool,
    name: Box<str>,
    rpc_address: Option<IpAddr>,
    tablets: bool,
    tablet_routing: Option<TabletRouting>,
    #[cfg(feature = "tls")]
    tls: Option<crate::tls::Tls>,
}

/// Shown without its password.
#[derive(Clone)]
struct Superuser {
    name: Box<str>,
    password: Box<str>,
}

impl Superuser {
    fn parts(&self) -> (Box<str>, Box<str>) {
        (self.name.clone(), self.password.clone())
    }
}

impl fmt::Debug for Superuser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Default for ClusterBuilder {
    fn default() -> Self {
        ClusterBuilder {
            flavor: Flavor::Scylla,
            shards: NonZeroU16::new(2).unwrap_or(NonZeroU16::MIN),
            num_tokens: NUM_TOKENS,
            shard_aware_port: true,
            datacenters: vec![("datacenter1".into(), 1)],
            racks: vec!["rack1".into()],
            address: Ipv4Addr::LOCALHOST,
            port: 0,
            access: Access::default(),
            superuser: None,
            max_body: MAX_BODY,
            hops: HopCosts::default(),
            request_log: 0,
            patience: None,
            echo_payload: false,
            name: "embedded".into(),
            rpc_address: None,
            tablets: false,
            tablet_routing: Some(TabletRouting::V1),
            #[cfg(feature = "tls")]
            tls: None,
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

    /// How many ranges of the ring each node owns, `num_tokens` in the configuration of servers; 16 if not said, as
    /// Cassandra has it by default, and at least 1. ScyllaDB is shipped with 256: with more, nodes own parts of the ring that
    /// are more alike, and clients take longer to make out who owns what.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), scylla_orm_embedded::Error> {
    /// use scylla_orm_embedded::Cluster;
    ///
    /// let cluster = Cluster::builder().nodes(3).num_tokens(256).start().await?;
    /// # cluster.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn num_tokens(mut self, tokens: u16) -> Self {
        self.num_tokens = tokens.max(1);
        self
    }

    /// Whether nodes have ScyllaDB's port where the source port of a client chooses its shard; they do if not said. Without
    /// it, as behind some firewalls and in old versions, each connection gets the shard that has the fewest.
    pub fn shard_aware_port(mut self, on: bool) -> Self {
        self.shard_aware_port = on;
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

    /// The name of the cluster; `embedded` if not said.
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// What the system tables call the address of clients, if that is not where the nodes listen: 0.0.0.0 or ::, which
    /// nodes tell that listen on all their addresses.
    pub fn rpc_address(mut self, address: IpAddr) -> Self {
        self.rpc_address = Some(address);
        self
    }

    /// Clients have to say who they are, as on a server with `PasswordAuthenticator`; nothing is asked if not said. There
    /// is one role, this superuser. It can make more, as a script can: `CREATE ROLE ann WITH PASSWORD = '…' AND LOGIN = true`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use scylla_orm_embedded::Cluster;
    ///
    /// let cluster = Cluster::builder().credentials("admin", "secret").start().await?;
    /// cluster.run_script("CREATE ROLE app WITH PASSWORD = 'other' AND LOGIN = true;")?;
    /// # cluster.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn credentials(mut self, user: &str, password: &str) -> Self {
        self.access.authentication = true;
        self.superuser = Some(Superuser {
            name: user.into(),
            password: password.into(),
        });
        self
    }

    /// Whether clients have to say who they are. They do not if not said. Without
    /// [`credentials`](ClusterBuilder::credentials) the superuser is `cassandra` with the password `cassandra`, as on a
    /// server that is new.
    pub fn authentication(mut self, on: bool) -> Self {
        self.access.authentication = on;
        self
    }

    /// Whether roles may do only what was granted to them, as on a server with `CassandraAuthorizer`, and so have to say
    /// who they are. Everybody may do everything if not said.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use scylla_orm_embedded::Cluster;
    ///
    /// let cluster = Cluster::builder().authorization(true).start().await?;
    /// cluster.run_script(
    ///     "CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 1};
    ///      CREATE ROLE reader WITH PASSWORD = 'secret' AND LOGIN = true;
    ///      GRANT SELECT ON KEYSPACE shop TO reader;",
    /// )?;
    /// # cluster.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn authorization(mut self, on: bool) -> Self {
        self.access.authorization = on;
        self.access.authentication |= on;
        self
    }

    /// The nodes speak TLS on all their ports; in plain if not said. Behind the crate's feature `tls`.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: crate::tls::Tls) -> Self {
        self.tls = Some(tls);
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

    /// How long a node waits for replicas before it answers ReadTimeout, WriteTimeout or, of TRUNCATE, that it failed; and
    /// so if not said: 5 s for reads, 10 s for ranges, 2 s for writes, 5 s for counters, 60 s for TRUNCATE, as both servers
    /// have it in their configuration. ScyllaDB's USING TIMEOUT says it for one statement.
    ///
    /// Replicas that are up answer, unless they are [frozen](crate::fault::Condition::stop_reading). The time is that of the
    /// cluster's [clock](Cluster::clock): whoever puts it forward need not wait.
    pub fn replica_timeout(mut self, timeout: Duration) -> Self {
        self.patience = Some(timeout);
        self
    }

    /// Whether the tables of a keyspace have tablets if its CREATE KEYSPACE does not say it, as ScyllaDB decides by its
    /// configuration; they do not if not said. Only NetworkTopologyStrategy places tablets: keyspaces of others never have
    /// any. `tablets = {'enabled': …, 'initial': …}` says it for one keyspace.
    pub fn tablets(mut self, by_default: bool) -> Self {
        self.tablets = by_default;
        self
    }

    /// How clients are told that a tablet is elsewhere; [`TabletRouting::V1`] if not said, and `None` for a server that
    /// does not tell them at all, as before ScyllaDB 6.0. [`TabletRouting::V2`], experimental in ScyllaDB 2026.3, is offered
    /// beside the first version.
    pub fn tablet_routing(mut self, routing: Option<TabletRouting>) -> Self {
        self.tablet_routing = routing;
        self
    }

    /// How many of the last requests are kept for [`Cluster::requests`]; none if not said.
    pub fn request_log(mut self, requests: usize) -> Self {
        self.request_log = requests;
        self
    }

    /// Whether results carry the custom payload of their request, as those of a query handler of Cassandra's that was made for
    /// it. They do not if not said: what clients tell beside a message is passed over.
    pub fn echo_payload(mut self, on: bool) -> Self {
        self.echo_payload = on;
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
        let aware = scylla && self.shard_aware_port;
        let listeners = Listeners::bind_all(self.address, self.port, places.len(), aware).await?;
        let told = Told {
            rpc_address: self.rpc_address,
            ..Told::default()
        };
        let node = |(at, (place, listeners)): (usize, (&(&str, &str), &Listeners))| {
            let host_id = host_id(at);
            let (address, aware) = (listeners.address, listeners.shard_aware);
            let tokens = ring::tokens(host_id, self.num_tokens);
            let node = Node::new(host_id, address, aware, *place, tokens, shards);
            let (node, told) = (Arc::new(node), told.clone());
            let up = true;
            Member { node, told, up }
        };
        let members = places.iter().zip(&listeners).enumerate().map(node);
        let clock = Clock::default();
        let engine = Engine::new(EngineConfig {
            flavor: self.flavor,
            clock: clock.clone(),
            cluster_name: self.name.clone(),
            tablets: self.tablets && scylla,
            access: self.access,
            superuser: self.superuser.as_ref().map(Superuser::parts),
            patience: self.patience,
        });
        let mut shared = Shared::new(engine, self.flavor, members.collect(), self.max_body);
        shared.num_tokens = self.num_tokens;
        shared.hops = self.hops;
        #[cfg(feature = "tls")]
        {
            let tls = self.tls.clone();
            shared.authority = tls.map(|tls| Arc::new(crate::tls::Authority::new(tls)));
        }
        shared.requests = RequestLog::new(self.request_log);
        shared.echo = self.echo_payload;
        shared.shard_aware_port = self.shard_aware_port;
        shared.tablets = self.tablet_routing;
        Ok(Cluster::new(shared, clock, self.rpc_address, listeners))
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
