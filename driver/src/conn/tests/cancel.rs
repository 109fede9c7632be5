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
    let mut dropped = ask!(conn, b"a");
    assert!(once(&mut dropped).is_pending());
    let a = peer.asked().await;
    drop(dropped);
    assert_eq!(conn.orphans(), 1);
    let mut second = ask!(conn, b"b");
    assert!(once(&mut second).is_pending());
    let b = peer.asked().await;
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

/// Of requests that nobody has begun to write, `dropped` are given up, in that order: the server gets the others.
async fn check_withdrawn(dropped: &[usize], expected: &[&[u8]]) {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let mut first = ask!(conn, b"first");
    assert!(once(&mut first).is_pending(), "written by its caller");
    let bodies: [&[u8]; 5] = [b"0", b"11", b"222", b"3333", b"44444"];
    let mut requests: Vec<_> = bodies.iter().map(|body| Some(ask!(conn, body))).collect();
    for request in requests.iter_mut().flatten() {
        assert!(once(request).is_pending());
    }
    for at in dropped {
        requests[*at] = None;
    }
    assert_eq!(conn.orphans(), 0, "no answer is due for what is not sent");
    assert_eq!(usize::try_from(conn.load()), Ok(1 + expected.len()));
    let mut last = ask!(conn, b"last");
    assert!(once(&mut last).is_pending());
    requests.push(Some(last));
    let mut all = vec![peer.asked().await];
    for _ in 0..=expected.len() {
        all.push(peer.asked().await);
    }
    let bodies: Vec<&[u8]> = all.iter().map(|asked| &asked.body[..]).collect();
    assert_eq!(
        bodies,
        [&[&b"first"[..]], expected, &[&b"last"[..]]].concat()
    );
    for asked in &all {
        peer.answer(asked.stream, &asked.body).await;
    }
    first.await.unwrap();
    let expected = expected.iter().copied().chain([&b"last"[..]]);
    for (request, body) in requests.into_iter().flatten().zip(expected) {
        assert_eq!(request.await.unwrap().body[..], *body);
    }
    assert_eq!((conn.orphans(), conn.load()), (0, 0));
}

#[tokio::test]
async fn dropped_before_anybody_wrote_it_is_never_sent() {
    check_withdrawn(&[], &[b"0", b"11", b"222", b"3333", b"44444"]).await;
    check_withdrawn(&[0], &[b"11", b"222", b"3333", b"44444"]).await;
    check_withdrawn(&[4, 1], &[b"0", b"222", b"3333"]).await;
    check_withdrawn(&[2, 3, 1], &[b"0", b"44444"]).await;
    check_withdrawn(&[4, 3, 2, 1, 0], &[]).await;
}

#[tokio::test]
async fn out_of_time_before_anybody_wrote_it_is_never_sent() {
    let (conn, mut peer) = super::peer::pipe(ConnConfig::default(), 64, None);
    let large = [7; 1000];
    let mut stuck = ask!(conn, &large);
    assert!(once(&mut stuck).is_pending());
    let mut begin = [0; 64];
    tokio::io::AsyncReadExt::read_exact(&mut peer.0, &mut begin)
        .await
        .unwrap();
    let expiring = [b"a", b"b"].map(|body| {
        let mut request = Arc::clone(&conn).request(Opcode::Execute, Tick::default(), put(body));
        assert!(once(&mut request).is_pending());
        request
    });
    sweep(&conn, conn.deadlines().now());
    let [mut told, dropped] = expiring;
    let result = once(&mut told).map(|result| result.unwrap_err());
    let Poll::Ready(Failure::Timeout { sent: false, .. }) = result else {
        panic!("{result:?}");
    };
    drop(dropped);
    assert_eq!((conn.orphans(), conn.load()), (0, 1));
    let mut next = ask!(conn, b"c");
    assert!(once(&mut next).is_pending());
    tokio::io::AsyncReadExt::read_exact(&mut peer.0, &mut [0; 1009 - 64])
        .await
        .unwrap();
    let asked = peer.asked().await;
    assert_eq!(asked.body, b"c");
    peer.answer(asked.stream, b"C").await;
    assert_eq!(next.await.unwrap().body[..], b"C"[..]);
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

#[tokio::test]
async fn out_of_time_before_it_is_written_hands_its_id_on() {
    let (conn, mut peer) = pair(one_id()).await;
    let mut late = Arc::clone(&conn).request(Opcode::Execute, Tick::default(), put(b"late"));
    let mut next = ask!(conn, b"next");
    assert!(once(&mut late).is_pending() && once(&mut next).is_pending());
    sweep(&conn, Tick::default());
    let result = once(&mut late);
    assert!(
        matches!(
            result,
            Poll::Ready(Err(Failure::Timeout { sent: false, .. }))
        ),
        "{result:?}"
    );
    let asked = peer.asked().await;
    assert_eq!(asked.body, b"next");
    peer.answer(asked.stream, b"NEXT").await;
    assert_eq!(next.await.unwrap().body[..], b"NEXT"[..]);
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
