//! A driver that uses less of what it knows: what then arrives where.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use scylla_orm::driver::Session;
use scylla_orm::driver::policy::routing::Routing;
use scylla_orm_embedded::{Cluster, Reached, ShardTraffic};

const NODES: usize = 3;
const SHARDS: u16 = 4;
const REQUESTS: i32 = 1200;
const IN_FLIGHT: usize = 32;
const TO_SHARD: Duration = Duration::from_millis(1);
const TO_NODE: Duration = Duration::from_millis(3);

/// What each shard got of requests for as many partitions, with one copy of each.
async fn traffic(routing: Routing) -> Vec<ShardTraffic> {
    let builder = Cluster::builder().nodes(NODES).shards(SHARDS);
    let builder = builder.cross_shard_cost(TO_SHARD).cross_node_cost(TO_NODE);
    let cluster = builder.request_log(10_000).start().await.unwrap();
    let builder = Session::builder().contact_points(cluster.contact_points());
    let session = builder.routing(routing).connect().await.unwrap();
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    for cql in [
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
        "CREATE TABLE ks.t (k int PRIMARY KEY)",
    ] {
        session.query(cql, ()).await.unwrap();
    }
    let insert = session
        .prepare("INSERT INTO ks.t (k) VALUES (?)")
        .await
        .unwrap();
    cluster.reset_traffic();
    cluster.clear_requests();
    let start = Instant::now();
    let writes = stream::iter(0..REQUESTS).map(|k| session.execute(&insert, (k,)));
    let answers: Vec<_> = writes.buffered(IN_FLIGHT).try_collect().await.unwrap();
    let took = start.elapsed();
    assert_eq!(answers.len(), usize::try_from(REQUESTS).unwrap());
    session.close().await.unwrap();
    let traffic = cluster.traffic();
    let owners = cluster.requests().into_iter();
    let owners = owners.filter(|request| request.reached == Some(Reached::Owner));
    let counted: u64 = traffic.iter().map(|shard| shard.reached_owner).sum();
    assert_eq!(owners.count(), usize::try_from(counted).unwrap());
    let charged = charged(&traffic);
    println!(
        "{routing:?}: {:?} %, {took:?}, {charged:?} for hops",
        shares(&traffic)
    );
    // Nobody waits for less than what was charged, and all wait side by side.
    let side_by_side = u32::try_from(IN_FLIGHT).unwrap();
    assert!(took >= charged / side_by_side, "{took:?} {charged:?}");
    traffic
}

/// Of all requests, in percent: those that reached a replica, and the owning shard.
fn shares(traffic: &[ShardTraffic]) -> (u64, u64) {
    let sum = |of: fn(&ShardTraffic) -> u64| traffic.iter().map(of).sum::<u64>();
    let all = u64::from(REQUESTS.unsigned_abs());
    assert_eq!(sum(|t| t.keyed), all);
    (
        sum(|t| t.reached_replica) * 100 / all,
        sum(|t| t.reached_owner) * 100 / all,
    )
}

/// The time for hops, which must be what their number makes.
fn charged(traffic: &[ShardTraffic]) -> Duration {
    let mut charged = Duration::ZERO;
    for shard in traffic {
        let to_node = u32::try_from(shard.keyed - shard.reached_replica).unwrap();
        let to_shard = u32::try_from(shard.reached_replica - shard.reached_owner).unwrap();
        assert_eq!(shard.hops(), u64::from(to_node + to_shard));
        assert_eq!(shard.hop_time, TO_NODE * to_node + TO_SHARD * to_shard);
        charged += shard.hop_time;
    }
    charged
}

#[tokio::test]
async fn shard_aware_reaches_the_owner() {
    assert_eq!(shares(&traffic(Routing::ShardAware).await), (100, 100));
}

#[tokio::test]
async fn token_aware_reaches_a_replica_on_any_shard() {
    let traffic = traffic(Routing::TokenAware).await;
    let (replica, owner) = shares(&traffic);
    assert_eq!(replica, 100);
    // One of four, by chance.
    assert!((15..=35).contains(&owner), "{owner} %");
    assert!(
        traffic.iter().all(|shard| shard.requests > 40),
        "{traffic:?}"
    );
}

#[tokio::test]
async fn round_robin_reaches_all_alike() {
    let traffic = traffic(Routing::RoundRobin).await;
    let (replica, owner) = shares(&traffic);
    assert!((23..=43).contains(&replica), "{replica} %");
    assert!((3..=14).contains(&owner), "{owner} %");
    assert!(
        traffic
            .iter()
            .all(|shard| (99..=101).contains(&shard.requests)),
        "{traffic:?}"
    );
}
