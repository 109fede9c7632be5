//! From the first request after `connect` on, requests reach the shard that owns their partition.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use scylla_orm_embedded::Cluster;

use super::{builder, close, read, ready, start, table};

const REQUESTS: u64 = 20_000;
const KEYS: i32 = 1000;
const IN_FLIGHT: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_twenty_thousand_requests() {
    for copies in [1, 3] {
        let cluster = start(Cluster::builder().nodes(3).shards(8)).await;
        let other = ready(builder(&cluster)).await;
        table(&other, copies, KEYS).await;
        cluster.reset_traffic();
        let begin = Instant::now();
        // Without `wait_ready`: what `connect` has waited for must do.
        let session = builder(&cluster).connect().await.unwrap();
        let connected = begin.elapsed();
        let select = session
            .prepare("SELECT v FROM p.t WHERE k = ?")
            .await
            .unwrap();
        let keys = (0..KEYS).cycle().take(REQUESTS.try_into().unwrap());
        let requests = stream::iter(keys).map(|k| read(&session, &select, k));
        let answers: Vec<_> = requests.buffer_unordered(IN_FLIGHT).collect().await;
        assert!(answers.iter().all(Result::is_ok));
        let sum = |of: fn(&scylla_orm_embedded::ShardTraffic) -> u64| {
            cluster.traffic().iter().map(of).sum::<u64>()
        };
        let (keyed, owner) = (sum(|t| t.keyed), sum(|t| t.reached_owner));
        println!(
            "{copies} copies on 3 nodes x 8 shards, connected in {connected:?}: {owner} of the first {keyed} requests reached the owning shard"
        );
        assert_eq!(keyed, REQUESTS);
        assert!(owner * 100 >= keyed * 99, "{owner} of {keyed}");
        close(&cluster, vec![other, session]).await;
    }
}
