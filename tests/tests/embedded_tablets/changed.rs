//! Tablets that move, split and merge, tables that are dropped, nodes that come and go: the next answers repair the map.

use scylla_orm::driver::token::murmur3;
use scylla_orm_embedded::{Cluster, TabletRouting};
use tests::poll::until;

use crate::{Fixture, ROUTINGS, TABLE};

/// A key of the tablet at that place.
fn key_of(cluster: &Cluster, place: usize) -> i32 {
    let tablets = cluster.tablets(TABLE);
    let tablet = &tablets[place];
    let within = |key: &i32| {
        let token = murmur3(&key.to_be_bytes()).0;
        tablet.first < token && token <= tablet.last
    };
    (0..).find(within).unwrap()
}

/// After a tablet has moved the first answer repairs the map.
#[tokio::test]
async fn a_tablet_that_moved_is_found_after_one_answer() {
    let f = Fixture::start(1, TabletRouting::V1).await;
    f.learn().await;
    for place in [0, 7, 31] {
        let key = key_of(&f.cluster, place);
        let (node, shard) = f.cluster.tablets(TABLE)[place].replicas[0];
        let to = ((node + 1) % 3, (shard + 3) % 8);
        f.cluster
            .move_tablet(TABLE, place, (node, shard), to)
            .unwrap();
        let owner: std::net::SocketAddr = f.cluster.contact_points()[to.0].parse().unwrap();
        let first = f.session.execute(&f.read, (key,)).await.unwrap();
        assert_eq!(
            first.payload().len(),
            1,
            "it went to the old place, and is told the new one"
        );
        assert_ne!(first.node(), owner);
        until("the next ones go to the new place", async || {
            let next = f.session.execute(&f.read, (key,)).await.unwrap();
            (next.node(), next.shard()) == (owner, Some(to.1))
        })
        .await;
    }
    let (keyed, owner) = f.round().await;
    assert_eq!(keyed, owner);
    f.end().await;
}

#[tokio::test]
async fn tablets_that_split_and_merge_are_followed() {
    for routing in ROUTINGS {
        let f = Fixture::start(3, routing).await;
        f.learn().await;
        f.cluster.split_tablets(TABLE).unwrap();
        assert_eq!(f.cluster.tablets(TABLE).len(), 64);
        // Halves are where the whole was, until they move.
        for place in 0..64 {
            let [(node, shard), ..] = f.cluster.tablets(TABLE)[place].replicas[..] else {
                unreachable!("three copies")
            };
            let to = (node, (shard + 1) % 8);
            f.cluster
                .move_tablet(TABLE, place, (node, shard), to)
                .unwrap();
        }
        f.learn().await;
        f.cluster.merge_tablets(TABLE).unwrap();
        f.cluster.merge_tablets(TABLE).unwrap();
        assert_eq!(f.cluster.tablets(TABLE).len(), 16);
        f.learn().await;
        f.end().await;
    }
}

#[tokio::test]
async fn a_dropped_table_is_forgotten_and_one_of_its_name_is_another() {
    let f = Fixture::start(1, TabletRouting::V1).await;
    f.learn().await;
    assert!(f.session.known_tablets() > 0);
    let ask = async |cql: &str| {
        f.session.query(cql, ()).await.unwrap();
    };
    ask("DROP TABLE k.t").await;
    until("its tablets are forgotten", async || {
        f.session.known_tablets() == 0
    })
    .await;
    ask("CREATE TABLE k.t (p int PRIMARY KEY, v int)").await;
    f.learn().await;
    ask("ALTER KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3}").await;
    until("those of its keyspace are forgotten", async || {
        f.session.known_tablets() == 0
    })
    .await;
    assert!(
        f.cluster
            .tablets(TABLE)
            .iter()
            .all(|t| t.replicas.len() == 3)
    );
    f.learn().await;
    f.end().await;
}

#[tokio::test]
async fn nodes_that_come_and_go() {
    let f = Fixture::start(1, TabletRouting::V1).await;
    f.learn().await;
    // What it has, the others get; its place in the topology is another node's.
    f.cluster.remove_node(0).await;
    until("the session has two nodes", async || {
        f.session.topology().nodes().len() == 2
    })
    .await;
    f.learn().await;
    let new = f.cluster.add_node("datacenter1", "rack1").await.unwrap();
    until("the session has three nodes", async || {
        f.session.topology().nodes().len() == 3
    })
    .await;
    for place in 0..8 {
        let from = f.cluster.tablets(TABLE)[place].replicas[0];
        let to = (new, u16::try_from(place).unwrap());
        f.cluster.move_tablet(TABLE, place, from, to).unwrap();
    }
    f.learn().await;
    // Another host on the same address has the same tablets.
    f.cluster.replace_node(new).await.unwrap();
    until("the session can ask all nodes", async || {
        f.session.refresh().await.is_ok()
            && f.session
                .shard_aware_stats()
                .iter()
                .all(|s| s.missing == 0 && s.connected == 8)
    })
    .await;
    f.learn().await;
    f.cluster.reshard_node(1, 4).await.unwrap();
    until("the session knows its shards", async || {
        let stats = f.session.shard_aware_stats();
        stats.iter().any(|s| s.shards == Some(4)) && stats.iter().all(|s| s.missing == 0)
    })
    .await;
    f.learn().await;
    f.end().await;
}
