//! What happens to nodes is told, and the schema is followed whichever node is lost: on embedded clusters, whose nodes a
//! test can stop.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use scylla_orm::driver::Session;
use scylla_orm::driver::session::NodeEvents;
use scylla_orm::driver::topology::NodeEvent;
use scylla_orm_embedded::Cluster;
use tests::poll::{until, within};
use tests::relay::Relay;

use crate::{change, schema, tables};

const SOON: Duration = Duration::from_secs(20);

async fn start() -> (Cluster, Session) {
    let cluster = Cluster::builder().nodes(3).shards(2).start().await.unwrap();
    tests::trace::watch(&cluster);
    let first = cluster.contact_points().first().cloned();
    let builder = Session::builder().contact_points(first);
    let session = builder.connector(Relay::default()).connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    (cluster, session)
}

fn address(cluster: &Cluster, node: usize) -> SocketAddr {
    cluster.contact_points()[node].parse().unwrap()
}

/// Takes events out until one is `wanted`.
async fn wait(events: &mut NodeEvents, wanted: &NodeEvent) {
    let found = async {
        while let Some(event) = events.next().await {
            if event == *wanted {
                return;
            }
        }
        panic!("the session is closed before {wanted:?}");
    };
    within(SOON, &format!("{wanted:?}"), found).await;
}

#[tokio::test]
async fn listeners_hear_of_nodes() {
    let (cluster, session) = start().await;
    let mut events = session.node_events();
    let (address, topology) = (address(&cluster, 1), session.topology());
    let of = |node: &&scylla_orm::driver::topology::Node| node.address == address;
    let host_id = topology.nodes().iter().find(of).unwrap().host_id;
    cluster.stop_node(1).await;
    wait(&mut events, &NodeEvent::Down { host_id, address }).await;
    cluster.start_node(1).await.unwrap();
    wait(&mut events, &NodeEvent::Up { host_id, address }).await;
    let to = SocketAddr::new(Ipv4Addr::new(127, 0, 0, 98).into(), address.port());
    cluster
        .move_node(1, Ipv4Addr::new(127, 0, 0, 98))
        .await
        .unwrap();
    let from = address;
    wait(&mut events, &NodeEvent::Moved { host_id, from, to }).await;
    cluster.remove_node(1).await;
    let address = to;
    wait(&mut events, &NodeEvent::Removed { host_id, address }).await;
    let new = cluster.add_node("datacenter1", "rack1").await.unwrap();
    let address = self::address(&cluster, new);
    let added = async {
        loop {
            match events.next().await {
                Some(NodeEvent::Added { address: at, .. }) if at == address => return,
                Some(_) => {}
                None => panic!("the session is closed"),
            }
        }
    };
    within(SOON, "the new node is told", added).await;
    session.close().await.unwrap();
    let end = async { while events.next().await.is_some() {} };
    within(SOON, "the end of the events", end).await;
    cluster.stop().await;
}

/// The control connection's node is killed: another one is asked, and tells what has changed meanwhile.
#[tokio::test]
async fn a_change_is_seen_though_the_control_node_is_killed() {
    let (cluster, session) = start().await;
    let cql =
        "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}";
    change(&session, &[cql.to_owned()]).await;
    schema(&session).await;
    for n in 0..2 {
        // The control connection begins at the first contact point, and goes on to a node that has connections.
        cluster.stop_node(0).await;
        let start = Instant::now();
        cluster
            .run_script(&format!("CREATE TABLE k.t{n} (k int PRIMARY KEY);"))
            .unwrap();
        until("the change is seen", async || {
            tables(&session, "k").await.contains(&format!("t{n}"))
        })
        .await;
        println!(
            "control node killed: a change is seen after {:.0?}",
            start.elapsed()
        );
        cluster.start_node(0).await.unwrap();
        assert!(session.wait_ready(SOON).await);
        session.refresh().await.unwrap();
        assert_eq!(session.topology().nodes().len(), 3);
    }
    session.close().await.unwrap();
    cluster.stop().await;
}
