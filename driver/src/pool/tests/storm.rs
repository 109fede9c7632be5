//! Many clients and many faults at once: attempts come spread over time, and every pool still closes in time.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};

use super::node::Node;
use crate::pool::Pool;
use crate::pool::config::PoolConfig;

/// A node with 200 clients restarts: they do not come back in one wave.
#[tokio::test(start_paused = true)]
async fn two_hundred_clients_of_a_node_that_restarts() {
    let node = Node::scylla(2);
    let pools: Vec<Pool> = (0..200).map(|_| node.pool(PoolConfig::default())).collect();
    assert!(
        join_all(pools.iter().map(Pool::ready))
            .await
            .iter()
            .all(|full| *full)
    );
    sleep(Duration::from_secs(60)).await;
    node.set(|node| node.up = false).cut();
    let begin = node.dials().len();
    // What they try in the first second and in each later one.
    let mut per_second = Vec::new();
    for _ in 0..120 {
        let before = node.dials().len();
        sleep(Duration::from_secs(1)).await;
        per_second.push(node.dials().len() - before);
    }
    let first = per_second.first().copied().unwrap();
    let late = per_second.iter().skip(30);
    let (peak, sum) = (late.clone().max().copied().unwrap(), late.sum::<usize>());
    println!(
        "200 clients, node down for 120 s: {} attempts, {first} in the first second; from 30 s on {peak} in the worst \
         second, {} on average",
        node.dials().len() - begin,
        sum / 90
    );
    // Each doubles from 50 ms on: at most a dozen in the first second.
    assert!(first <= 200 * 12, "{first}");
    // One per 5 s and client on average; a wave would be 200.
    assert!(
        (20..=60).contains(&(sum / 90)) && peak <= 90,
        "{sum} {peak}"
    );
    node.set(|node| node.up = true);
    let back = Instant::now();
    timeout(
        Duration::from_secs(11),
        join_all(pools.iter().map(Pool::ready)),
    )
    .await
    .unwrap();
    println!("and all full {:?} after it is back", back.elapsed());
    for pool in &pools {
        assert_eq!(pool.stats().connected, 2);
    }
    assert_eq!(node.open(), [200, 200]);
}

/// A small generator: the run can be repeated by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }
}

/// A node that dies, refuses, changes and comes back at random, and a pool that is closed at a random time: no panic, no
/// storm, and close returns in time with nothing left.
#[tokio::test(start_paused = true)]
async fn a_node_that_flaps_and_a_pool_that_is_closed_at_any_time() {
    let mut dials = 0;
    for seed in 0..16 {
        let mut random = Random(seed);
        let node = Node::scylla(4);
        let pool = node.pool(PoolConfig::default());
        let turns = random.below(300);
        let start = Instant::now();
        for _ in 0..turns {
            let choice = random.below(9);
            node.set(|node| match choice {
                0 => node.up = false,
                1 | 2 => node.up = true,
                3 => node.reachable = !node.reachable,
                4 => node.translated = !node.translated,
                5 => node.hangs_up = !node.hangs_up,
                6 => node.shards = Some(1 + u16::try_from(seed).unwrap() % 7),
                7 => node.shard_aware = !node.shard_aware,
                _ => {}
            });
            if choice >= 6 {
                node.cut();
            }
            if choice == 2 {
                pool.dial_now();
                pool.probe();
            }
            sleep(Duration::from_millis(50)).await;
        }
        let lived = start.elapsed();
        let opened = u128::try_from(node.dials().len()).unwrap();
        // Each cut and each event may be followed at once by what is missing; the rest waits.
        assert!(
            opened <= 40 + lived.as_millis() / 5,
            "{seed}: {opened} in {lived:?}"
        );
        dials += opened;
        let closing = Instant::now();
        pool.close().await;
        assert!(closing.elapsed() < Duration::from_secs(8), "{seed}");
        assert!(pool.state().closed && pool.pick(None).is_none(), "{seed}");
        sleep(Duration::from_secs(10)).await;
        assert_eq!(node.open().iter().sum::<u32>(), 0, "{seed}");
    }
    println!(
        "16 seeds of a flapping node, up to 15 s each: {dials} attempts, every pool closed in time"
    );
}
