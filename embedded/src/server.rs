//! The cluster: nodes, shards, listeners, start and stop.

mod builder;
mod listen;
mod membership;
mod script;
mod snapshot;
mod tablets;
#[cfg(feature = "tls")]
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::fault::{Fault, Injected};
use crate::flavor::Flavor;
use crate::node::requests::RequestRecord;
use crate::node::traffic::ShardTraffic;
use crate::node::{Node, Shared};

pub use builder::ClusterBuilder;
pub use listen::Error;
pub use script::ScriptError;
pub use tablets::{Tablet, TabletError};

/// A CQL cluster in this process: nodes on addresses of the loopback, data in memory.
///
/// It is for development and tests and keeps nothing: when it stops, or is dropped, its data is gone. For
/// production there are ScyllaDB and Apache Cassandra.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), scylla_orm_embedded::Error> {
/// use scylla_orm_embedded::Cluster;
///
/// let cluster = Cluster::builder().nodes(3).shards(4).start().await?;
/// assert_eq!(cluster.contact_points().len(), 3);
/// cluster.stop().await;
/// # Ok(())
/// # }
/// ```
pub struct Cluster {
    shared: Arc<Shared>,
    clock: Clock,
    /// What runs, by the number of the node.
    running: Mutex<Vec<Option<Running>>>,
    /// Hosts that there have ever been.
    hosts: AtomicUsize,
    /// See [`ClusterBuilder::rpc_address`].
    rpc_address: Option<IpAddr>,
}

