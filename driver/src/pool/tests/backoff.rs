//! Nodes that go, come back, change, or hang up: the pool follows, without storming them.

use std::time::Duration;

use tokio::time::sleep;

use super::node::Node;
use crate::pool::config::PoolConfig;

/// The longest wait for the next attempt.
const PAUSE: Duration = Duration::from_millis(10_050);

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_replaced_at_once() {
    let node = Node::scylla(3);
    let pool = node.pool(PoolConfig::default());
    assert!(pool.ready().await);
    sleep(Duration::from_secs(30)).await;
    let old = pool.pick(Some(1)).unwrap();
    old.start_close();
    assert!(
        pool.pick(Some(1)).is_some_and(|conn| conn.is_open()),
        "another one stands in"
    );
    old.gone().await;
    assert!(pool.ready().await);
    let new = pool.pick(Some(1)).unwrap();
    assert!(new.is_open() && new.shard() == Some(1));
    assert_eq!(node.dials().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_down_is_asked_rarely_and_found_when_it_is_back() {
    let node = Node::scylla(3);
    let pool = node.pool(PoolConfig::default());
    assert!(pool.ready().await);
    sleep(Duration::from_secs(30)).await;
    node.set(|node| node.up = false).cut();
    let mut changes = pool.changes();
    changes.wait_for(|state| !state.is_up()).await.unwrap();
    assert!(pool.pick(None).is_none());
    let before = node.dials().len();
    sleep(Duration::from_secs(3600)).await;
    let tries = node.dials().len() - before;
    // The mean pause is half of the longest.
    assert!((360..1200).contains(&tries), "{tries} attempts in an hour");
    let state = pool.state();
    assert!(state.failures > 300);
    assert!(
        state
            .failure
            .unwrap()
            .to_string()
            .contains("could not connect")
    );
    node.set(|node| node.up = true);
    tokio::time::timeout(PAUSE, pool.ready()).await.unwrap();
    assert_eq!(pool.state().failures, 0);
    assert!(
        node.dials().last().unwrap().source_port.is_some(),
        "by its shard-aware port again"
    );
}

#[tokio::test(start_paused = true)]
async fn told_that_a_node_is_up_it_tries_at_once() {
    let node = Node::scylla(2);
    node.set(|node| node.up = false);
    let pool = node.pool(PoolConfig::default());
    sleep(Duration::from_secs(600)).await;
    node.set(|node| node.up = true);
    pool.dial_now();
    tokio::time::timeout(Duration::from_millis(10), pool.ready())
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_hangs_up_is_not_stormed() {
    let node = Node::scylla(2);
    node.set(|node| node.hangs_up = true);
    let _pool = node.pool(PoolConfig::default());
    sleep(Duration::from_secs(600)).await;
    let dials = node.dials().len();
    assert!(dials < 500, "{dials} attempts in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_comes_back_with_other_shards_gets_other_slots() {
    for (before, after) in [(8, 4), (2, 6)] {
        let node = Node::scylla(before);
        let pool = node.pool(PoolConfig::default());
        assert!(pool.ready().await);
        sleep(Duration::from_secs(30)).await;
        node.set(|node| node.shards = Some(after)).cut();
        let mut changes = pool.changes();
        let full = changes.wait_for(|state| state.wanted == after && state.is_full());
        tokio::time::timeout(2 * PAUSE, full)
            .await
            .unwrap()
            .unwrap();
        for shard in 0..after {
            assert_eq!(pool.pick(Some(shard)).unwrap().shard(), Some(shard));
        }
        // Who still asks for a shard that has gone is served all the same.
        assert!(pool.pick(Some(before)).is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_changes_its_mind_each_time_is_not_stormed() {
    let node = Node::scylla(2);
    node.set(|node| node.fickle = true);
    let _pool = node.pool(PoolConfig::default());
    sleep(Duration::from_secs(600)).await;
    let dials = node.dials().len();
    assert!((3..500).contains(&dials), "{dials} attempts in ten minutes");
}
