//! More requests than stream ids: they wait in order, within bounds, and every way out of the queue works.

use std::sync::Arc;
use std::task::Poll;

use tokio::io::AsyncWriteExt;

use super::peer::{Asked, Peer, pair, pipe};
use super::{ask, once, put, sweep};
use crate::clock::deadlines::Tick;
use crate::conn::config::ConnConfig;
use crate::conn::failure::Failure;
use crate::frame::Opcode;
use crate::socket::Stream;

fn config(in_flight: u16, queue: usize) -> ConnConfig {
    ConnConfig {
        in_flight,
        queue,
        ..ConnConfig::default()
    }
}

async fn echo<S: Stream>(peer: &mut Peer<S>) -> Asked {
    let asked = peer.asked().await;
    peer.answer(asked.stream, &asked.body).await;
    asked
}

#[tokio::test]
async fn waits_in_order_and_within_bounds() {
    let (conn, mut peer) = pair(config(1, 2)).await;
    let mut requests = [ask!(conn, b"a"), ask!(conn, b"b"), ask!(conn, b"c")];
    for request in &mut requests {
        assert!(once(request).is_pending());
    }
    assert_eq!(conn.load(), 3);
    let failure = ask!(conn, b"d").await.unwrap_err();
    assert!(matches!(failure, Failure::Busy), "{failure:?}");
    assert!(!failure.possibly_sent());
    let server = async {
        for expected in [b"a", b"b", b"c"] {
            assert_eq!(echo(&mut peer).await.body, expected);
        }
    };
    let client = async {
        for (request, expected) in requests.into_iter().zip([b"a", b"b", b"c"]) {
            assert_eq!(request.await.unwrap().body[..], expected[..]);
        }
    };
    tokio::join!(server, client);
    assert_eq!(conn.load(), 0);
}

#[tokio::test]
async fn an_id_freed_by_a_drop_goes_to_who_waits() {
    let (conn, mut peer) = pair(config(1, 10)).await;
    let (mut a, mut b, mut c) = (ask!(conn, b"a"), ask!(conn, b"b"), ask!(conn, b"c"));
    for request in [&mut a, &mut b, &mut c] {
        assert!(once(request).is_pending());
    }
    drop(b); // left the queue unsent
    assert_eq!(echo(&mut peer).await.body, b"a");
    while conn.load() > 1 {
        tokio::task::yield_now().await;
    }
    drop(a); // answered; nobody but this drop can tell the queue
    assert_eq!(echo(&mut peer).await.body, b"c");
    assert_eq!(c.await.unwrap().body[..], b"c"[..]);
    assert_eq!((conn.load(), conn.orphans()), (0, 0));
}

#[tokio::test]
async fn dropped_after_it_left_the_queue_becomes_an_orphan() {
    let (conn, mut peer) = pair(config(1, 10)).await;
    let (mut a, mut b) = (ask!(conn, b"a"), ask!(conn, b"b"));
    assert!(once(&mut a).is_pending() && once(&mut b).is_pending());
    assert_eq!(echo(&mut peer).await.body, b"a");
    a.await.unwrap();
    let asked = peer.asked().await;
    assert_eq!(asked.body, b"b");
    drop(b); // never polled since it was sent
    assert_eq!((conn.load(), conn.orphans()), (1, 1));
    peer.answer(asked.stream, b"late").await;
    let mut c = ask!(conn, b"c");
    assert!(once(&mut c).is_pending());
    assert_eq!(echo(&mut peer).await.body, b"c");
    assert_eq!(c.await.unwrap().body[..], b"c"[..]);
}

#[tokio::test]
async fn out_of_time_in_the_queue_was_never_sent() {
    let (conn, mut peer) = pair(config(1, 10)).await;
    let mut a = ask!(conn, b"a");
    assert!(once(&mut a).is_pending());
    let mut late = Arc::clone(&conn).request(Opcode::Execute, Tick::default(), put(b"late"));
    assert!(once(&mut late).is_pending());
    sweep(&conn, Tick::default());
    let result = once(&mut late).map(|result| result.unwrap_err());
    let Poll::Ready(Failure::Timeout { sent: false, .. }) = result else {
        panic!("{result:?}");
    };
    let mut b = ask!(conn, b"b");
    assert!(once(&mut b).is_pending());
    assert_eq!(echo(&mut peer).await.body, b"a");
    a.await.unwrap();
    assert_eq!(echo(&mut peer).await.body, b"b", "not the late one");
    b.await.unwrap();
}

#[tokio::test]
async fn the_end_tells_who_waits_that_nothing_was_sent() {
    for orderly in [false, true] {
        let (conn, mut peer) = pair(config(1, 10)).await;
        let (mut a, mut b) = (ask!(conn, b"a"), ask!(conn, b"b"));
        assert!(once(&mut a).is_pending() && once(&mut b).is_pending());
        let asked = peer.asked().await;
        if orderly {
            conn.start_close();
        } else {
            peer.0.shutdown().await.unwrap();
            conn.closing().await;
        }
        // At once, not when the others are through.
        let result = once(&mut b).map(|result| result.unwrap_err());
        let Poll::Ready(Failure::Ended { sent: false, .. }) = result else {
            panic!("{result:?}");
        };
        if orderly {
            peer.answer(asked.stream, b"A").await;
            assert_eq!(a.await.unwrap().body[..], b"A"[..]);
        } else {
            assert!(a.await.unwrap_err().possibly_sent());
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_read_is_not_sent_more_than_the_bound() {
    let bounded = ConnConfig {
        queue_bytes: 1000,
        ..ConnConfig::default()
    };
    let (conn, mut peer) = pipe(bounded, 64, None);
    let body = [7; 600];
    let mut requests: Vec<_> = (0..8).map(|_| ask!(conn, &body)).collect();
    let mut refused = 0;
    requests.retain_mut(|request| match once(request) {
        Poll::Pending => true,
        Poll::Ready(Err(Failure::Busy)) => {
            refused += 1;
            false
        }
        Poll::Ready(other) => panic!("{other:?}"),
    });
    assert!((1..8).contains(&refused), "{refused} refused");
    let server = tokio::spawn(async move {
        let mut asked = Vec::new();
        for _ in 0..8 - refused {
            // It reads, but does not answer: that alone lets the next ones go out.
            asked.push(peer.asked().await);
        }
        for asked in asked {
            peer.answer(asked.stream, &asked.body).await;
        }
    });
    for request in requests {
        assert_eq!(request.await.unwrap().body[..], body[..]);
    }
    server.await.unwrap();
}
