//! When nodes are connected to again, when they count as down, and where they are.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::policy::address::{AddressTranslator, Listens, Table, Translated};
use scylla_orm::driver::policy::conviction::FirstFailure;
use scylla_orm::driver::policy::reconnection::{Constant, Exponential, FullJitter};
use scylla_orm::driver::policy::{Shared, reconnection::ReconnectionPolicy};
use scylla_orm::driver::pool::config::{PoolConfig, PoolSize};
use scylla_orm_embedded::{Cluster, Fault};
use tests::poll::until;
use tokio::net::{TcpListener, TcpStream};

use super::{Fixture, SHARDS, SOON};

fn pool(reconnection: impl Into<Shared<dyn ReconnectionPolicy>>) -> PoolConfig {
    PoolConfig {
        reconnection: reconnection.into(),
        ..PoolConfig::default()
    }
}

impl Fixture {
    fn failures(&self, node: usize) -> u64 {
        let address = self.cluster.contact_points()[node].clone();
        let stats = self.session.shard_aware_stats();
        let own = stats.iter().find(|s| s.node.to_string() == address);
        own.map_or(0, |s| s.failed)
    }
}

#[tokio::test]
async fn a_node_that_is_down_is_tried_as_the_policy_says() {
    let ms = Duration::from_millis;
    let policies: [(Shared<dyn ReconnectionPolicy>, Option<u64>); 4] = [
        (Constant::new(ms(5)).into(), None),
        (Constant::new(ms(5)).max_attempts(4).into(), Some(4)),
        (Exponential::new(ms(1), ms(20)).into(), None),
        (FullJitter::new(ms(1), ms(20)).into(), None),
    ];
    for (policy, limit) in policies {
        let f = Fixture::with(|b| b.pool_settings(pool(policy.clone()))).await;
        f.cluster.stop_node(2).await;
        match limit {
            None => until("it is tried often", async || f.failures(2) > 20).await,
            // As many as are allowed, and perhaps one that was made at once.
            Some(limit) => {
                until("it is tried", async || f.failures(2) >= limit).await;
                // Sixty times as long as between two attempts.
                tokio::time::sleep(ms(300)).await;
                assert!(f.failures(2) <= limit + 1, "{policy:?}");
            }
        }
        // The event that says that it is up ends any wait.
        f.cluster.start_node(2).await.unwrap();
        f.connects_to(&[0, 1, 2, 3]).await;
        f.end().await;
    }
}

#[tokio::test]
async fn the_first_failure_convicts_a_node_if_the_policy_says_so() {
    for convicts in [false, true] {
        let pool = match convicts {
            true => PoolConfig {
                conviction: FirstFailure.into(),
                ..PoolConfig::default()
            },
            false => PoolConfig::default(),
        };
        let f = Fixture::with(|b| b.pool_settings(pool)).await;
        let closed = f.session.connections().closed;
        let fault = f
            .cluster
            .fault(Fault::on().node(1).shard(1).first(1).cut_fin());
        // It is met by whatever comes first by that connection.
        until("the connection is cut", async || {
            for k in 0..super::KEYS {
                let _ = f.session.execute(&f.select, (k,)).await;
            }
            fault.hits() > 0
        })
        .await;
        f.connects_to(&[0, 1, 2, 3]).await;
        let lost = f.session.connections().closed - closed;
        let opened = f.session.shard_aware_stats();
        let address = f.cluster.contact_points()[1].clone();
        let own = opened.iter().find(|s| s.node.to_string() == address);
        let opened = own.unwrap().opened;
        match convicts {
            // The one that was cut, and no other.
            false => assert_eq!(opened, u64::from(SHARDS) + 1, "{lost} closed"),
            true => assert_eq!(opened, 2 * u64::from(SHARDS), "{lost} closed"),
        }
        f.end().await;
    }
}

