//! A node that comes back with another number of shards: its pool follows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use scylla_orm_embedded::Cluster;
use tests::poll::until;
use tokio::sync::Mutex;

use super::{builder, close, read, ready, start, table};

const KEYS: i32 = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_restarts_with_other_shards_under_load() {
    let cluster = start(Cluster::builder().nodes(3).shards(8)).await;
    let session = ready(builder(&cluster)).await;
    let select = table(&session, 3, KEYS).await;
    let (stop, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    // One read at a time, so that what is counted is not mixed with a read that began before the count.
    let turn = Arc::new(Mutex::new(()));
    let load = tokio::spawn({
        let (session, select) = (session.clone(), select.clone());
        let (stop, done, turn) = (stop.clone(), done.clone(), turn.clone());
        async move {
            let mut keys = (0..KEYS).cycle();
            while !stop.load(Relaxed) {
                let _turn = turn.lock().await;
                read(&session, &select, keys.next().unwrap()).await.unwrap();
                done.fetch_add(1, Relaxed);
            }
        }
    });
    for shards in [4, 12, 1, 8] {
        let begin = Instant::now();
        cluster.reshard_node(1, shards).await.unwrap();
        let node: std::net::SocketAddr = cluster.contact_points()[1].parse().unwrap();
        until("the pool has the new shards", async || {
            let stats = session.shard_aware_stats();
            let stats = stats.iter().find(|s| s.node == node).unwrap();
            stats.shards == Some(shards) && stats.connected == shards && stats.missing == 0
        })
        .await;
        println!(
            "node restarted with {shards} shards: full {:?} after it stopped",
            begin.elapsed()
        );
        let _turn = turn.lock().await;
        cluster.reset_traffic();
        for k in 0..KEYS {
            read(&session, &select, k).await.unwrap();
        }
        let traffic = cluster.traffic();
        let owner: u64 = traffic.iter().map(|t| t.reached_owner).sum();
        let keyed: u64 = traffic.iter().map(|t| t.keyed).sum();
        assert_eq!(owner, keyed, "{traffic:?}");
    }
    stop.store(true, Relaxed);
    load.await.unwrap();
    println!("{} reads meanwhile, none failed", done.load(Relaxed));
    let stats = session.shard_aware_stats();
    assert!(stats.iter().all(|s| s.wrong_shard == 0), "{stats:?}");
    close(&cluster, vec![session]).await;
}
