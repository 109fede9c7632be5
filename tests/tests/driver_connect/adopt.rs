//! No connection is opened in vain: those that lose go to the pools of their nodes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use futures_util::future::BoxFuture;
use scylla_orm::driver::Session;
use scylla_orm::driver::socket::{Connector, Socket};
use scylla_orm_embedded::Cluster;
use tests::poll::{until, within};
use tests::relay::Relay;
use tests::target::Target;

use crate::{SOON, ask};

/// Scenario A1.
#[tokio::test]
async fn three_healthy_contact_points() {
    let (target, relay) = (Target::start().await, Relay::default());
    let builder = Session::builder().contact_points(target.contact_points());
    let session = builder.connector(relay.clone()).connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    ask(&session).await;
    let nodes = session.topology();
    let shards: usize = nodes
        .nodes()
        .iter()
        .map(|n| n.sharder.map_or(1, |s| usize::from(s.shards())))
        .sum();
    // What is short-lived would show by now.
    tokio::time::sleep(Duration::from_millis(500)).await;
    println!(
        "{} nodes with {shards} shards: {} connections opened, {} open, {} reset",
        nodes.nodes().len(),
        relay.opened(),
        relay.open(),
        relay.reset()
    );
    assert_eq!(relay.opened(), shards + 1, "one per shard, one for control");
    assert_eq!(relay.open(), relay.opened());
    session.close().await.unwrap();
    until("all connections are closed", async || relay.open() == 0).await;
    assert_eq!(relay.reset(), 0);
}

/// The way to some addresses takes so long.
#[derive(Debug, Clone)]
struct Slow {
    relay: Relay,
    addresses: Vec<SocketAddr>,
    delay: Duration,
    /// Connections begun to those addresses.
    begun: Arc<AtomicUsize>,
}

impl Connector for Slow {
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> BoxFuture<'static, io::Result<Socket>> {
        let connecting = self.relay.connect(to, source_port);
        let slow = self.addresses.contains(&to);
        if slow {
            self.begun.fetch_add(1, Relaxed);
        }
        let delay = self.delay;
        Box::pin(async move {
            if slow {
                tokio::time::sleep(delay).await;
            }
            connecting.await
        })
    }
}

/// Two contact points lose against the third: each of their connections becomes one of its node's pool, so that as many
/// are opened as without them.
#[tokio::test]
async fn losers_are_adopted() {
    for shards in [1, 4] {
        let builder = Cluster::builder().nodes(3).shards(shards);
        let cluster = builder.start().await.unwrap();
        let points: Vec<SocketAddr> = cluster
            .contact_points()
            .iter()
            .map(|p| p.parse().unwrap())
            .collect();
        let slow = Slow {
            relay: Relay::default(),
            addresses: points[..2].to_vec(),
            delay: Duration::from_millis(700),
            begun: Arc::default(),
        };
        let builder = Session::builder().contact_points(points);
        let connecting = builder.connector(slow.clone()).connect();
        let session = within(SOON, "connect", connecting).await.unwrap();
        assert!(session.wait_ready(SOON).await);
        let (opened, needed) = (slow.relay.opened(), usize::from(shards) * 3 + 1);
        println!(
            "two of three contact points lose, {shards} shards: {opened} of {needed} connections opened"
        );
        assert_eq!(opened, needed);
        assert_eq!(slow.relay.open(), needed);
        assert_eq!(slow.begun.load(Relaxed), 2, "each was dialed once there");
        session.close().await.unwrap();
        until("all connections are closed", async || {
            slow.relay.open() == 0
        })
        .await;
        assert_eq!(slow.relay.reset(), 0);
        cluster.stop().await;
    }
}

/// A loser that is still on its way when the session closes ends in order, too.
#[tokio::test]
async fn losers_of_a_session_that_is_closed() {
    let (target, relay) = (Target::start().await, Relay::default());
    let points = target.contact_points();
    if points.len() < 2 {
        return;
    }
    let slow = Slow {
        relay: relay.clone(),
        addresses: vec![points[0].parse().unwrap()],
        delay: Duration::from_millis(800),
        begun: Arc::default(),
    };
    let builder = Session::builder().contact_points(points);
    let session = builder.connector(slow).connect().await.unwrap();
    within(SOON, "close", session.close()).await.unwrap();
    until("all connections are closed", async || relay.open() == 0).await;
    assert_eq!(relay.reset(), 0);
}
