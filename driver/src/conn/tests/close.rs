//! Close is a state: what is under way finishes, then both sides close, and nobody resets.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::Instant;

use super::peer::{pair, pipe};
use super::{ask, once};
use crate::conn::config::ConnConfig;
use crate::conn::failure::{End, Failure};

#[tokio::test]
async fn lets_what_is_under_way_finish() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let (mut kept, mut dropped) = (ask!(conn, b"kept"), ask!(conn, b"dropped"));
    assert!(once(&mut kept).is_pending() && once(&mut dropped).is_pending());
    let (a, b) = (peer.asked().await, peer.asked().await);
    drop(dropped);
    let closing = tokio::spawn({
        let conn = Arc::clone(&conn);
        async move { conn.close().await }
    });
    conn.closing().await;
    assert!(!conn.is_open());
    let failure = ask!(conn, b"late").await.unwrap_err();
    let Failure::Ended { why, sent: false } = failure else {
        panic!("{failure:?}");
    };
    assert!(matches!(*why, End::Closed));
    peer.answer(a.stream, b"A").await;
    assert_eq!(kept.await.unwrap().body[..], b"A"[..]);
    assert!(
        !closing.is_finished(),
        "the dropped one's answer is still due"
    );
    peer.answer(b.stream, b"B").await;
    assert_eq!(peer.next().await, None, "an end, not a reset");
    drop(peer);
    closing.await.unwrap();
}

#[tokio::test]
async fn reads_what_a_server_still_sends() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    conn.start_close();
    assert_eq!(peer.next().await, None);
    // A socket that was simply dropped would answer this with a reset.
    peer.send(&[0; 100_000]).await;
    assert_eq!(peer.0.read(&mut [0]).await.unwrap(), 0);
    drop(peer);
    conn.gone().await;
}

#[tokio::test]
async fn waits_for_a_caller_who_is_writing() {
    for orderly in [true, false] {
        let (conn, peer) = pair(ConnConfig::default()).await;
        while conn.link.lock().io_awake {
            tokio::task::yield_now().await;
        }
        // As a caller on another thread has it while he writes.
        let pen = conn.link.lock().outbox.take().unwrap();
        if orderly {
            conn.start_close();
        } else {
            conn.link.fail(End::Silent);
        }
        drop(peer);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        conn.link.write(pen, crate::conn::task::direct);
        conn.gone().await;
    }
}

#[tokio::test]
async fn the_last_owner_closes_it_requests_included() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let mut request = ask!(conn, b"a");
    assert!(once(&mut request).is_pending());
    let asked = peer.asked().await;
    drop(conn);
    peer.answer(asked.stream, b"A").await;
    assert_eq!(request.await.unwrap().body[..], b"A"[..]);
    assert_eq!(peer.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn keeps_its_deadlines_with_a_server_that_does_nothing() {
    let config = ConnConfig::default();
    let (drain, linger) = (config.drain_timeout, config.linger);
    let check = async |in_flight: bool, expected: Duration| {
        let (conn, peer) = pipe(ConnConfig::default(), 100, None);
        let body = [0; 1000];
        let mut request = ask!(conn, &body);
        if in_flight {
            assert!(once(&mut request).is_pending());
        }
        let start = Instant::now();
        conn.close().await;
        let took = start.elapsed();
        assert!(
            took >= expected && took < expected + Duration::from_millis(50),
            "{took:?}"
        );
        if in_flight {
            assert!(request.await.unwrap_err().possibly_sent());
        }
        drop(peer);
    };
    check(true, drain + linger).await;
    check(false, linger).await;
}

#[tokio::test]
async fn worn_out_by_orphans_it_asks_to_be_replaced() {
    let config = ConnConfig {
        orphans: 3,
        ..ConnConfig::default()
    };
    let (conn, mut peer) = pair(config).await;
    let mut kept = ask!(conn, b"kept");
    assert!(once(&mut kept).is_pending());
    for _ in 0..4 {
        assert!(conn.is_open());
        let mut request = ask!(conn, b"given up");
        assert!(once(&mut request).is_pending());
    }
    assert_eq!(conn.orphans(), 4);
    super::sweep(&conn, crate::clock::deadlines::Tick::default());
    assert!(!conn.is_open());
    for _ in 0..5 {
        let asked = peer.asked().await;
        peer.answer(asked.stream, &asked.body).await;
    }
    assert_eq!(
        kept.await.unwrap().body[..],
        b"kept"[..],
        "the others are not harmed"
    );
    assert_eq!(peer.next().await, None);
}
