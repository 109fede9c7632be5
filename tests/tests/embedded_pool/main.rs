//! The connections to a node's shards: how many are opened, by which way, and what happens when they are lost, silent or
//! full. On an embedded cluster, which counts what arrives.

mod broken;
mod first;
mod full;
mod life;
mod opened;
mod reshard;

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::metrics::ShardAwareStats;
use scylla_orm::driver::session::SessionBuilder;
use scylla_orm::driver::statement::Prepared;
use scylla_orm_embedded::{Cluster, ClusterBuilder};
use tests::poll::{until, within};

const SOON: Duration = Duration::from_secs(30);

async fn start(builder: ClusterBuilder) -> Cluster {
    let cluster = builder.start().await.expect("the embedded cluster starts");
    tests::trace::watch(&cluster);
    cluster
}

/// A session that is to be opened with all nodes.
fn builder(cluster: &Cluster) -> SessionBuilder {
    Session::builder().contact_points(cluster.contact_points())
}

/// Opens a session and waits for all its connections.
async fn ready(builder: SessionBuilder) -> Session {
    let session = within(SOON, "connect", builder.connect()).await.unwrap();
    assert!(session.wait_ready(SOON).await, "all connections are there");
    session
}

/// A table of its own with `keys` rows, in as many copies, and how one of them is read.
async fn table(session: &Session, copies: usize, keys: i32) -> Prepared {
    let cql = format!(
        "CREATE KEYSPACE p WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {copies}}}"
    );
    session.query(cql, ()).await.unwrap();
    let cql = "CREATE TABLE p.t (k int PRIMARY KEY, v int)";
    session.query(cql, ()).await.unwrap();
    let insert = session.prepare("INSERT INTO p.t (k, v) VALUES (?, ?)");
    let insert = insert.await.unwrap();
    for k in 0..keys {
        session.execute(&insert, (k, k)).await.unwrap();
    }
    session
        .prepare("SELECT v FROM p.t WHERE k = ?")
        .await
        .unwrap()
}

/// Reads a row, which must be its own.
async fn read(
    session: &Session,
    select: &Prepared,
    k: i32,
) -> Result<(), scylla_orm::driver::Error> {
    let answer = session.execute(select, (k,)).await?;
    assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((k,)));
    Ok(())
}

/// What a session's pools have and did, all nodes together.
fn total(stats: &[ShardAwareStats]) -> Total {
    let sum = |f: fn(&ShardAwareStats) -> u64| stats.iter().map(f).sum();
    Total {
        connected: sum(|s| s.connected.into()),
        missing: sum(|s| s.missing.into()),
        opened: sum(|s| s.opened),
        wasted: sum(|s| s.wasted),
        wrong_shard: sum(|s| s.wrong_shard),
        collisions: sum(|s| s.port_collisions),
    }
}

#[derive(Debug, Default)]
struct Total {
    connected: u64,
    missing: u64,
    opened: u64,
    wasted: u64,
    wrong_shard: u64,
    collisions: u64,
}

/// Connections that the cluster serves now.
fn served(cluster: &Cluster) -> usize {
    let nodes = 0..cluster.contact_points().len();
    nodes.flat_map(|node| cluster.connections(node)).sum()
}

/// Closes a session, and sees all its connections end with FIN.
async fn close(cluster: &Cluster, sessions: Vec<Session>) {
    let closing = sessions.iter().map(Session::close);
    within(SOON, "close", futures_util::future::join_all(closing)).await;
    until("the servers have seen it", async || served(cluster) == 0).await;
    assert_eq!(cluster.resets(), 0, "connections that were reset");
    for session in &sessions {
        // Those that were too many end by themselves, some of them after the servers have seen it.
        until("each connection has ended", async || {
            let c = session.connections();
            c.opened == c.closed + c.lost
        })
        .await;
        let c = session.connections();
        assert_eq!(c.aborted, 0, "{c:?}");
    }
}
