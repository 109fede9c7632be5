//! How many connections are opened: as many as are needed, or, where the server chooses the shard, not many more.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::Session;
use scylla_orm::driver::pool::config::PoolConfig;
use scylla_orm::driver::session::SessionBuilder;
use scylla_orm_embedded::{Cluster, ClusterBuilder};
use tests::poll::until;
use tests::relay::Relay;

use super::{Total, builder, close, ready, start, total};

const SHARDS: u16 = 8;

/// Two nodes of eight shards.
fn two_by_eight() -> ClusterBuilder {
    Cluster::builder().nodes(2).shards(SHARDS)
}

/// Opens so many sessions at once, and waits until all of their connections are there.
async fn open(count: usize, make: impl Fn() -> SessionBuilder) -> (Vec<Session>, Total, Duration) {
    let begin = Instant::now();
    let sessions = join_all((0..count).map(|_| ready(make()))).await;
    let took = begin.elapsed();
    until("what is too many is closed", async || {
        let stats = sessions.iter().flat_map(Session::shard_aware_stats);
        stats
            .into_iter()
            .all(|s| s.opened - s.wasted == u64::from(SHARDS))
    })
    .await;
    let stats: Vec<_> = sessions
        .iter()
        .flat_map(Session::shard_aware_stats)
        .collect();
    (sessions, total(&stats), took)
}

/// Each session needs one connection per shard, and one to hear of changes.
fn needed(sessions: usize) -> usize {
    sessions * (2 * usize::from(SHARDS) + 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_sessions_at_once() {
    let cluster = start(two_by_eight()).await;
    let (sessions, total, took) = open(50, || builder(&cluster)).await;
    let (opened, needed) = (cluster.accepted(), needed(50));
    println!(
        "50 sessions, 2 nodes x 8 shards: {opened} connections opened, {needed} needed, full in {took:?}; {total:?}"
    );
    assert_eq!(opened, needed);
    assert_eq!((total.connected, total.missing), (800, 0));
    assert_eq!((total.opened, total.wasted, total.wrong_shard), (800, 0, 0));
    for node in 0..2 {
        let per_shard = cluster.connections(node);
        // The control connections go where the fewest are.
        assert!(
            per_shard.iter().all(|n| (50..=100).contains(n)),
            "{per_shard:?}"
        );
    }
    close(&cluster, sessions).await;
}

/// Connections wasted must stay below ten times the shards of each node.
fn check(what: &str, sessions: usize, total: &Total, took: Duration) {
    let most = u64::try_from(sessions).unwrap() * 2 * u64::from(SHARDS) * 10;
    println!(
        "{what}, {sessions} sessions: {total:?}, full in {took:?}; at most {most} may be wasted"
    );
    assert_eq!(
        total.connected,
        u64::try_from(needed(sessions) - sessions).unwrap()
    );
    assert_eq!(
        (total.missing, total.opened - total.wasted),
        (0, total.connected)
    );
    assert!(total.wasted <= most, "{total:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn source_ports_are_translated_on_the_way() {
    let cluster = start(two_by_eight()).await;
    for sessions in [1, 10] {
        let relay = Relay::default();
        relay.translate(true);
        let make = || builder(&cluster).connector(relay.clone());
        let (opened, total, took) = open(sessions, make).await;
        check("source ports translated", sessions, &total, took);
        let most = u64::try_from(sessions).unwrap() * 2 * u64::from(SHARDS);
        assert!(
            total.wrong_shard > 0 && total.wrong_shard <= most,
            "{total:?}"
        );
        close(&cluster, opened).await;
        assert_eq!(relay.reset(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_without_a_shard_aware_port() {
    let cluster = start(two_by_eight().shard_aware_port(false)).await;
    for sessions in [1, 10] {
        let (opened, total, took) = open(sessions, || builder(&cluster)).await;
        check("no shard-aware port", sessions, &total, took);
        assert_eq!((total.wrong_shard, total.collisions), (0, 0));
        assert!(opened.iter().all(Session::is_shard_aware));
        close(&cluster, opened).await;
    }
}

/// One that is not to be used is not.
#[tokio::test]
async fn the_shard_aware_port_is_switched_off() {
    let cluster = start(two_by_eight()).await;
    let config = PoolConfig {
        shard_aware_port: false,
        ..PoolConfig::default()
    };
    let make = || builder(&cluster).pool_settings(config.clone());
    let (opened, total, took) = open(1, make).await;
    check("switched off", 1, &total, took);
    close(&cluster, opened).await;
}

/// After a while it is tried again.
#[tokio::test]
async fn the_shard_aware_port_gets_another_chance() {
    let cluster = start(Cluster::builder().nodes(1).shards(SHARDS)).await;
    let relay = Relay::default();
    relay.translate(true);
    let detour = Duration::from_millis(500);
    let config = PoolConfig {
        detour,
        ..PoolConfig::default()
    };
    let session = ready(
        builder(&cluster)
            .pool_settings(config)
            .connector(relay.clone()),
    )
    .await;
    let before = total(&session.shard_aware_stats());
    assert!(before.wrong_shard > 0, "{before:?}");
    relay.translate(false);
    tokio::time::sleep(detour).await;
    relay.cut();
    until("all connections are there again", async || {
        let now = total(&session.shard_aware_stats());
        now.missing == 0 && now.opened > before.opened + u64::from(SHARDS) - 1
    })
    .await;
    let after = total(&session.shard_aware_stats());
    println!("before {before:?}, after {after:?}");
    assert_eq!(
        (after.wrong_shard, after.wasted),
        (before.wrong_shard, before.wasted)
    );
    session.close().await.unwrap();
}
