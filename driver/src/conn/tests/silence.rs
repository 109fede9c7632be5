//! A server that owes answers and gives none is the last to be asked, until it answers.

use std::time::Duration;

use super::peer::pair;
use super::{ask, once, sweep};
use crate::clock::deadlines::Tick;
use crate::conn::SILENT;
use crate::conn::config::ConnConfig;

fn after(millis: u64) -> Tick {
    Tick::default().plus(Duration::from_millis(millis))
}

#[tokio::test]
async fn counts_only_while_answers_are_due() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let mut first = ask!(conn, b"first");
    assert!(once(&mut first).is_pending());
    for (at, load) in [(1_000, 1), (1_490, 1), (1_510, SILENT + 1)] {
        sweep(&conn, after(at));
        assert_eq!(conn.load(), load, "after {at} ms");
    }
    let mut second = ask!(conn, b"second");
    assert!(once(&mut second).is_pending());
    assert_eq!(conn.load(), SILENT + 2, "it still is silent");
    let (one, other) = (peer.asked().await, peer.asked().await);
    peer.answer(other.stream, b"").await;
    second.await.unwrap();
    assert_eq!(conn.load(), 1, "an answer to anything ends it");
    sweep(&conn, after(9_000));
    sweep(&conn, after(9_510));
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

/// Nobody waits for the answers any more, but they are still due.
#[tokio::test]
async fn goes_on_when_its_requests_are_given_up() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let mut first = ask!(conn, b"first");
    assert!(once(&mut first).is_pending());
    let asked = peer.asked().await;
    sweep(&conn, after(0));
    sweep(&conn, after(600));
    drop(first);
    assert_eq!((conn.load(), conn.orphans()), (SILENT + 1, 1));
    peer.answer(asked.stream, b"").await;
    while conn.load() > 0 {
        tokio::task::yield_now().await;
    }
}
