//! Nodes that do not answer the driver's own questions, or go while they are asked.

use std::time::{Duration, Instant};

use scylla_orm::driver::Session;
use scylla_orm::driver::conn::config::ConnConfig;
use scylla_orm_embedded::{Cluster, Fault};
use tests::log::Log;
use tests::poll::{PROMPT, until, within};

use crate::{SOON, ask, builder, cluster, nodes, session};

/// The deadline of each of the driver's questions here.
const STEP: Duration = Duration::from_secs(1);

/// The questions that a reading of the topology asks.
fn readings() -> scylla_orm_embedded::fault::Condition {
    Fault::on().statement_where(|cql| cql.contains("FROM system") && !cql.contains("SELECT key"))
}

/// Asks until `done`, and returns the slowest answer: the way of data must not notice.
async fn slowest(session: &Session, done: impl Future<Output = ()>) -> Duration {
    let mut done = std::pin::pin!(done);
    let mut slowest = Duration::ZERO;
    loop {
        let start = Instant::now();
        ask(session).await;
        slowest = slowest.max(start.elapsed());
        let pause = tokio::time::sleep(Duration::from_millis(2));
        tokio::select! {
            () = &mut done => return slowest,
            () = pause => {}
        }
    }
}

/// Scenario E1, and the same with an answer that comes after an hour.
#[tokio::test]
async fn a_node_that_does_not_answer_about_itself_is_left() {
    for delay in [None, Some(Duration::from_secs(3600))] {
        let (log, cluster) = (Log::start(), cluster().await);
        let session = session(builder(&cluster).connect_timeout(STEP)).await;
        let silent = cluster.fault(match delay {
            None => readings().node(0).drop_answer(),
            Some(delay) => readings().node(0).delay(delay),
        });
        let start = Instant::now();
        let refresh = async { within(SOON, "refresh", session.refresh()).await.unwrap() };
        let slowest = slowest(&session, refresh).await;
        let elapsed = start.elapsed();
        println!(
            "answers about the cluster {delay:?} late: read elsewhere after {elapsed:.0?}, slowest request meanwhile {slowest:.0?}"
        );
        assert!(elapsed < PROMPT, "{elapsed:?}");
        assert!(slowest < STEP, "{slowest:?}");
        assert!(silent.hits() > 0);
        assert_eq!(
            log.count("control connection moved"),
            1,
            "{:?}",
            log.lines()
        );
        silent.remove();
        session.close().await.unwrap();
        cluster.stop().await;
    }
}

/// Who waits for a reading is told that there is none, and requests go on.
#[tokio::test]
async fn no_node_answers_about_the_cluster() {
    let cluster = cluster().await;
    let session = session(builder(&cluster).connect_timeout(STEP)).await;
    let silent = cluster.fault(readings().drop_answer());
    for round in 1..=2 {
        let start = Instant::now();
        let refresh = async {
            let error = within(SOON, "refresh", session.refresh())
                .await
                .unwrap_err();
            assert_eq!(error.attempts().len(), 3, "{error}");
        };
        let slowest = slowest(&session, refresh).await;
        println!(
            "no node tells, round {round}: error after {:.0?}, slowest request meanwhile {slowest:.0?}",
            start.elapsed()
        );
        assert!(slowest < STEP, "{slowest:?}");
    }
    silent.remove();
    within(SOON, "refresh", async {
        while session.refresh().await.is_err() {}
    })
    .await;
    session.close().await.unwrap();
    cluster.stop().await;
}

/// A node that says nothing at all any more: heartbeats find out.
#[tokio::test]
async fn a_silent_node_is_left() {
    let (log, cluster) = (Log::start(), cluster().await);
    let config = ConnConfig {
        heartbeat_interval: Duration::from_millis(300),
        heartbeat_timeout: Duration::from_millis(200),
        drain_timeout: Duration::from_millis(200),
        ..ConnConfig::default()
    };
    let session = session(builder(&cluster).connection_settings(config)).await;
    let silent = cluster.fault(Fault::on().node(0).drop_answer());
    let start = Instant::now();
    until("the control connection has moved", async || {
        log.count("control connection moved") == 1
    })
    .await;
    println!(
        "heartbeats each 300 ms, 200 ms patience: moved {:.0?} after the node went silent",
        start.elapsed()
    );
    silent.remove();
    until("the session is whole again", async || {
        session.wait_ready(Duration::ZERO).await
    })
    .await;
    session.close().await.unwrap();
    cluster.stop().await;
}

/// Scenario E2: what happened meanwhile is not lost.
#[tokio::test]
async fn the_node_goes_while_it_is_asked() {
    let (log, cluster) = (Log::start(), cluster().await);
    let session = session(builder(&cluster)).await;
    let slow = cluster.fault(readings().node(0).delay(Duration::from_millis(400)));
    let refresh = tokio::spawn({
        let session = session.clone();
        async move { session.refresh().await }
    });
    until("it is being asked", async || slow.hits() > 0).await;
    let start = Instant::now();
    cluster.stop_node(0).await;
    cluster.add_node("datacenter1", "rack1").await.unwrap();
    within(SOON, "refresh", refresh).await.unwrap().unwrap();
    let moved = start.elapsed();
    until("the new node is known", async || nodes(&session) == 4).await;
    let known = start.elapsed();
    println!(
        "control node gone in a reading: another after {moved:.0?}, a node that joined meanwhile known after {known:.0?}"
    );
    assert!(moved < PROMPT, "{moved:?}");
    assert!(known < PROMPT, "{known:?}");
    assert_eq!(
        log.count("control connection moved"),
        1,
        "{:?}",
        log.lines()
    );
    ask(&session).await;
    session.close().await.unwrap();
    cluster.stop().await;
}

/// An event can be lost: then the interval has to do.
#[tokio::test]
async fn the_topology_is_read_at_an_interval() {
    for (interval, expected) in [(Duration::from_millis(200), 4), (Duration::ZERO, 0)] {
        let cluster = Cluster::start().await.unwrap();
        let session = session(builder(&cluster).refresh_interval(interval)).await;
        let counted = cluster.fault(keyspaces().delay(Duration::ZERO));
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let readings = counted.hits();
        println!("refresh_interval {interval:?}: {readings} readings in 1.1 s");
        assert!(
            readings >= expected && readings <= expected + 2 * expected.min(1),
            "{readings}"
        );
        session.close().await.unwrap();
        cluster.stop().await;
    }
}

/// One of the questions, of which each reading asks one.
pub(crate) fn keyspaces() -> scylla_orm_embedded::fault::Condition {
    Fault::on().statement("FROM system_schema.keyspaces")
}
