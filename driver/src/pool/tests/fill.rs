//! Each shard gets its connection, by whatever way there is, and no more than needed.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::node::{ADDRESS, Behaviour, Node};
use crate::conn::Conn;
use crate::pool::config::{PoolConfig, PoolSize};
use crate::pool::{Dialing, Pool};

/// Waits until a pool is full, and checks the node's connections by shard, and how many were dialed for it.
async fn check(
    shards: u16,
    change: impl FnOnce(&mut Behaviour),
    dials: std::ops::RangeInclusive<usize>,
) -> (Node, Pool) {
    let node = Node::scylla(shards);
    node.set(change);
    let pool = node.pool(PoolConfig::default());
    assert!(
        timeout(Duration::from_secs(60), pool.ready())
            .await
            .unwrap()
    );
    let state = pool.state();
    assert_eq!((state.wanted, state.connected), (shards, shards));
    for shard in 0..shards {
        let conn = pool.pick(Some(shard)).unwrap();
        assert_eq!(conn.shard(), Some(shard));
    }
    sleep(Duration::from_secs(10)).await; // what is left over is closed by then
    assert_eq!(node.open(), vec![1; usize::from(shards)]);
    let count = node.dials().len();
    assert!(dials.contains(&count), "{count} dials: {:?}", node.dials());
    (node, pool)
}

