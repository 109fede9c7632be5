//! Connections that end in disorder: everybody is told, and knows whether the server may have got the request.

use std::sync::Arc;

use super::peer::{answer, pair, pipe};
use super::{ask, never, once, put};
use crate::conn::config::ConnConfig;
use crate::conn::failure::{End, Failure};
use crate::frame::Opcode;

/// Whether the server may have got it, and why the connection ended.
fn ended(failure: Failure) -> (bool, Arc<End>) {
    match failure {
        Failure::Ended { sent, why } => (sent, why),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn knows_what_was_not_sent() {
    let (conn, mut peer) = pipe(ConnConfig::default(), 1000, None);
    let large = vec![7; 100_000];
    let (mut a, mut b) = (ask!(conn, &large), ask!(conn, b"b"));
    assert!(once(&mut a).is_pending());
    // The task has filled the pipe with the beginning of `a` when the peer can read from it.
    let mut begin = [0; 9];
    tokio::io::AsyncReadExt::read_exact(&mut peer.0, &mut begin)
        .await
        .unwrap();
    assert!(once(&mut b).is_pending());
    drop(peer);
    assert!(ended(a.await.unwrap_err()).0, "begun");
    assert!(!ended(b.await.unwrap_err()).0, "not begun");
    assert!(!ended(ask!(conn, b"c").await.unwrap_err()).0, "too late");
    assert!(!conn.is_open());
    conn.gone().await;
}

#[tokio::test]
async fn ends_at_an_answer_that_cannot_be() {
    let huge = [0x84, 0, 0, 0, 8, 0x7f, 0, 0, 0];
    let check = async |bytes: &[u8], expected: &str| {
        let (conn, mut peer) = pair(ConnConfig::default()).await;
        let mut request = ask!(conn, b"a");
        assert!(once(&mut request).is_pending());
        peer.asked().await;
        peer.send(bytes).await;
        let (sent, why) = ended(request.await.unwrap_err());
        assert!(sent);
        let why = why.to_string();
        assert!(why.contains(expected), "{why}");
        // Even then the server sees an orderly end.
        assert_eq!(peer.next().await, None);
    };
    check(&answer(77, Opcode::Result, b"?"), "an answer on stream 77").await;
    check(&answer(-7, Opcode::Result, b"?"), "an answer on stream -7").await;
    check(&huge, "impossible body length").await;
    check(
        b"SSH-2.0-OpenSSH_9.6\r\n",
        "answers \"SSH-2.0-OpenSSH_\", which is not CQL",
    )
    .await;
    check(&[0x16, 3, 3, 0, 90, 2, 0, 0, 86], "it answers in TLS").await;
}

#[tokio::test]
async fn a_second_answer_ends_it_and_the_first_stays_good() {
    let (conn, mut peer) = pair(ConnConfig::default()).await;
    let mut request = ask!(conn, b"a");
    assert!(once(&mut request).is_pending());
    let asked = peer.asked().await;
    let twice = answer(asked.stream, Opcode::Result, b"A").repeat(2);
    peer.send(&twice).await;
    conn.closing().await;
    assert_eq!(request.await.unwrap().body[..], b"A"[..]);
    let failure = ask!(conn, b"b").await.unwrap_err();
    assert!(matches!(*ended(failure).1, End::Stray { .. }));
}

#[tokio::test]
async fn a_limit_of_its_own_for_answers() {
    let config = ConnConfig {
        max_frame: 100,
        ..ConnConfig::default()
    };
    let (conn, mut peer) = pair(config).await;
    let mut request = ask!(conn, b"a");
    assert!(once(&mut request).is_pending());
    let asked = peer.asked().await;
    peer.answer(asked.stream, &[0; 101]).await;
    let (_, why) = ended(request.await.unwrap_err());
    assert!(
        matches!(
            *why,
            End::Oversize {
                length: 101,
                limit: 100
            }
        ),
        "{why}"
    );
}

#[test]
fn the_end_of_a_runtime_tells_waiters_on_another() {
    let runtime = || {
        let builder = &mut tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let (own, other) = (runtime(), runtime());
    let (conn, mut peer) = own.block_on(pair(ConnConfig::default()));
    let mut request = ask!(conn, b"a");
    assert!(once(&mut request).is_pending());
    own.block_on(peer.asked());
    let waiter = other.spawn(request);
    drop(own);
    let (sent, why) = ended(other.block_on(waiter).unwrap().unwrap_err());
    assert!(sent && matches!(*why, End::Runtime), "{why}");
    other.block_on(conn.close());
    let late = Arc::clone(&conn).request(Opcode::Execute, never(&conn), put(b"b"));
    assert!(other.block_on(late).is_err());
}
