//! Consistency levels fail as on a real cluster when replicas are down, with tablets and without.

use std::time::Duration;

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::statement::Options;
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::{Cluster, Flavor};

use Consistency::{All, Any, LocalQuorum, LocalSerial, One, Quorum, Serial, Three, Two};

/// What a statement answers: nothing, or what it lacks, as `level required/alive`.
async fn outcome(session: &Session, cql: &str, level: Consistency, serial: Consistency) -> String {
    let prepared = session.prepare(cql).await.unwrap();
    let options = Options {
        consistency: Some(level),
        serial_consistency: Some(serial),
        ..Options::default()
    };
    let execution = scylla_orm::driver::session::Execution::bind(&prepared, ()).unwrap();
    match session.run(execution.with(options)).await {
        Ok(_) => String::new(),
        Err(error) => match error.kind() {
            ErrorKind::Unavailable {
                consistency,
                required,
                alive,
                ..
            } => format!("{consistency} {required}/{alive}"),
            other => format!("{other:?}"),
        },
    }
}

async fn check(flavor: Flavor, tablets: bool) {
    let cluster = Cluster::builder().flavor(flavor).nodes(3).tablets(tablets);
    let cluster = cluster.start().await.unwrap();
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
    let cas = "UPDATE k.t SET v = 2 WHERE p = 1 IF v = 7";
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
    cluster.stop_node(2).await;
    ask(write, Any, Serial, "").await;
    ask(write, One, Serial, "").await;
    ask(write, Two, Serial, "TWO 2/1").await;
    ask(read, Quorum, Serial, "QUORUM 2/1").await;
    ask(scan, LocalQuorum, Serial, "LOCAL_QUORUM 2/1").await;
    ask(cas, One, Serial, "SERIAL 2/1").await;
    ask(cas, One, LocalSerial, "LOCAL_SERIAL 2/1").await;
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