#[tokio::test(start_paused = true)]
async fn by_source_port() {
    for shards in [1, 2, 7, 64] {
        let exact = usize::from(shards)..=usize::from(shards);
        let (node, _pool) = check(shards, |_| {}, exact).await;
        for dial in node.dials().iter().skip(1) {
            let port = dial.source_port.unwrap();
            assert!(port >= 49152 && Some(port % shards) == dial.shard);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn by_the_next_source_port_when_one_is_taken() {
    // Of the ports of each shard, seven of eight.
    let taken = |node: &mut Behaviour| {
        node.taken = (49152..=65535).filter(|p| p / 4 % 8 != 0).collect();
    };
    let (node, pool) = check(4, taken, 4..=4 + 3 * 7).await;
    let stats = pool.stats();
    let collisions = node.dials().len() - 4;
    assert_eq!(usize::try_from(stats.port_collisions), Ok(collisions));
    assert_eq!((stats.opened, stats.wasted, stats.failed), (4, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn by_the_plain_port_when_no_source_port_is_free() {
    let taken = |node: &mut Behaviour| node.taken = (49152..=65535).collect();
    let (_node, pool) = check(4, taken, 4 + 64..=4 + 40 + 3 * 64).await;
    assert!(pool.stats().port_collisions >= 64);
}

#[tokio::test(start_paused = true)]
async fn by_the_plain_port_when_there_is_no_other() {
    check(4, |node| node.shard_aware = false, 4..=40).await;
}

#[tokio::test(start_paused = true)]
async fn by_the_plain_port_when_the_other_cannot_be_reached() {
    let (node, pool) = check(4, |node| node.reachable = false, 4..=40).await;
    let refused = node
        .dials()
        .iter()
        .filter(|dial| dial.shard.is_none())
        .count();
    assert!((1..=3).contains(&refused), "{refused}");
    let stats = pool.stats();
    assert_eq!((stats.wrong_shard, stats.port_collisions), (0, 0));
    assert_eq!(usize::try_from(stats.failed), Ok(refused));
}

#[tokio::test(start_paused = true)]
async fn by_the_plain_port_when_source_ports_are_translated() {
    let (node, pool) = check(4, |node| node.translated = true, 4..=40).await;
    let stats = pool.stats();
    assert!((1..=3).contains(&stats.wrong_shard), "{stats:?}");
    assert_eq!((stats.opened - stats.wasted, stats.reconnects), (4, 0));
    // And for a while it does not try again.
    let before = node.dials().len();
    pool.pick(Some(2)).unwrap().start_close();
    sleep(Duration::from_secs(20)).await;
    assert!(pool.ready().await);
    let again = &node.dials()[before..];
    assert!(!again.is_empty() && again.iter().all(|dial| dial.source_port.is_none()));
    assert!(pool.stats().reconnects > 0);
    // After that while it does.
    sleep(Duration::from_secs(300)).await;
    node.set(|node| node.translated = false);
    let before = node.dials().len();
    pool.pick(Some(2)).unwrap().start_close();
    sleep(Duration::from_secs(20)).await;
    assert!(pool.ready().await);
    let again = &node.dials()[before..];
    assert!(again.len() == 1 && again[0].source_port.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_node_without_shards_gets_one() {
    let node = Node::scylla(1);
    node.set(|node| node.shards = None);
    let pool = node.pool(PoolConfig::default());
    assert!(pool.ready().await);
    assert_eq!(pool.state().sharding, None);
    assert_eq!(pool.pick(Some(77)).unwrap().shard(), None);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(node.dials().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_exists_becomes_one_of_them() {
    let node = Node::scylla(3);
    let dialer = node.dialer();
    let conn = Conn::open(&dialer, ADDRESS.into(), None, None)
        .await
        .unwrap();
    let shard = conn.shard();
    let first = std::future::ready(Ok(std::sync::Arc::clone(&conn)));
    let address = SocketAddr::from(ADDRESS);
    let first: Dialing = Box::pin(first);
    let pool = Pool::open(dialer, address, PoolConfig::default(), Some(first));
    assert!(pool.ready().await);
    assert!(std::sync::Arc::ptr_eq(&pool.pick(shard).unwrap(), &conn));
    assert_eq!(node.dials().len(), 3);
}

/// One that others have begun is waited for, not dialed again; one that comes too late is closed.
#[tokio::test(start_paused = true)]
async fn a_connection_under_way_is_adopted() {
    let node = Node::scylla(1);
    let dialer = node.dialer();
    let late = |after: Duration| -> Dialing {
        let dialer = dialer.clone();
        Box::pin(async move {
            sleep(after).await;
            Conn::open(&dialer, ADDRESS.into(), None, None).await
        })
    };
    let first = late(Duration::from_secs(2));
    let address = SocketAddr::from(ADDRESS);
    let pool = Pool::open(dialer.clone(), address, PoolConfig::default(), Some(first));
    assert!(pool.ready().await);
    assert_eq!(node.dials().len(), 1);
    pool.adopt(late(Duration::from_secs(1)));
    sleep(Duration::from_secs(10)).await;
    assert_eq!((node.dials().len(), node.open()), (2, vec![1]));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hides_shards_is_not_flooded() {
    let node = Node::scylla(4);
    node.set(|node| {
        node.shard_aware = false;
        node.plain_shards = 2;
    });
    let pool = node.pool(PoolConfig::default());
    for minutes in [1, 4, 10] {
        sleep(Duration::from_secs(60 * minutes)).await;
        let state = pool.state();
        assert_eq!((state.wanted, state.connected), (4, 2));
        assert!(pool.pick(Some(3)).is_some(), "served by another shard");
        assert_eq!(node.open(), [1, 1], "none is left over");
    }
    // One round at once, and one every five minutes.
    let dials = node.dials().len();
    assert!((2 * 40..=4 * 45).contains(&dials), "{dials} dials");
    // A shard that it has is not forgotten over those that it cannot have.
    let old = pool.pick(Some(1)).unwrap();
    old.close().await;
    let mut changes = pool.changes();
    let back = changes.wait_for(|state| state.connected == 2);
    timeout(Duration::from_secs(11), back)
        .await
        .unwrap()
        .unwrap();
    let new = pool.pick(Some(1)).unwrap();
    assert!(new.shard() == Some(1) && !std::sync::Arc::ptr_eq(&old, &new));
}

/// What a server says of its shards that cannot be: it is used as one without shards.
#[tokio::test(start_paused = true)]
async fn a_server_whose_shards_cannot_be_gets_one_connection() {
    for (name, value) in [
        ("SCYLLA_NR_SHARDS", "0"),
        ("SCYLLA_NR_SHARDS", "65535"),
        ("SCYLLA_NR_SHARDS", "65536"),
        ("SCYLLA_NR_SHARDS", "-1"),
        ("SCYLLA_NR_SHARDS", "1025"),
        ("SCYLLA_SHARD", "3"),
        ("SCYLLA_SHARD", "65535"),
        ("SCYLLA_SHARD", "none"),
        ("SCYLLA_SHARDING_IGNORE_MSB", "64"),
        ("SCYLLA_SHARDING_IGNORE_MSB", "255"),
        ("SCYLLA_SHARDING_ALGORITHM", "another"),
    ] {
        let node = Node::scylla(3);
        node.set(|node| node.says = vec![(name, value)]);
        let pool = node.pool(PoolConfig::default());
        assert!(pool.ready().await, "{name}={value}");
        assert_eq!(pool.state().sharding, None, "{name}={value}");
        assert!(pool.sharder().is_none() && pool.pick(Some(2)).is_some());
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(node.dials().len(), 1, "{name}={value}");
    }
}

/// A shard-aware port that is said to be where it cannot be.
#[tokio::test(start_paused = true)]
async fn a_server_whose_shard_aware_port_cannot_be_is_reached_by_the_other() {
    for port in ["0", "65536", "", "1"] {
        let says = |node: &mut Behaviour| node.says = vec![("SCYLLA_SHARD_AWARE_PORT", port)];
        check(3, says, 3..=30).await;
    }
}

/// Sizes: connections in all, and by shard.
#[tokio::test(start_paused = true)]
async fn as_many_connections_as_are_asked_for() {
    let check = async |size: PoolSize, aware: bool, expected: &[u32]| {
        let node = Node::scylla(4);
        node.set(|node| node.shard_aware = aware);
        let config = PoolConfig {
            local: size,
            ..PoolConfig::default()
        };
        let pool = node.pool(config);
        let ready = timeout(Duration::from_secs(60), pool.ready()).await;
        assert!(ready.unwrap());
        sleep(Duration::from_secs(10)).await;
        let mut open = node.open();
        open.resize(4, 0);
        assert_eq!(open, expected, "{size:?}");
        for (shard, open) in (0..).zip(expected) {
            let shard = Some(shard);
            assert_eq!(pool.pick(shard).unwrap().shard() == shard, *open > 0);
        }
        let total: u32 = expected.iter().sum();
        let stats = pool.stats();
        assert_eq!(stats.shards, Some(4));
        assert_eq!((u32::from(stats.connected), stats.missing), (total, 0));
        assert_eq!(stats.opened - stats.wasted, u64::from(total));
    };
    let count = |n| std::num::NonZeroU16::new(n).unwrap();
    for aware in [true, false] {
        check(PoolSize::PerShard(count(1)), aware, &[1, 1, 1, 1]).await;
        check(PoolSize::PerShard(count(3)), aware, &[3, 3, 3, 3]).await;
        check(PoolSize::PerNode(count(1)), aware, &[1, 0, 0, 0]).await;
        check(PoolSize::PerNode(count(2)), aware, &[1, 1, 0, 0]).await;
        check(PoolSize::PerNode(count(6)), aware, &[2, 2, 1, 1]).await;
    }
}

/// Where the server chooses, one that is held in excess takes the place of one that is lost.
#[tokio::test(start_paused = true)]
async fn a_connection_in_excess_stands_in_for_one_that_is_lost() {
    let node = Node::scylla(3);
    node.set(|node| {
        node.shard_aware = false;
        node.plain_shards = 2;
        node.room = 4;
    });
    let pool = node.pool(PoolConfig::default());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(node.open(), [2, 2]);
    let old = pool.pick(Some(1)).unwrap();
    old.start_close();
    old.gone().await;
    let new = pool.pick(Some(1)).unwrap();
    assert!(new.is_open() && new.shard() == Some(1));
    let stats = pool.stats();
    assert_eq!((stats.connected, stats.missing, stats.opened), (2, 1, 4));
}

#[tokio::test(start_paused = true)]
async fn closes_all_and_returns_in_time() {
    let node = Node::scylla(4);
    let pool = node.pool(PoolConfig::default());
    // Cancelled at some point of its life; closed for good in any case.
    for early in [true, false] {
        if !early {
            assert!(pool.ready().await || pool.state().closed);
        }
        let start = Instant::now();
        pool.close().await;
        assert!(start.elapsed() < Duration::from_secs(8));
        assert!(pool.state().closed && pool.pick(None).is_none());
        assert!(!pool.ready().await);
        assert_eq!(node.open().iter().sum::<u32>(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_it_closes_all_in_the_background() {
    let node = Node::scylla(4);
    let pool = node.pool(PoolConfig::default());
    assert!(pool.ready().await);
    let mut changes = pool.changes();
    drop(pool);
    changes.wait_for(|state| state.closed).await.unwrap();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(node.open(), [0; 4]);
}
