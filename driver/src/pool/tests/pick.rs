//! Which connection a request gets.

use std::sync::Arc;
use std::time::Duration;

use super::node::Node;
use crate::conn::Conn;
use crate::conn::config::ConnConfig;
use crate::conn::tests::peer::pipe;
use crate::frame::Opcode;
use crate::pool::config::PoolConfig;
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
    let table = Table::of(&conn).with(&conn).unwrap();
    assert!(table.pick(Some(0)).is_some() && table.pick(None).is_some());
    conn.start_close();
    assert!(table.pick(Some(0)).is_none() && table.pick(None).is_none());
    assert_eq!(table.without(&conn).unwrap().connected(), 0);
}

#[tokio::test]
async fn a_slot_is_given_once() {
    let (conn, _peer) = pipe(ConnConfig::default(), 100, None);
    let (other, _other_peer) = pipe(ConnConfig::default(), 100, None);
    let table = Table::of(&conn);
    assert_eq!(table.missing().collect::<Vec<_>>(), [0]);
    let table = table.with(&conn).unwrap();
    assert!(table.fits(&other) && table.with(&other).is_none());
    assert!(table.without(&other).is_none());
    assert!(!Table::default().fits(&conn));
}