/// What runs for a node while it is up.
struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Cluster {
    /// Settings of a cluster that is to be started.
    pub fn builder() -> ClusterBuilder {
        ClusterBuilder::default()
    }

    /// Starts one node with two shards, as ScyllaDB, on 127.0.0.1 and any free port.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start() -> Result<Cluster, Error> {
        Cluster::builder().start().await
    }

    /// Where clients connect: one `address:port` per node, by number, also for those that are down or have left.
    pub fn contact_points(&self) -> Vec<String> {
        let nodes = self.shared.members.all().into_iter();
        nodes.map(|node| node.address.to_string()).collect()
    }

    /// Which server is imitated.
    pub fn flavor(&self) -> Flavor {
        self.shared.flavor
    }

    /// The time of this cluster, to be put forward by tests of expiry.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// What arrived where, by node and shard, since the start or the last [`reset_traffic`](Cluster::reset_traffic).
    pub fn traffic(&self) -> Vec<ShardTraffic> {
        let nodes = self.shared.members.all().into_iter().enumerate();
        let of_node = |(at, node): (usize, Arc<Node>)| {
            let shards = (0u16..).zip(&node.shards);
            let address = node.address;
            shards
                .map(|(shard, s)| s.counters.traffic(at, address, shard))
                .collect::<Vec<_>>()
        };
        nodes.flat_map(of_node).collect()
    }

    /// Counts from zero again.
    pub fn reset_traffic(&self) {
        for node in self.shared.members.all() {
            node.shards.iter().for_each(|s| s.counters.reset());
        }
    }

    /// Puts a fault in force, until what this returns is removed or dropped. It concerns requests that arrive from now on.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), scylla_orm_embedded::Error> {
    /// use scylla_orm_embedded::{Cluster, Fault};
    ///
    /// let cluster = Cluster::start().await?;
    /// let lost = cluster.fault(Fault::on().statement("INSERT INTO shop.orders").nth(3).drop_answer());
    /// // … the third order is written, and the application is not told …
    /// lost.remove();
    /// # cluster.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn fault(&self, fault: Fault) -> Injected {
        self.shared.faults.inject(fault)
    }

    /// The last requests, the oldest first: as many as [`ClusterBuilder::request_log`] keeps, which is none by default.
    /// Each is noted when its answer is known.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), scylla_orm_embedded::Error> {
    /// use scylla_orm_embedded::{Cluster, Reached};
    ///
    /// let cluster = Cluster::builder().nodes(3).request_log(1000).start().await?;
    /// // … what the application does …
    /// let astray = |r: &&_| matches!(r, scylla_orm_embedded::RequestRecord { reached: Some(Reached::Stranger), .. });
    /// assert_eq!(cluster.requests().iter().filter(astray).count(), 0);
    /// # cluster.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.requests.all()
    }

    /// Forgets the requests noted so far.
    pub fn clear_requests(&self) {
        self.shared.requests.clear();
    }

    /// How many connections each shard of a node serves now. Empty for a node that does not exist.
    pub fn connections(&self, node: usize) -> Vec<usize> {
        let Some(node) = self.shared.members.get(node) else {
            return Vec::new();
        };
        let shards = node.shards.iter();
        shards.map(|s| s.connections.load(Relaxed)).collect()
    }

    /// How many connections clients have opened so far.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Relaxed)
    }

    /// How many connections clients have ended with RST instead of FIN.
    pub fn resets(&self) -> usize {
        self.shared.resets.load(Relaxed)
    }

    /// Takes a node down: its listeners close, its connections end with FIN, its prepared statements are forgotten, and
    /// the others tell their clients. The data stays, as the other replicas keep it. Nothing happens if it is down.
    pub async fn stop_node(&self, node: usize) {
        let running = lock(&self.running).get_mut(node).and_then(Option::take);
        let Some(running) = running else {
            return;
        };
        running.stop.send_replace(true);
        // A task that panicked has ended too, and its listeners with it.
        running.task.await.ok();
        self.mark(node, false);
        if let Some(at) = self.shared.members.get(node) {
            lock(&at.prepared).clear();
            self.status(at.address, false);
        }
    }

    /// Brings a node up again on the address that it had. Nothing happens if it is up, has left, or does not
    /// exist.
    ///
    /// # Errors
    /// If something else listens on its address by now.
    pub async fn start_node(&self, node: usize) -> Result<(), Error> {
        let Some(at) = self.shared.members.current(node) else {
            return Ok(());
        };
        if matches!(lock(&self.running).get(node), Some(Some(_))) {
            return Ok(());
        }
        let listeners = listen::Listeners::bind(at.address, at.shard_aware).await?;
        self.run(node, listeners);
        self.status(at.address, true);
        Ok(())
    }

    /// Stops all nodes and waits until their connections are closed.
    pub async fn stop(self) {
        let nodes = lock(&self.running).len();
        for node in 0..nodes {
            self.stop_node(node).await;
        }
    }

    fn new(
        shared: Shared,
        clock: Clock,
        rpc_address: Option<IpAddr>,
        listeners: Vec<listen::Listeners>,
    ) -> Cluster {
        // The system tables are told of the nodes.
        shared
            .members
            .change(|_| {}, |nodes| shared.engine.set_nodes(nodes));
        let cluster = Cluster {
            shared: Arc::new(shared),
            clock,
            running: Mutex::default(),
            hosts: AtomicUsize::new(listeners.len()),
            rpc_address,
        };
        for (number, listeners) in listeners.into_iter().enumerate() {
            cluster.run(number, listeners);
        }
        cluster
    }

    /// Starts the node of that number.
    fn run(&self, number: usize, listeners: listen::Listeners) {
        let running = Running::start(Arc::clone(&self.shared), number, listeners);
        let mut slots = lock(&self.running);
        if slots.len() <= number {
            slots.resize_with(number + 1, || None);
        }
        if let Some(slot) = slots.get_mut(number) {
            *slot = Some(running);
        }
        drop(slots);
        self.mark(number, true);
    }

    /// The number of a host that has not been there yet.
    fn next_host(&self) -> usize {
        self.hosts.fetch_add(1, Relaxed)
    }
}

/// The same for the same place in the cluster, so that the ring, and with it a run, can be repeated.
fn host_id(host: usize) -> Uuid {
    let host = u128::try_from(host).unwrap_or(u128::MAX);
    uuid::Builder::from_random_bytes(
        (0x5c11_a0a0_0000_0000_0000_0000_0000_0000 | (host + 1)).to_be_bytes(),
    )
    .into_uuid()
}

impl Drop for Cluster {
    /// Tells the nodes to stop; they do so in the background while the runtime lives.
    fn drop(&mut self) {
        for running in lock(&self.running).drain(..).flatten() {
            running.stop.send_replace(true);
        }
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nodes = self.shared.members.all();
        let nodes: Vec<SocketAddr> = nodes.iter().map(|node| node.address).collect();
        f.debug_struct("Cluster")
            .field("flavor", &self.shared.flavor)
            .field("nodes", &nodes)
            .finish_non_exhaustive()
    }
}

impl Running {
    fn start(shared: Arc<Shared>, node: usize, listeners: listen::Listeners) -> Running {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(listeners.serve(shared, node, stopped));
        Running { stop, task }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
