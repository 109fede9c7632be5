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
        // Those in flight are waited for even so.
        drain_timeout: Duration::ZERO,
        ..ConnConfig::default()
    };
    let (conn, mut peer) = pair(config).await;
    let (mut kept, mut given_up) = (ask!(conn, b"kept"), ask!(conn, b"given up"));
    assert!(once(&mut kept).is_pending());
    let kept_id = peer.asked().await.stream;
    let mut late = Vec::new();
    for _ in 0..4 {
        assert!(conn.is_open() && once(&mut given_up).is_pending());
        late.push(peer.asked().await.stream);
        given_up = ask!(conn, b"given up");
    }
    assert_eq!(conn.orphans(), 4);
    let young = conn.deadlines().now();
    super::sweep(&conn, young);
    assert!(conn.is_open(), "the server may well answer them soon");
    let second = Duration::from_secs(1) + crate::clock::deadlines::Deadlines::TICK;
    super::sweep(&conn, young.plus(second));
    assert!(!conn.is_open());
    let failure = ask!(conn, b"late").await.unwrap_err();
    assert!(!failure.possibly_sent() && failure.to_string().contains("replaced"));
    peer.answer(kept_id, b"K").await;
    assert_eq!(
        kept.await.unwrap().body[..],
        b"K"[..],
        "the others are not harmed"
    );
    // Answers that nobody waits for are not waited for, but read all the same.
    assert_eq!(peer.next().await, None);
    peer.answer(late[0], b"late").await;
    drop(peer);
    conn.gone().await;
    assert!(matches!(*conn.end().unwrap(), End::WornOut));
    assert_eq!(conn.link.counters.read().worn_out, 1);
}

#[tokio::test]
async fn worn_out_it_still_closes_in_time_when_told_to() {
    let config = ConnConfig {
        orphans: 0,
        drain_timeout: Duration::ZERO,
        ..ConnConfig::default()
    };
    let (conn, mut peer) = pair(config).await;
    let (mut kept, mut given_up) = (ask!(conn, b"kept"), ask!(conn, b"given up"));
    assert!(once(&mut kept).is_pending() && once(&mut given_up).is_pending());
    peer.asked().await;
    peer.asked().await;
    drop(given_up);
    super::sweep(&conn, conn.deadlines().now().plus(Duration::from_secs(2)));
    assert!(!conn.is_open());
    conn.start_close();
    assert!(kept.await.unwrap_err().possibly_sent());
    assert_eq!(peer.next().await, None);
}

#[tokio::test]
async fn counts_how_connections_end() {
    let config = ConnConfig {
        linger: Duration::from_millis(20),
        ..ConnConfig::default()
    };
    for ends in ["closed", "lost", "aborted"] {
        let (conn, mut peer) = pair(config.clone()).await;
        match ends {
            "closed" => {
                conn.start_close();
                assert_eq!(peer.next().await, None);
                drop(peer);
                conn.gone().await;
            }
            "lost" => {
                drop(peer);
                conn.gone().await;
            }
            _ => conn.close().await,
        }
        let counts = conn.link.counters.read();
        let found = (counts.opened, counts.closed, counts.lost, counts.aborted);
        let expected = match ends {
            "closed" => (1, 1, 0, 0),
            "lost" => (1, 0, 1, 0),
            _ => (1, 0, 0, 1),
        };
        assert_eq!(found, expected, "{ends}");
    }
}
