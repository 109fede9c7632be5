//! The cluster: nodes, shards, listeners, start and stop.

mod builder;
mod listen;
mod script;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use scylla_orm_driver::frame::response::Event;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::fault::{Fault, Injected};
use crate::flavor::Flavor;
use crate::node::Shared;
use crate::node::requests::RequestRecord;
use crate::node::traffic::ShardTraffic;

pub use builder::ClusterBuilder;
pub use listen::Error;
pub use script::ScriptError;

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
    running: Vec<Mutex<Option<Running>>>,
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

    /// Where clients connect: one `address:port` per node.
    pub fn contact_points(&self) -> Vec<String> {
        self.shared
            .nodes
            .iter()
            .map(|node| node.address.to_string())
            .collect()
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
        let nodes = self.shared.nodes.iter().enumerate();
        let of_node = |(at, node): (usize, &crate::node::Node)| {
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
        self.shared
            .nodes
            .iter()
            .flat_map(|node| &node.shards)
            .for_each(|shard| shard.counters.reset());
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
        let shards = self
            .shared
            .nodes
            .get(node)
            .map_or(&[][..], |node| &node.shards);
        shards
            .iter()
            .map(|shard| shard.connections.load(std::sync::atomic::Ordering::Relaxed))
            .collect()
    }

    /// Takes a node down: its listeners close, its connections end with FIN, its prepared statements are forgotten, and
    /// the others tell their clients. The data stays, as the other replicas keep it. Nothing happens if it is down.
    pub async fn stop_node(&self, node: usize) {
        let Some(running) = self.slot(node).and_then(|slot| lock(slot).take()) else {
            return;
        };
        running.stop.send_replace(true);
        // A task that panicked has ended too, and its listeners with it.
        running.task.await.ok();
        if let Some(node) = self.shared.nodes.get(node) {
            node.prepared
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
            self.shared
                .events
                .send(Event::Status {
                    up: false,
                    node: node.address,
                })
                .ok();
        }
    }

    /// Brings a node up again on the address that it had. Nothing happens if it is up, or does not exist.
    ///
    /// # Errors
    /// If something else listens on its address by now.
    pub async fn start_node(&self, node: usize) -> Result<(), Error> {
        let (Some(slot), Some(at)) = (self.slot(node), self.shared.nodes.get(node)) else {
            return Ok(());
        };
        if lock(slot).is_some() {
            return Ok(());
        }
        let listeners = listen::Listeners::bind(at.address, at.shard_aware).await?;
        *lock(slot) = Some(Running::start(Arc::clone(&self.shared), node, listeners));
        self.shared
            .events
            .send(Event::Status {
                up: true,
                node: at.address,
            })
            .ok();
        Ok(())
    }

    /// Stops all nodes and waits until their connections are closed.
    pub async fn stop(self) {
        for node in 0..self.running.len() {
            self.stop_node(node).await;
        }
    }

    fn slot(&self, node: usize) -> Option<&Mutex<Option<Running>>> {
        self.running.get(node)
    }

    fn new(shared: Shared, clock: Clock, listeners: Vec<listen::Listeners>) -> Cluster {
        let shared = Arc::new(shared);
        let start = |(node, listeners)| {
            Mutex::new(Some(Running::start(Arc::clone(&shared), node, listeners)))
        };
        let running = listeners.into_iter().enumerate().map(start).collect();
        Cluster {
            shared,
            clock,
            running,
        }
    }
}

impl Drop for Cluster {
    /// Tells the nodes to stop; they do so in the background while the runtime lives.
    fn drop(&mut self) {
        for slot in &self.running {
            if let Some(running) = lock(slot).take() {
                running.stop.send_replace(true);
            }
        }
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nodes: Vec<SocketAddr> = self.shared.nodes.iter().map(|node| node.address).collect();
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
