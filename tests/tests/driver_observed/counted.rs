//! Counts of requests, by session, node and shard.

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::error::ErrorClass;
use scylla_orm::driver::metrics::Detail;
use tests::poll::until;

use super::Bench;

const ROUNDS: i32 = 50;

#[tokio::test]
async fn each_request_is_counted_where_it_went() {
    let bench = Bench::start(Session::builder()).await;
    let session = &bench.session;
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    // Each node is told the statements.
    bench.work(ROUNDS).await;
    let before = session.metrics();
    bench.work(ROUNDS).await;
    bench.fail().await;
    let after = session.metrics();
    let (first, last) = (before.total(), after.total());
    let work = u64::try_from(2 * ROUNDS).unwrap();
    // The one that fails cannot even be prepared.
    assert_eq!(last.requests - first.requests, work + 1);
    assert_eq!(last.keyed - first.keyed, work);
    assert_eq!(last.to_owning_shard - first.to_owning_shard, work);
    let answered = last.latencies.since(&first.latencies);
    assert_eq!(answered.count(), work + 1);
    let (p50, p99) = (
        answered.quantile(0.5).unwrap(),
        answered.quantile(0.99).unwrap(),
    );
    assert!(Duration::ZERO < p50 && p50 <= p99 && p99 <= answered.max().unwrap());
    assert!(last.read_bytes > first.read_bytes && last.written_bytes > first.written_bytes);
    assert_eq!(
        last.errors.of(ErrorClass::Invalid) - first.errors.of(ErrorClass::Invalid),
        1
    );
    assert_eq!(after.failed.total() - before.failed.total(), 1);
    // What the nodes have is a part of what the session has: the control connection is no shard's.
    assert!(after.read_bytes > last.read_bytes);
    let busy = after.busy();
    assert_eq!((busy.in_flight, busy.orphans), (0, 0));
    let stats = session.shard_aware_stats();
    let open: u32 = stats.iter().map(|node| u32::from(node.connected)).sum();
    assert_eq!(busy.connections, open);
    let text = after.to_prometheus(Detail::Shard);
    for node in &after.nodes {
        assert!(text.contains(&format!(
            "scylla_orm_requests_total{{node=\"{}\"",
            node.node
        )));
    }
    println!(
        "{work} requests: p50 {p50:?}, p99 {p99:?}, {} lines for Prometheus",
        text.lines().count()
    );
    bench.end().await;
}

/// Counters of a session never go back: what a node has counted outlives the node.
#[tokio::test]
async fn what_was_counted_for_a_node_outlives_it() {
    let bench = Bench::start(Session::builder()).await;
    let Some(cluster) = bench.target.cluster() else {
        return bench.end().await;
    };
    assert!(bench.session.wait_ready(Duration::from_secs(20)).await);
    bench.work(ROUNDS).await;
    let before = bench.session.metrics();
    cluster.remove_node(2).await;
    until("the node is gone", async || {
        bench.session.topology().nodes().len() == 2
    })
    .await;
    let after = bench.session.metrics();
    assert_eq!(after.nodes.len(), 2);
    assert!(after.gone.requests > 0);
    assert!(after.total().requests >= before.total().requests);
    assert!(after.total().latencies.count() >= before.total().latencies.count());
    bench.end().await;
}
