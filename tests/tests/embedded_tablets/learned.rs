//! After one answer per tablet each request reaches the shard that owns its partition.

use scylla_orm::driver::statement::Prepared;
use scylla_orm_embedded::{Cluster, TabletRouting};

use crate::{Fixture, KEYS, ROUTINGS, TABLE};

async fn check(copies: usize, routing: TabletRouting) {
    let f = Fixture::start(copies, routing).await;
    assert_eq!(f.session.known_tablets(), 0);
    f.learn().await;
    let requests = u64::try_from(2 * KEYS).unwrap();
    let (keyed, owner) = f.round().await;
    println!(
        "{copies} copies, {routing:?}: {owner} of {keyed} requests on the shard that owns their partition"
    );
    assert_eq!((keyed, owner), (requests, requests));
    let tablets = f.cluster.tablets(TABLE).len();
    assert!((1..=tablets).contains(&f.session.known_tablets()));
    // What the driver counted of its own is what the cluster counted.
    let counted: u64 = f.session.traffic().iter().map(|t| t.requests).sum();
    let to_owner: u64 = f.session.traffic().iter().map(|t| t.to_owning_shard).sum();
    assert!(
        to_owner + 2 * requests >= counted,
        "{to_owner} of {counted}"
    );
    f.end().await;
}

#[tokio::test]
async fn of_one_copy() {
    for routing in ROUTINGS {
        check(1, routing).await;
    }
}

#[tokio::test]
async fn of_three_copies() {
    for routing in ROUTINGS {
        check(3, routing).await;
    }
}

/// One request to a tablet that is not known costs one answer with it, and no more.
#[tokio::test]
async fn one_answer_is_enough() {
    let f = Fixture::start(1, TabletRouting::V1).await;
    let mut told = 0;
    for key in 0..KEYS {
        let answer = f.session.execute(&f.read, (key,)).await.unwrap();
        if !answer.payload().is_empty() {
            told += 1;
            // Sequential requests: the next one knows it.
            tests::poll::until("the tablet is known", async || {
                f.session.known_tablets() >= told
            })
            .await;
        }
    }
    let tablets = f.cluster.tablets(TABLE).len();
    assert!(told <= tablets, "{told} answers for {tablets} tablets");
    let (keyed, owner) = f.round().await;
    assert_eq!(keyed, owner);
    f.end().await;
}

/// Rounds of Paxos that begin at several replicas get in each other's way: everybody begins at the first of the tablet.
#[tokio::test]
async fn conditional_writes_begin_at_the_first_replica() {
    let f = Fixture::start(3, TabletRouting::V1).await;
    f.learn().await;
    let cql = "UPDATE k.t SET v = ? WHERE p = ? IF v = ?";
    let update: Prepared = f.session.prepare(cql).await.unwrap();
    let tablets = f.cluster.tablets(TABLE);
    for key in 0..100 {
        let answer = f.session.execute(&update, (key, key, -key)).await.unwrap();
        let token = scylla_orm::driver::token::murmur3(&i32::to_be_bytes(key)).0;
        let tablet = tablets.iter().find(|tablet| token <= tablet.last).unwrap();
        let (node, shard) = tablet.replicas[0];
        let address = f.cluster.contact_points()[node].parse().unwrap();
        assert_eq!((answer.node(), answer.shard()), (address, Some(shard)));
    }
    f.end().await;
}

/// Who asks where a partition is, is told what requests go by: the ring at first, then the tablet.
#[tokio::test]
async fn replicas_are_those_of_the_tablet() {
    let f = Fixture::start(3, TabletRouting::V1).await;
    f.learn().await;
    let points = f.cluster.contact_points();
    let tablets = f.cluster.tablets(TABLE);
    for key in 0..KEYS {
        let token = scylla_orm::driver::token::murmur3(&key.to_be_bytes());
        let tablet = tablets.iter().find(|tablet| token.0 <= tablet.last);
        let expected = tablet.unwrap().replicas.iter();
        let expected: Vec<_> = expected
            .map(|(node, shard)| (points[*node].clone(), Some(*shard)))
            .collect();
        let found = f.session.replicas("k", "t", token);
        let found = found.iter().map(|r| (r.address.to_string(), r.shard));
        assert_eq!(found.collect::<Vec<_>>(), expected, "{key}");
        // Of a table that nothing is known of, the ring says as much as there is to know.
        let ring = f.session.topology();
        let ring = ring.replicas("k", token).len();
        assert_eq!(f.session.replicas("k", "other", token).len(), ring);
    }
    let token = scylla_orm::driver::token::Token(0);
    assert!(f.session.replicas("nowhere", "t", token).is_empty());
    f.end().await;
}

/// Keyspaces with and without tablets beside each other, and servers that tell nothing.
#[tokio::test]
async fn tables_without_tablets_follow_the_ring() {
    let f = Fixture::start(1, TabletRouting::V1).await;
    f.learn().await;
    let known = f.session.known_tablets();
    f.cluster
        .run_script(
            "CREATE KEYSPACE r WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 1};
             CREATE TABLE r.t (p int PRIMARY KEY);",
        )
        .unwrap();
    f.session.refresh().await.unwrap();
    let insert = f.session.prepare("INSERT INTO r.t (p) VALUES (?)").await;
    let insert = insert.unwrap();
    f.cluster.reset_traffic();
    for key in 0..KEYS {
        let answer = f.session.execute(&insert, (key,)).await.unwrap();
        assert!(answer.payload().is_empty());
    }
    let traffic = f.cluster.traffic();
    assert!(
        traffic.iter().all(|t| t.reached_owner == t.requests),
        "{traffic:?}"
    );
    assert_eq!(f.session.known_tablets(), known);
    f.end().await;
    let silent = Cluster::builder().nodes(3).shards(2).tablet_routing(None);
    let f = Fixture::of(silent, 1).await;
    let (keyed, owner) = f.round().await;
    assert!(owner < keyed, "they are found by luck");
    assert_eq!(f.session.known_tablets(), 0);
    f.end().await;
}
