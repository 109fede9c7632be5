//! Which connection a request gets.

use std::sync::Arc;
use std::time::Duration;

use super::node::Node;
use crate::conn::Conn;
use crate::conn::config::ConnConfig;
use crate::conn::tests::peer::pipe;
use crate::frame::Opcode;
use crate::pool::Absence;
use crate::pool::config::{PoolConfig, PoolSize};
use crate::pool::table::Table;

/// Requests that are never answered.
fn load(conn: &Arc<Conn>, count: usize) -> Vec<impl Future + use<>> {
    let deadline = conn.deadlines().after(Duration::from_secs(3600));
    let cx = std::task::Context::from_waker(std::task::Waker::noop());
    (0..count)
        .map(|_| {
            Arc::clone(conn)
                .begin(
                    &cx,
                    crate::conn::request::Head {
                        opcode: Opcode::Query,
                        flags: crate::frame::Flags::NONE,
                        deadline,
                    },
                    |_| Ok(()),
                )
                .unwrap()
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_shards_own_else_the_first_that_is_calm_else_the_least_loaded() {
    let node = Node::scylla(3);
    let pool = node.pool(PoolConfig::default());
    assert!(pool.ready().await);
    let conns: Vec<_> = (0..3)
        .map(|shard| pool.pick(Some(shard)).unwrap())
        .collect();
    let check = |shard: Option<u16>, expected: usize| {
        let picked = pool.pick(shard).unwrap();
        assert_eq!(picked.shard(), conns[expected].shard(), "for {shard:?}");
    };
    for shard in 0..3 {
        check(Some(shard), shard.into());
    }
    check(None, 0);
    check(Some(99), 0);
    let few = load(&conns[0], 31);
    check(None, 0);
    let more = load(&conns[0], 9);
    check(None, 1);
    let rest = (load(&conns[1], 35), load(&conns[2], 50));
    check(None, 1);
    check(Some(0), 0);
    drop((few, more, rest));
}

#[tokio::test]
async fn one_that_closes_is_passed_over_before_its_slot_is_empty() {
    let (conn, _peer) = pipe(ConnConfig::default(), 100, None);
    let table = Table::of(&conn, PoolSize::ONE_PER_SHARD);
    let table = table.with(&conn).unwrap();
    assert!(table.pick(Some(0)).is_some() && table.pick(None).is_some());
    conn.start_close();
    assert!(table.pick(Some(0)).is_none() && table.pick(None).is_none());
    assert_eq!(table.without(&conn).unwrap().connected(), 0);
}

#[tokio::test]
async fn a_slot_is_given_once() {
    let (conn, _peer) = pipe(ConnConfig::default(), 100, None);
    let (other, _other_peer) = pipe(ConnConfig::default(), 100, None);
    let table = Table::of(&conn, PoolSize::ONE_PER_SHARD);
    assert_eq!((table.missing(), table.lacking(&[], 9)), (1, vec![0]));
    assert!(table.lacking(&[0], 9).is_empty());
    let table = table.with(&conn).unwrap();
    assert!(table.fits(&other) && table.with(&other).is_none());
    assert_eq!((table.missing(), table.lacking(&[], 9)), (0, vec![]));
    assert!(table.without(&other).is_none());
    assert!(!Table::default().fits(&conn));
}

/// Which shards are dialed next, of a node of which a connection to shard 0 is there.
#[tokio::test(start_paused = true)]
async fn the_shards_with_the_fewest_connections_come_first() {
    let check = async |shards: u16, size: PoolSize, pending: &[u16], expected: &[u16]| {
        let node = Node::scylla(shards);
        let address = super::node::ADDRESS.into();
        let conn = Conn::open(&node.dialer(), address, None, None).await;
        let conn = conn.unwrap();
        let table = Table::of(&conn, size).with(&conn).unwrap();
        assert_eq!(
            table.lacking(pending, 6),
            expected,
            "{size:?} of {shards}, {pending:?} pending"
        );
    };
    let count = |n| std::num::NonZeroU16::new(n).unwrap();
    let per_shard = |n| PoolSize::PerShard(count(n));
    let per_node = |n| PoolSize::PerNode(count(n));
    check(4, per_shard(1), &[], &[1, 2, 3]).await;
    check(4, per_shard(1), &[2], &[1, 3]).await;
    check(9, per_shard(1), &[], &[1, 2, 3, 4, 5, 6]).await;
    check(3, per_shard(2), &[], &[1, 2, 0, 1, 2]).await;
    check(3, per_shard(2), &[1, 1], &[2, 0, 2]).await;
    check(4, per_node(1), &[], &[]).await;
    check(4, per_node(3), &[], &[1, 2]).await;
    check(4, per_node(6), &[3], &[1, 2, 0, 1]).await;
    check(1, per_node(2), &[], &[0]).await;
    check(60_000, per_shard(3), &[], &[0, 0]).await;
}

#[tokio::test(start_paused = true)]
async fn says_why_it_gives_no_connection() {
    let second = Duration::from_secs(1);
    let node = Node::scylla(2);
    let pool = node.pool(PoolConfig::default());
    let absence = pool.absence();
    assert!(
        matches!(
            absence,
            Absence::Late {
                after: Duration::ZERO,
                lost: None
            }
        ),
        "{absence}"
    );
    let conn = pool.get(Some(1), second).await.unwrap();
    assert!(conn.is_open(), "the first that is there");
    // Lost, and not known yet to be down.
    assert!(pool.ready().await);
    tokio::time::sleep(60 * second).await;
    node.set(|node| node.up = false).cut();
    let mut changes = pool.changes();
    changes.wait_for(|state| !state.is_up()).await.unwrap();
    let absence = pool.get(None, second).await.unwrap_err();
    let text = absence.to_string();
    assert!(
        matches!(absence, Absence::Down { .. })
            && text.starts_with("the node is down: could not connect"),
        "{text}"
    );
    pool.close().await;
    let absence = pool.get(None, second).await.unwrap_err();
    assert!(matches!(absence, Absence::Closed), "{absence}");
}

/// A node that takes no connection in time, and one whose handshake does not end.
#[tokio::test(start_paused = true)]
async fn says_that_no_connection_came_in_time() {
    let (dialer, _accepted) = crate::conn::tests::peer::pipes(ConnConfig::default());
    let address: std::net::SocketAddr = super::node::ADDRESS.into();
    let pool = crate::pool::Pool::open(dialer, address, PoolConfig::default(), None);
    let start = tokio::time::Instant::now();
    let patience = Duration::from_secs(2);
    let absence = pool.get(None, patience).await.unwrap_err();
    assert_eq!(start.elapsed(), patience);
    assert_eq!(absence.to_string(), "no connection to the node within 2s");
}
