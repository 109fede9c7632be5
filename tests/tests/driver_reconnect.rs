//! Nodes that go and come back: the others serve meanwhile, errors name the node, and the pool fills again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::policy::reconnection::FullJitter;
use scylla_orm::driver::pool::config::PoolConfig;
use scylla_orm::driver::statement::Prepared;
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::Cluster;
use tests::poll::{PROMPT, until, within};
use tests::relay::Relay;
use tests::target::Target;

const SOON: Duration = Duration::from_secs(20);
const KEYS: i32 = 200;

struct Fixture {
    target: Target,
    relay: Relay,
    session: Session,
    select: Prepared,
    update: Prepared,
}

async fn fixture() -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_reconnect").await;
    let relay = Relay::default();
    let builder = Session::builder().contact_points(target.contact_points());
    let session = builder.connector(relay.clone()).connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    let make = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    session.query(make, ()).await.unwrap();
    let update = format!("UPDATE {keyspace}.t SET v = ? WHERE k = ?");
    let update = session.prepare(&update).await.unwrap();
    for k in 0..KEYS {
        session.execute(&update, (k, k)).await.unwrap();
    }
    let select = format!("SELECT v FROM {keyspace}.t WHERE k = ?");
    let select = session.prepare(&select).await.unwrap();
    Fixture {
        target,
        relay,
        session,
        select,
        update,
    }
}

impl Fixture {
    /// Reads all keys; each read must succeed. The nodes that have answered.
    async fn read_all(&self) -> Vec<SocketAddr> {
        let reads = (0..KEYS).map(|k| self.session.execute(&self.select, (k,)));
        let mut nodes = Vec::new();
        for (k, answer) in (0..).zip(within(SOON, "reads", join_all(reads)).await) {
            let answer = answer.unwrap();
            assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((k,)));
            nodes.push(answer.node());
        }
        nodes.sort();
        nodes.dedup();
        nodes
    }

    /// Keyed requests that reached the owner of their partition, out of all, from now on.
    async fn owned(&self, cluster: &Cluster) -> (u64, u64) {
        cluster.reset_traffic();
        self.read_all().await;
        let traffic = cluster.traffic();
        (
            traffic.iter().map(|t| t.reached_owner).sum(),
            traffic.iter().map(|t| t.keyed).sum(),
        )
    }
}

/// Each shard of the node has a connection.
fn is_full(cluster: &Cluster, node: usize) -> bool {
    cluster
        .connections(node)
        .iter()
        .all(|connections| *connections > 0)
}

fn address(cluster: &Cluster, node: usize) -> SocketAddr {
    cluster.contact_points()[node].parse().unwrap()
}

#[tokio::test]
async fn the_others_serve_while_a_node_is_down() {
    let f = fixture().await;
    let Some(cluster) = f.target.cluster() else {
        return;
    };
    for node in 0..3 {
        let gone = address(cluster, node);
        let all = f.read_all().await;
        assert_eq!(all.len(), 3, "{all:?}");
        cluster.stop_node(node).await;
        let left = f.read_all().await;
        assert!(
            left.len() == 2 && !left.contains(&gone),
            "{left:?} without {gone}"
        );
        cluster.start_node(node).await.unwrap();
        until("the node has all its connections again", async || {
            is_full(cluster, node)
        })
        .await;
        assert!(f.session.wait_ready(SOON).await);
        let keys = u64::try_from(KEYS).unwrap();
        assert_eq!(f.owned(cluster).await, (keys, keys), "as before");
    }
    f.session.close().await.unwrap();
}

/// Reads are sent to another node when their connection ends; a write is not, if it may have happened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_goes_under_load() {
    let f = fixture().await;
    let Some(cluster) = f.target.cluster() else {
        return;
    };
    let gone = address(cluster, 1);
    let stop = tokio::sync::watch::Sender::new(false);
    let load = (0..40).map(|task| {
        let (session, select, update) = (f.session.clone(), f.select.clone(), f.update.clone());
        let stop = stop.subscribe();
        tokio::spawn(async move {
            let mut errors = Vec::new();
            while !*stop.borrow() {
                for k in (task..KEYS).step_by(40) {
                    session.execute(&select, (k,)).await.unwrap();
                    errors.extend(session.execute(&update, (k, k)).await.err());
                }
            }
            errors
        })
    });
    let load: Vec<_> = load.collect();
    for _ in 0..3 {
        cluster.stop_node(1).await;
        cluster.start_node(1).await.unwrap();
        until("the node has all its connections again", async || {
            is_full(cluster, 1)
        })
        .await;
    }
    stop.send_replace(true);
    let mut errors = Vec::new();
    for task in within(SOON, "the load", join_all(load)).await {
        errors.extend(task.unwrap());
    }
    for error in errors {
        let ErrorKind::Broken { sent: true, .. } = error.kind() else {
            panic!("{error:?}");
        };
        assert_eq!(error.node(), Some(gone), "{error}");
        let text = error.to_string();
        assert!(text.starts_with("connection lost: "), "{text}");
        assert!(
            text.contains(&gone.to_string()) && text.contains("UPDATE"),
            "{text}"
        );
    }
    f.session.close().await.unwrap();
    assert_eq!(f.relay.reset(), 0);
}

