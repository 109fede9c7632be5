//! A node is its host id: what an address leads to can change.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::topology::Node;
use scylla_orm_embedded::{Cluster, Flavor, RequestRecord};
use tests::log::Log;
use tests::poll::until;
use tests::relay::Relay;
use tokio::task::JoinHandle;

use crate::{SOON, builder, cluster, nodes, session};

/// Reads without a pause until it is stopped, and counts what fails.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    reads: Arc<AtomicU64>,
    task: JoinHandle<Vec<String>>,
}

impl Load {
    pub(crate) fn start(session: &Session) -> Load {
        let (stop, reads) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (session, stopped, counted) = (session.clone(), stop.clone(), reads.clone());
        let task = tokio::spawn(async move {
            let mut errors = Vec::new();
            while !stopped.load(Relaxed) {
                let cql = "SELECT key FROM system.local WHERE key = 'local'";
                let answer = session.query(cql, ()).await;
                errors.extend(answer.err().map(|e| e.to_string()));
                counted.fetch_add(1, Relaxed);
                tokio::task::yield_now().await;
            }
            errors
        });
        Load { stop, reads, task }
    }

    /// How many there were so far.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Relaxed)
    }

    /// How many there were, and the errors among them.
    pub(crate) async fn stop(self) -> (u64, Vec<String>) {
        self.stop.store(true, Relaxed);
        (self.reads.load(Relaxed), self.task.await.unwrap())
    }
}

pub(crate) fn find(session: &Session, address: SocketAddr) -> Option<Node> {
    let topology = session.topology();
    topology
        .nodes()
        .iter()
        .find(|n| n.address == address)
        .cloned()
}

pub(crate) fn address(cluster: &Cluster, node: usize) -> SocketAddr {
    cluster.contact_points()[node].parse().unwrap()
}

fn is_full(cluster: &Cluster, node: usize) -> bool {
    cluster.connections(node).iter().all(|c| *c > 0)
}

/// Scenario E4: another node on the same address.
#[tokio::test]
async fn a_node_is_replaced_on_its_address() {
    for node in [1, 0] {
        let (log, cluster, relay) = (Log::start(), cluster().await, Relay::default());
        let session = session(builder(&cluster).connector(relay.clone())).await;
        let at = address(&cluster, node);
        let old = find(&session, at).unwrap().host_id;
        let load = Load::start(&session);
        cluster.replace_node(node).await.unwrap();
        let start = Instant::now();
        until(
            "the new node is known, and has its connections",
            async || {
                find(&session, at).is_some_and(|n| n.host_id != old) && is_full(&cluster, node)
            },
        )
        .await;
        assert!(session.wait_ready(SOON).await);
        let (elapsed, (reads, errors)) = (start.elapsed(), load.stop().await);
        println!(
            "node {node} replaced on its address: new pool full after {elapsed:.0?}, {reads} reads, {} errors",
            errors.len()
        );
        assert!(errors.is_empty(), "{errors:?}");
        assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
        assert_eq!(nodes(&session), 3);
        assert_eq!(log.count("node removed"), 1, "{:?}", log.lines());
        // Nothing of the old one is left: a connection per shard, and one for control.
        until("the old pool is closed", async || relay.open() == 7).await;
        session.close().await.unwrap();
        cluster.stop().await;
    }
}

/// Scenario E4: the same node on another address.
#[tokio::test]
async fn a_node_moves_to_another_address() {
    for node in [1, 0] {
        let (log, cluster, relay) = (Log::start(), cluster().await, Relay::default());
        let session = session(builder(&cluster).connector(relay.clone())).await;
        let old = find(&session, address(&cluster, node)).unwrap();
        let load = Load::start(&session);
        let to = Ipv4Addr::new(127, 0, 0, 99);
        cluster.move_node(node, to).await.unwrap();
        let start = Instant::now();
        let new = SocketAddr::new(to.into(), old.address.port());
        until(
            "the node has its connections on its new address",
            async || {
                find(&session, new).is_some_and(|n| n.host_id == old.host_id)
                    && is_full(&cluster, node)
            },
        )
        .await;
        assert!(session.wait_ready(SOON).await);
        let (elapsed, (reads, errors)) = (start.elapsed(), load.stop().await);
        println!(
            "node {node} moved: pool full there after {elapsed:.0?}, {reads} reads, {} errors",
            errors.len()
        );
        assert!(errors.is_empty(), "{errors:?}");
        assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
        assert_eq!(find(&session, old.address), None);
        assert!(
            log.count("node moved to another address") <= 1,
            "{:?}",
            log.lines()
        );
        until("the old pool is closed", async || relay.open() == 7).await;
        session.close().await.unwrap();
        cluster.stop().await;
    }
}

/// A node of another cluster on the address of ours gets no request, whatever the cluster says meanwhile.
#[tokio::test]
async fn a_connection_to_another_node_is_refused() {
    // ScyllaDB says which node it is when it greets; Cassandra is asked.
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        refused(flavor).await;
    }
}

async fn refused(flavor: Flavor) {
    let log = Log::start();
    let of = Cluster::builder().flavor(flavor);
    let cluster = of.clone().nodes(3).shards(2).start().await.unwrap();
    let session = session(builder(&cluster)).await;
    let at = address(&cluster, 2);
    cluster.stop_node(2).await;
    let IpAddr::V4(ip) = at.ip() else {
        panic!("{at}")
    };
    let stranger = of.address(ip).port(at.port()).shards(1);
    let stranger = stranger.request_log(1000).start().await.unwrap();
    until("it is found out", async || {
        log.count("another node listens on a node's address: refused") > 0
    })
    .await;
    let load = Load::start(&session);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (reads, errors) = load.stop().await;
    let greeted = |r: &RequestRecord| matches!(r.opcode, Opcode::Options | Opcode::Startup);
    let strange = stranger.requests();
    let asked = |r: &&RequestRecord| !greeted(r) && r.opcode != Opcode::Query;
    println!(
        "{flavor:?}, another node on the address: refused {} times, {} of {reads} reads reached it",
        log.count("a node's address: refused"),
        strange.iter().filter(asked).count()
    );
    assert!(strange.iter().any(greeted), "it was tried");
    assert_eq!(strange.iter().find(asked), None);
    assert!(errors.is_empty(), "{errors:?}");
    stranger.stop().await;
    cluster.start_node(2).await.unwrap();
    assert!(session.wait_ready(SOON).await);
    session.close().await.unwrap();
    cluster.stop().await;
}

/// Joins and leaves are told.
#[tokio::test]
async fn nodes_join_and_leave() {
    let (log, cluster) = (Log::start(), cluster().await);
    let session = session(builder(&cluster)).await;
    let start = Instant::now();
    let new = cluster.add_node("datacenter1", "rack2").await.unwrap();
    until("the node has its connections", async || {
        nodes(&session) == 4 && is_full(&cluster, new)
    })
    .await;
    let joined = start.elapsed();
    let start = Instant::now();
    cluster.remove_node(1).await;
    until("the node is gone", async || nodes(&session) == 3).await;
    println!(
        "joined and connected after {joined:.0?}, gone {:.0?} after it left",
        start.elapsed()
    );
    let told = |words: &str| log.count(words);
    assert_eq!(
        (told("node added"), told("node removed")),
        (4, 1),
        "{:?}",
        log.lines()
    );
    assert!(
        told("node up") >= 4 && told("node down") == 1,
        "{:?}",
        log.lines()
    );
    session.close().await.unwrap();
    cluster.stop().await;
}