#[tokio::test]
async fn nodes_get_connections_by_their_distance() {
    let two = std::num::NonZeroU16::new(2).unwrap();
    let pool = PoolConfig {
        rack: PoolSize::PerShard(two),
        remote: PoolSize::PerNode(std::num::NonZeroU16::MIN),
        ..PoolConfig::default()
    };
    let f = Fixture::with(|b| b.pool_settings(pool).local_rack("r1").remote_failover(true)).await;
    until("each node has its connections", async || {
        let stats = f.session.shard_aware_stats();
        let points = f.cluster.contact_points();
        let of = |at: &String| {
            let own = stats.iter().find(|s| s.node.to_string() == *at);
            own.map_or(0, |s| s.connected)
        };
        let found: Vec<u16> = points.iter().map(of).collect();
        found == [2 * SHARDS, SHARDS, 2 * SHARDS, SHARDS, 1, 1, 1]
    })
    .await;
    f.end().await;
}

/// Passes bytes on, and counts connections.
async fn forward(listener: TcpListener, to: SocketAddr, count: Arc<Mutex<usize>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        *count.lock().unwrap() += 1;
        tokio::spawn(async move {
            let mut server = TcpStream::connect(to).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

#[tokio::test]
async fn nodes_are_found_where_a_table_says() {
    let cluster = Cluster::builder().nodes(3).shards(2).start().await.unwrap();
    let points: Vec<SocketAddr> = cluster
        .contact_points()
        .iter()
        .map(|at| at.parse().unwrap())
        .collect();
    let gateway = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = gateway.local_addr().unwrap();
    let through = Arc::new(Mutex::new(0));
    let forwarding = tokio::spawn(forward(gateway, points[2], through.clone()));
    let builder = Session::builder().contact_points([points[0]]);
    // The contact point is in the table too, where nobody listens: it is not translated.
    let nobody: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let table = Table::new([(points[0], nobody), (points[2], at)]);
    let pool = PoolConfig {
        shard_aware_port: false,
        ..PoolConfig::default()
    };
    let builder = builder.pool_settings(pool).address_translator(table);
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    let mut nodes: Vec<SocketAddr> = session
        .topology()
        .nodes()
        .iter()
        .map(|n| n.address)
        .collect();
    let mut expected = vec![points[0], points[1], at];
    nodes.sort_unstable();
    expected.sort_unstable();
    assert_eq!(nodes, expected);
    assert!(*through.lock().unwrap() >= 2);
    // What the cluster says of the node's own address reaches its pool.
    let before = session.shard_aware_stats();
    cluster.stop_node(2).await;
    until("it is seen to be down", async || {
        session
            .shard_aware_stats()
            .iter()
            .any(|s| s.node == at && s.connected == 0)
    })
    .await;
    cluster.start_node(2).await.unwrap();
    assert!(session.wait_ready(SOON).await);
    assert_eq!(before.len(), session.shard_aware_stats().len());
    session.close().await.unwrap();
    forwarding.abort();
    cluster.stop().await;
}

#[tokio::test]
async fn a_translator_knows_the_node_and_a_hanging_one_delays_nothing_for_ever() {
    #[derive(Debug, Default)]
    struct Curious(Arc<Mutex<Vec<String>>>);
    impl AddressTranslator for Curious {
        fn translate<'a>(&'a self, node: Listens<'a>) -> Translated<'a> {
            let place = format!("{} {}", node.datacenter, node.rack);
            self.0.lock().unwrap().push(place);
            Box::pin(std::future::pending())
        }
    }
    let cluster = Cluster::builder().nodes(2).shards(1).start().await.unwrap();
    let translator = Curious::default();
    let seen = translator.0.clone();
    let builder = Session::builder().contact_points(cluster.contact_points());
    let builder = builder.connect_timeout(Duration::from_millis(300));
    let session = builder.address_translator(translator).connect().await;
    let session = session.unwrap();
    assert!(session.wait_ready(SOON).await);
    assert_eq!(seen.lock().unwrap()[0], "datacenter1 rack1");
    assert_eq!(session.topology().nodes().len(), 2);
    session.close().await.unwrap();
    cluster.stop().await;
}