#[tokio::test]
async fn all_nodes_go_and_come_back() {
    let f = fixture().await;
    let Some(cluster) = f.target.cluster() else {
        return;
    };
    for node in 0..3 {
        cluster.stop_node(node).await;
    }
    let start = Instant::now();
    let error = within(SOON, "an error", f.session.execute(&f.select, (1,)))
        .await
        .unwrap_err();
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    assert!(error.is_connection(), "{error:?}");
    for node in 0..3 {
        let node = address(cluster, node).to_string();
        let known = |e: &scylla_orm::driver::Error| e.attempts().iter().any(|a| *a.target == *node);
        assert!(known(&error), "{error} does not name {node}");
    }
    for node in 0..3 {
        cluster.start_node(node).await.unwrap();
    }
    until("all nodes have all their connections again", async || {
        (0..3).all(|node| is_full(cluster, node))
    })
    .await;
    assert!(f.session.wait_ready(SOON).await);
    assert_eq!(f.read_all().await.len(), 3);
    f.session.close().await.unwrap();
}

/// Whatever node told it of changes: another takes over.
#[tokio::test]
async fn changes_are_heard_of_without_the_node_that_told_them() {
    let f = fixture().await;
    let Some(cluster) = f.target.cluster() else {
        return;
    };
    for node in 0..3 {
        cluster.stop_node(node).await;
        let other = Session::connect([&cluster.contact_points()[(node + 1) % 3]])
            .await
            .unwrap();
        let keyspace = format!("made_without_{node}");
        let make = format!(
            "CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
        );
        other.query(make, ()).await.unwrap();
        until("the keyspace is known", async || {
            f.session.topology().strategy(&keyspace).is_some()
        })
        .await;
        other.close().await.unwrap();
        cluster.start_node(node).await.unwrap();
        until("the node has all its connections again", async || {
            is_full(cluster, node)
        })
        .await;
    }
    f.session.close().await.unwrap();
}

/// On any target: the network goes, and comes back.
#[tokio::test]
async fn all_connections_are_cut() {
    let f = fixture().await;
    for _ in 0..3 {
        let before = f.relay.opened();
        f.relay.hold();
        let sent = f.relay.sent(scylla_orm::driver::frame::Opcode::Execute);
        let writes = (0..50).map(|k| {
            let (session, update) = (f.session.clone(), f.update.clone());
            tokio::spawn(async move { session.execute(&update, (k, k)).await.map(drop) })
        });
        let writes: Vec<_> = writes.collect();
        until("the writes are sent", async || {
            f.relay.sent(scylla_orm::driver::frame::Opcode::Execute) == sent + 50
        })
        .await;
        let start = Instant::now();
        f.relay.cut();
        for write in writes {
            let error = within(SOON, "a write", write).await.unwrap().unwrap_err();
            let broken = matches!(error.kind(), ErrorKind::Broken { sent: true, .. });
            assert!(
                broken && error.node().is_some() && error.attempts().len() == 1,
                "{error:?}"
            );
        }
        assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
        f.relay.release();
        until("reads work again", async || {
            f.session.execute(&f.select, (1,)).await.is_ok()
        })
        .await;
        assert!(f.session.wait_ready(SOON).await);
        f.read_all().await;
        assert!(f.relay.opened() > before);
    }
    f.session.close().await.unwrap();
    // One that was being opened ends behind it.
    until("all connections have ended", async || f.relay.open() == 0).await;
}

/// On any target: all connections end at once, as idle ones do that a server closes, and nobody notices who reads.
#[tokio::test]
async fn a_read_waits_for_a_connection_that_is_being_replaced() {
    let target = Target::start().await;
    let relay = Relay::default();
    let pool = PoolConfig {
        reconnection: FullJitter::new(Duration::from_millis(1), Duration::from_millis(1)).into(),
        ..PoolConfig::default()
    };
    let builder = Session::builder().contact_points(target.contact_points());
    let builder = builder.pool_settings(pool).connector(relay.clone());
    let session = builder.connect().await.unwrap();
    let cql = "SELECT key FROM system.local WHERE key = ?";
    let select = session.prepare(cql).await.unwrap();
    for _ in 0..20 {
        assert!(session.wait_ready(SOON).await);
        relay.cut();
        let answer = session.execute(&select, ("local",)).await.unwrap();
        assert!(answer.first_as::<(String,)>().unwrap().is_some());
    }
    session.close().await.unwrap();
}
