//! Replicas that are down: levels fail at once, with tablets and without; so do TRUNCATE and logged batches.

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Consistency;
use scylla_orm_embedded::{Cluster, Flavor};
use tests::levels::outcome;

use Consistency::{All, Any, LocalQuorum, LocalSerial, One, Quorum, Serial, Three, Two};

async fn check(flavor: Flavor, tablets: bool) {
    let cluster = Cluster::builder().flavor(flavor).nodes(3).tablets(tablets);
    let cluster = cluster.replica_timeout(Duration::from_millis(20));
    let cluster = cluster.start().await.unwrap();
    tests::trace::watch(&cluster);
    cluster
        .run_script(
            "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 3};
             CREATE TABLE k.t (p int PRIMARY KEY, v int);",
        )
        .unwrap();
    let nodes = cluster.contact_points();
    let session = Session::connect([nodes[0].as_str()]).await.unwrap();
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    let write = "INSERT INTO k.t (p, v) VALUES (1, 1)";
    let read = "SELECT v FROM k.t WHERE p = 1";
    let scan = "SELECT v FROM k.t";
    let logged = "BEGIN BATCH INSERT INTO k.t (p, v) VALUES (5, 5); INSERT INTO k.t (p, v) VALUES (6, 6); APPLY BATCH";
    let truncate = "TRUNCATE k.t";
    let cas = "UPDATE k.t SET v = 2 WHERE p = 1 IF v = 7";
    // Tablets are emptied by a change of the topology, which waits for the node that is down.
    let (alone, refused) = match (flavor, tablets) {
        (Flavor::Cassandra, _) => (
            "TWO 2/0",
            "server error 0x1003: Error during truncate: Cannot achieve consistency level ALL",
        ),
        (Flavor::Scylla, true) => (
            "ONE 1/0",
            "server error 0x1003: Error during truncate: std::runtime_error (Timeout during TRUNCATE TABLE of k.t)",
        ),
        (Flavor::Scylla, false) => (
            "ONE 1/0",
            "server error 0x1003: Error during truncate: exceptions::unavailable_exception (Cannot achieve consistency level for cl ALL. \
             Requires 3, alive 2)",
        ),
    };
    let ask = async |cql: &str, level, serial, expected: &str| {
        let found = outcome(&session, cql, level, serial).await;
        assert_eq!(
            found, expected,
            "{cql} at {level} {serial} ({flavor:?}, tablets {tablets})"
        );
    };
    for level in [One, Two, Three, Quorum, All, LocalQuorum] {
        ask(write, level, Serial, "").await;
        ask(read, level, Serial, "").await;
    }
    cluster.stop_node(1).await;
    ask(write, Quorum, Serial, "").await;
    ask(write, All, Serial, "ALL 3/2").await;
    ask(read, Three, Serial, "THREE 3/2").await;
    ask(cas, Quorum, Serial, "").await;
    ask(logged, One, Serial, "").await;
    ask(truncate, One, Serial, refused).await;
    cluster.stop_node(2).await;
    ask(write, Any, Serial, "").await;
    ask(write, One, Serial, "").await;
    ask(write, Two, Serial, "TWO 2/1").await;
    ask(read, Quorum, Serial, "QUORUM 2/1").await;
    ask(scan, LocalQuorum, Serial, "LOCAL_QUORUM 2/1").await;
    ask(cas, One, Serial, "SERIAL 2/1").await;
    ask(cas, One, LocalSerial, "LOCAL_SERIAL 2/1").await;
    ask(logged, One, Serial, alone).await;
    cluster.start_node(1).await.unwrap();
    ask(read, Quorum, Serial, "").await;
    ask(cas, Quorum, Serial, "").await;
    session.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn as_scylladb_with_tablets() {
    check(Flavor::Scylla, true).await;
}

#[tokio::test]
async fn as_scylladb_on_the_ring() {
    check(Flavor::Scylla, false).await;
}

#[tokio::test]
async fn as_cassandra() {
    check(Flavor::Cassandra, false).await;
}
