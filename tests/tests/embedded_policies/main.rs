//! The policies at work: who is asked, how often, how long it takes, who is connected to.
//!
//! Only the embedded cluster has data centres, racks, faults and nodes that are down at a word, so these tests do not depend
//! on the target.

mod balancing;
mod payload;
mod pools;
mod profile;
mod retry;
mod speculation;
mod throttle;

use std::time::Duration;

use scylla_orm::driver::statement::Prepared;
use scylla_orm::driver::topology::Node;
use scylla_orm::driver::{Session, SessionBuilder};
use scylla_orm_embedded::Cluster;
use scylla_orm_embedded::fault::Opcode;
use tests::poll::until;

/// Nodes of the data centres `eu` and `us`. In each they are in the racks `r1` and `r2` in turn.
const EU: usize = 4;
const US: usize = 3;
const SHARDS: u16 = 2;
const KEYS: i32 = 40;

/// No test waits longer for one thing.
const SOON: Duration = Duration::from_secs(20);

/// A cluster with a table `ks.t` in two copies in each data centre, and a session in `eu`.
struct Fixture {
    cluster: Cluster,
    session: Session,
    select: Prepared,
    insert: Prepared,
}

impl Fixture {
    async fn start() -> Fixture {
        Fixture::with(|builder| builder).await
    }

    async fn with(settings: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Fixture {
        let cluster = Cluster::builder()
            .datacenters([("eu", EU), ("us", US)])
            .racks(["r1", "r2"])
            .shards(SHARDS)
            .request_log(100_000)
            .start()
            .await
            .unwrap();
        tests::trace::watch(&cluster);
        let builder = Session::builder().contact_points(cluster.contact_points());
        let session = settings(builder).connect().await.unwrap();
        assert!(session.wait_ready(SOON).await);
        for cql in [
            "CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'eu': 2, 'us': 2}",
            "CREATE TABLE ks.t (k int PRIMARY KEY, v int)",
        ] {
            session.query(cql, ()).await.unwrap();
        }
        let insert = "INSERT INTO ks.t (k, v) VALUES (?, ?)";
        let insert = session.prepare(insert).await.unwrap();
        for k in 0..KEYS {
            session.execute(&insert, (k, k)).await.unwrap();
        }
        let select = "SELECT v FROM ks.t WHERE k = ?";
        let select = session.prepare(select).await.unwrap();
        cluster.clear_requests();
        Fixture {
            cluster,
            session,
            select,
            insert,
        }
    }

    /// The node of the cluster's place `at`, as the session sees it.
    fn node(&self, at: usize) -> Node {
        let address = self.cluster.contact_points()[at].clone();
        let topology = self.session.topology();
        let mut nodes = topology.nodes().iter();
        let found = nodes.find(|node| node.address.to_string() == address);
        found.unwrap().clone()
    }

    /// Nodes that EXECUTEs arrived at since the last look, in order. One that is told the statement again counts once.
    fn asked(&self) -> Vec<usize> {
        let requests = self.cluster.requests().into_iter();
        let own = requests.filter(|r| r.opcode == Opcode::Execute && r.table.is_some());
        let nodes = own.map(|r| r.node).collect();
        self.cluster.clear_requests();
        nodes
    }

    /// The nodes that the session has all connections to.
    fn connected(&self) -> Vec<usize> {
        let points = self.cluster.contact_points();
        let stats = self.session.shard_aware_stats();
        let full = stats
            .iter()
            .filter(|s| s.connected == SHARDS)
            .filter_map(|s| points.iter().position(|at| *at == s.node.to_string()));
        let mut full: Vec<usize> = full.collect();
        full.sort_unstable();
        full
    }

    /// Waits until the session is connected to these nodes and to no others.
    async fn connects_to(&self, nodes: &[usize]) {
        until("the session is connected to the right nodes", async || {
            self.connected() == nodes && self.session.shard_aware_stats().len() == nodes.len()
        })
        .await;
    }

    async fn end(self) {
        self.session.close().await.unwrap();
        assert_eq!(self.cluster.resets(), 0);
        self.cluster.stop().await;
    }
}
