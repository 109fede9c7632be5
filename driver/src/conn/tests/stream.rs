//! The wire: pieces, large frames, full sockets, events.

use std::sync::Arc;

use tokio::io::BufStream;
use tokio::sync::mpsc;

use super::peer::{Peer, answer, pair, pipe, pipes};
use super::{ask, once};
use crate::conn::config::ConnConfig;
use crate::conn::{Conn, dial};
use crate::frame::Opcode;
use crate::socket::{Socket, Stream};

/// Two answers, the first byte by byte, the second as large as this.
async fn pieces<S: Stream>(conn: Arc<Conn>, mut peer: Peer<S>, large: u32) {
    let large: Vec<u8> = (0..large).map(|x| x.to_le_bytes()[0]).collect();
    let (mut a, mut b) = (ask!(conn, b"a"), ask!(conn, &large));
    assert!(once(&mut a).is_pending() && once(&mut b).is_pending());
    let server = async {
        let asked = peer.asked().await;
        for byte in answer(asked.stream, Opcode::Result, b"tiny") {
            peer.send(&[byte]).await;
            tokio::task::yield_now().await;
        }
        let asked = peer.asked().await;
        peer.answer(asked.stream, &asked.body).await;
    };
    let client = async {
        assert_eq!(a.await.unwrap().body[..], b"tiny"[..]);
        assert!(b.await.unwrap().body[..] == large[..]);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn comes_in_pieces_over_tcp() {
    let (conn, peer) = pair(ConnConfig::default()).await;
    pieces(conn, peer, 3_000_000).await;
}

#[tokio::test]
async fn comes_in_pieces_over_another_stream() {
    for (size, large) in [(1, 100), (13, 100_000), (70_000, 3_000_000)] {
        let (conn, peer) = pipe(ConnConfig::default(), size, None);
        pieces(conn, peer, large).await;
    }
}

#[tokio::test]
async fn a_full_socket_holds_up_nothing_but_itself() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    // After a lone answer the task sleeps, so the caller is the one who fills the socket.
    let mut first = ask!(conn, b"first");
    assert!(once(&mut first).is_pending());
    let asked = peer.asked().await;
    peer.answer(asked.stream, b"").await;
    first.await.unwrap();
    let large = vec![7; 8 << 20];
    let mut a = ask!(conn, &large);
    assert!(once(&mut a).is_pending());
    let mut b = ask!(conn, b"b");
    assert!(once(&mut b).is_pending());
    assert!(peer.asked().await.body == large);
    let asked = peer.asked().await;
    assert_eq!(asked.body, b"b");
    peer.answer(asked.stream, b"B").await;
    assert_eq!(b.await.unwrap().body[..], b"B"[..]);
}

#[tokio::test]
async fn events_are_passed_on_and_counted_when_nobody_takes_them() {
    let (sender, mut events) = mpsc::channel(2);
    let (conn, mut peer) = pipe(ConnConfig::default(), 1 << 16, Some(sender));
    let mut request = ask!(conn, b"a");
    assert!(once(&mut request).is_pending());
    let asked = peer.asked().await;
    for n in 0..5 {
        peer.send(&answer(-1, Opcode::Event, &[n])).await;
    }
    peer.answer(asked.stream, b"").await;
    request.await.unwrap();
    assert_eq!(conn.missed_events(), 3);
    for n in 0..2 {
        let event = events.recv().await.unwrap();
        assert_eq!((event.opcode, &event.body[..]), (Opcode::Event, &[n][..]));
    }
    drop(peer);
    assert_eq!(events.recv().await, None, "the end is told");
}

#[tokio::test]
async fn a_stream_that_holds_bytes_back_is_flushed() {
    let (client, server) = tokio::io::duplex(1 << 16);
    let (dialer, _) = pipes(ConnConfig::default());
    let socket = Socket::other(BufStream::new(client));
    let conn = dial::start(&dialer, ([127, 0, 0, 1], 9042).into(), socket, None);
    let mut request = ask!(conn, b"a");
    assert!(once(&mut request).is_pending());
    let mut peer = Peer(server);
    let asked = peer.asked().await;
    peer.answer(asked.stream, b"A").await;
    assert_eq!(request.await.unwrap().body[..], b"A"[..]);
    conn.start_close();
    assert_eq!(peer.next().await, None);
}
