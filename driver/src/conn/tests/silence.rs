//! A server that owes answers and gives none is the last to be asked, until it answers.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::peer::pair;
use super::{ask, once, sweep};
use crate::clock::deadlines::Tick;
use crate::conn::config::ConnConfig;
use crate::conn::{Conn, SILENT};

fn after(millis: u64) -> Tick {
    Tick::default().plus(Duration::from_millis(millis))
}

/// Looks every 10 ms, as the sweeper does.
fn look(conn: &Conn, millis: RangeInclusive<u64>) {
    millis.step_by(10).for_each(|at| sweep(conn, after(at)));
}

#[tokio::test]
async fn counts_only_while_answers_are_due() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let mut first = ask!(conn, b"first");
    assert!(once(&mut first).is_pending());
    look(&conn, 1_000..=1_490);
    assert_eq!(conn.load(), 1);
    look(&conn, 1_500..=1_510);
    assert_eq!(conn.load(), SILENT + 1);
    let mut second = ask!(conn, b"second");
    assert!(once(&mut second).is_pending());
    assert_eq!(conn.load(), SILENT + 2, "it still is silent");
    let (one, other) = (peer.asked().await, peer.asked().await);
    peer.answer(other.stream, b"").await;
    second.await.unwrap();
    assert_eq!(conn.load(), 1, "an answer to anything ends it");
    look(&conn, 9_000..=9_510);
    assert_eq!(conn.load(), SILENT + 1, "the first is still due");
    peer.answer(one.stream, b"").await;
    first.await.unwrap();
    assert_eq!(conn.load(), 0);
    // However long nothing was asked.
    let mut third = ask!(conn, b"third");
    assert!(once(&mut third).is_pending());
    sweep(&conn, after(60_000));
    assert_eq!(conn.load(), 1);
}

/// The answers may lie in the socket since long.
#[tokio::test]
async fn is_not_what_this_process_slept_through() {
    let (conn, _peer) = pair(ConnConfig::default()).await;
    let mut first = ask!(conn, b"first");
    assert!(once(&mut first).is_pending());
    for at in [0, 3_000, 6_000] {
        sweep(&conn, after(at));
        assert_eq!(conn.load(), 1, "after {at} ms");
    }
}

/// Nobody waits for the answers any more, but they are still due.
#[tokio::test]
async fn goes_on_when_its_requests_are_given_up() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let mut first = ask!(conn, b"first");
    assert!(once(&mut first).is_pending());
    let asked = peer.asked().await;
    look(&conn, 0..=600);
    drop(first);
    assert_eq!((conn.load(), conn.orphans()), (SILENT + 1, 1));
    peer.answer(asked.stream, b"").await;
    while conn.load() > 0 {
        tokio::task::yield_now().await;
    }
}
