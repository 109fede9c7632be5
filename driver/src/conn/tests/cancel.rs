//! Requests that are dropped or run out of time, at every stage: the next owner of the stream id never sees it.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::peer::{Asked, Peer, pair};
use super::{ask, never, once, put, sweep};
use crate::clock::deadlines::Tick;
use crate::conn::Conn;
use crate::conn::config::ConnConfig;
use crate::conn::failure::Failure;
use crate::frame::Opcode;

fn one_id() -> ConnConfig {
    ConnConfig {
        in_flight: 1,
        ..ConnConfig::default()
    }
}

/// Sends a request with a deadline, and lets the deadline pass.
async fn expire(
    conn: &Arc<Conn>,
    peer: &mut Peer,
) -> (
    impl Future<Output = Result<crate::frame::Frame, Failure>> + Unpin + use<>,
    Asked,
) {
    let deadline = Tick::default();
    let mut request = Arc::clone(conn).request(Opcode::Execute, deadline, put(b"late"));
    assert!(once(&mut request).is_pending());
    let asked = peer.asked().await;
    sweep(conn, never(conn));
    (request, asked)
}

#[tokio::test]
async fn dropped_before_its_first_poll_sends_nothing() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    drop(ask!(conn, b"a"));
    let mut request = ask!(conn, b"b");
    assert!(once(&mut request).is_pending());
    let asked = peer.asked().await;
    assert_eq!((asked.stream, &asked.body[..]), (0, &b"b"[..]));
}

#[tokio::test]
async fn dropped_when_sent_keeps_its_id_until_the_answer() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    for alone in [true, false] {
        let mut other = ask!(conn, b"other");
        if !alone {
            assert!(once(&mut other).is_pending());
        }
        let mut dropped = ask!(conn, b"a");
        assert!(once(&mut dropped).is_pending());
        drop(dropped); // alone: written; else still in the outbox
        assert_eq!(conn.orphans(), 1);
        let mut second = ask!(conn, b"b");
        assert!(once(&mut second).is_pending());
        if !alone {
            let asked = peer.asked().await;
            assert_eq!(asked.body, b"other");
            peer.answer(asked.stream, b"").await;
            other.await.unwrap();
        }
        let (a, b) = (peer.asked().await, peer.asked().await);
        assert_eq!((&a.body[..], &b.body[..]), (&b"a"[..], &b"b"[..]));
        assert_ne!(a.stream, b.stream);
        peer.answer(a.stream, b"late").await;
        peer.answer(b.stream, b"B").await;
        assert_eq!(second.await.unwrap().body[..], b"B"[..]);
        assert_eq!((conn.orphans(), conn.load()), (0, 0));
        let mut third = ask!(conn, b"c");
        let mut fourth = ask!(conn, b"d");
        assert!(once(&mut third).is_pending() && once(&mut fourth).is_pending());
        let (c, d) = (peer.asked().await, peer.asked().await);
        assert!(
            c.stream == a.stream || d.stream == a.stream,
            "the id is free again"
        );
        peer.answer(c.stream, b"C").await;
        peer.answer(d.stream, b"D").await;
        assert_eq!(third.await.unwrap().body[..], b"C"[..]);
        assert_eq!(fourth.await.unwrap().body[..], b"D"[..]);
    }
}

#[tokio::test]
async fn dropped_after_the_answer_frees_its_id_at_once() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let (mut answered, mut marker) = (ask!(conn, b"a"), ask!(conn, b"marker"));
    assert!(once(&mut answered).is_pending() && once(&mut marker).is_pending());
    let (a, m) = (peer.asked().await, peer.asked().await);
    peer.answer(a.stream, b"A").await;
    peer.answer(m.stream, b"").await;
    marker.await.unwrap(); // so the first answer is there, too
    drop(answered);
    assert_eq!((conn.orphans(), conn.load()), (0, 0));
    let mut next = ask!(conn, b"b");
    assert!(once(&mut next).is_pending());
    let b = peer.asked().await;
    assert_eq!(a.stream, b.stream);
    peer.answer(b.stream, b"B").await;
    assert_eq!(next.await.unwrap().body[..], b"B"[..]);
}

#[tokio::test]
async fn out_of_time_leaves_the_next_owner_alone() {
    for drop_it in [false, true] {
        let (conn, mut peer) = pair(one_id()).await;
        let (mut expired, asked) = expire(&conn, &mut peer).await;
        assert_eq!(conn.orphans(), 1);
        let mut next = ask!(conn, b"b");
        assert!(once(&mut next).is_pending(), "waits for the only id");
        peer.answer(asked.stream, b"late").await;
        let b = peer.asked().await;
        assert_eq!((b.stream, &b.body[..]), (asked.stream, &b"b"[..]));
        if drop_it {
            drop(expired);
        } else {
            let result = once(&mut expired).map(|result| result.unwrap_err());
            let Poll::Ready(Failure::Timeout { sent: true, .. }) = result else {
                panic!("{result:?}");
            };
        }
        assert_eq!((conn.orphans(), conn.load()), (0, 1));
        peer.answer(b.stream, b"B").await;
        assert_eq!(next.await.unwrap().body[..], b"B"[..]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_sweeper_ends_a_wait_by_itself() {
    let (conn, mut peer) = super::peer::pipe(ConnConfig::default(), 1 << 16, None);
    let start = tokio::time::Instant::now();
    let deadline = conn.deadlines().after(Duration::from_secs(3));
    let request = Arc::clone(&conn).request(Opcode::Execute, deadline, put(b"a"));
    let failure = request.await.unwrap_err();
    assert!(
        failure.is_timeout() && failure.possibly_sent(),
        "{failure:?}"
    );
    let took = start.elapsed();
    assert!(
        took >= Duration::from_secs(3) && took < Duration::from_millis(3050),
        "{took:?}"
    );
    assert_eq!(peer.asked().await.body, b"a");
}

#[tokio::test]
async fn an_encoder_may_fail_panic_or_send_by_itself() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let too_long = crate::wire::TooLong {
        field: "values",
        length: 70_000,
    };
    let failed = Arc::clone(&conn).request(Opcode::Execute, never(&conn), |out| {
        out.push(1);
        Err(too_long)
    });
    let failure = failed.await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "values has 70000 bytes, more than the protocol can carry"
    );

    let panicking = Arc::clone(&conn).request(Opcode::Execute, never(&conn), |_| panic!("a bug"));
    assert!(tokio::spawn(panicking).await.is_err());

    let mut inner = ask!(conn, b"in");
    let mut outer = Arc::clone(&conn).request(Opcode::Execute, never(&conn), |out| {
        out.extend_from_slice(b"ou");
        assert!(once(&mut inner).is_pending());
        out.push(b't');
        Ok(())
    });
    assert!(once(&mut outer).is_pending());
    assert_eq!(peer.asked().await.body, b"in");
    assert_eq!(peer.asked().await.body, b"out");
}
