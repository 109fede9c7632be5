//! How long is waited for replicas that stand still, and what has happened by then.

use std::time::Duration;

use futures_util::future::join_all;

use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Consistency;
use scylla_orm_embedded::fault::Opcode;
use scylla_orm_embedded::{Cluster, Fault, Flavor, RequestRecord};
use tests::levels::outcome;
use tests::poll::until;

use crate::frozen::fixture;

use Consistency::{All, One, Quorum, Serial};

async fn ask(session: &Session, cql: &str, level: Consistency) -> String {
    outcome(session, cql, level, Serial).await
}

async fn count(session: &Session, cql: &str) -> i64 {
    let answer = session.query(cql, ()).await.unwrap();
    answer.first_as::<(i64,)>().unwrap().unwrap().0
}

#[tokio::test]
async fn what_was_acknowledged_by_too_few_is_written() {
    let (cluster, session) = fixture(Flavor::Cassandra, false).await;
    let frozen = cluster.fault(Fault::on().node(2).stop_reading());
    let written = "INSERT INTO k.t (p, v) VALUES (11, 1)";
    assert_eq!(ask(&session, written, All).await, "SIMPLE ALL 2/3");
    // The log of the batch is short of an answer, so nothing of it is done.
    let logged = "BEGIN BATCH INSERT INTO k.t (p, v) VALUES (12, 1); INSERT INTO k.t (p, v) VALUES (13, 1); APPLY BATCH";
    assert_eq!(ask(&session, logged, All).await, "BATCH_LOG TWO 1/2");
    let met = "INSERT INTO k.c (p, v) VALUES (14, 1) IF NOT EXISTS";
    assert_eq!(ask(&session, met, All).await, "SIMPLE ALL 2/3");
    let second = cluster.fault(Fault::on().node(1).stop_reading());
    // Without a majority nobody agrees to it.
    let met = "INSERT INTO k.c (p, v) VALUES (15, 1) IF NOT EXISTS";
    assert_eq!(ask(&session, met, One).await, "CAS SERIAL 1/2");
    drop((frozen, second));
    let rows = "SELECT count(*) FROM k.t WHERE p IN (11, 12, 13)";
    assert_eq!(count(&session, rows).await, 1);
    let rows = "SELECT count(*) FROM k.c WHERE p IN (14, 15)";
    assert_eq!(count(&session, rows).await, 1);
    session.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn counters_need_one_that_leads() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let (cluster, session) = fixture(flavor, false).await;
        let one = "CREATE KEYSPACE one WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 1}";
        let tables =
            ["one", "k"].map(|k| format!("CREATE TABLE {k}.n (p int PRIMARY KEY, n counter)"));
        cluster
            .run_script(&format!("{one}; {};", tables.join(";")))
            .unwrap();
        let _frozen = [1, 2].map(|node| cluster.fault(Fault::on().node(node).stop_reading()));
        let add = "UPDATE k.n SET n = n + 1 WHERE p = 1";
        assert_eq!(ask(&session, add, One).await, "");
        assert_eq!(ask(&session, add, Quorum).await, "COUNTER QUORUM 1/2");
        let alone = async |p: i32| {
            let add = format!("UPDATE one.n SET n = n + 1 WHERE p = {p}");
            ask(&session, &add, One).await
        };
        let found = join_all((0..40).map(alone)).await;
        let led = ["", "COUNTER ONE 0/1"].map(|f| found.iter().filter(|found| *found == f).count());
        assert!(
            led[0] > 0 && led[1] > 0 && led[0] + led[1] == 40,
            "{found:?}"
        );
        session.close().await.unwrap();
        cluster.stop().await;
    }
}

/// Nobody waits for a timeout who puts the clock forward.
#[tokio::test]
async fn the_time_is_that_of_the_clock() {
    let builder = Cluster::builder().nodes(2).request_log(100);
    let cluster = builder.start().await.unwrap();
    cluster
        .run_script(
            "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 2};
             CREATE TABLE k.t (p int PRIMARY KEY, v int);",
        )
        .unwrap();
    let first = cluster.contact_points()[0].clone();
    let session = Session::builder().contact_points([first.as_str()]);
    let session = session.request_timeout(Duration::from_secs(600));
    let session = session.connect().await.unwrap();
    let frozen = cluster.fault(Fault::on().node(1).stop_reading());
    let read = async {
        ask(
            &session,
            "SELECT v FROM k.t WHERE p = 1 USING TIMEOUT 1h",
            All,
        )
        .await
    };
    let hour = async {
        let is_read = |request: &RequestRecord| request.opcode == Opcode::Execute;
        let waits = async || cluster.requests().iter().any(is_read);
        until("the read waits", waits).await;
        cluster.clock().advance(Duration::from_secs(3600));
    };
    let (found, ()) = tokio::join!(read, hour);
    assert_eq!(found, "read ALL 1/2");
    drop(frozen);
    session.close().await.unwrap();
    cluster.stop().await;
}
