//! A server that has gone without a word is found out, one that is only quiet is left alone.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::time::{Instant, sleep};

use super::peer::{Peer, pipes};
use super::{ask, once};
use crate::conn::Conn;
use crate::conn::config::ConnConfig;
use crate::frame::Opcode;
use crate::frame::response::Supported;

#[tokio::test(start_paused = true)]
async fn finds_a_silent_server_in_time() {
    for in_flight in [false, true] {
        let (conn, mut peer) = greeted().await;
        let start = Instant::now();
        let mut request = ask!(conn, b"a");
        if in_flight {
            assert!(once(&mut request).is_pending());
            assert_eq!(peer.asked().await.opcode, Opcode::Execute);
        }
        assert_eq!(peer.asked().await.opcode, Opcode::Options);
        let silence = start.elapsed();
        conn.closing().await;
        let took = start.elapsed();
        let second = Duration::from_secs(1);
        assert!(
            silence > 11 * second && silence <= 15 * second,
            "{silence:?}"
        );
        assert!(took <= silence + 5 * second + second / 20, "{took:?}");
        if in_flight {
            let failure = request.await.unwrap_err();
            assert!(failure.to_string().contains("silent"), "{failure}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn probed_it_finds_a_silent_server_at_once() {
    for alive in [true, false] {
        let (conn, mut peer) = greeted().await;
        sleep(Duration::from_millis(10)).await;
        let start = Instant::now();
        conn.probe();
        let asked = peer.asked().await;
        assert_eq!(asked.opcode, Opcode::Options);
        assert!(start.elapsed() < Duration::from_millis(10));
        if alive {
            peer.send(&super::peer::answer(
                asked.stream,
                Opcode::Supported,
                &[0, 0],
            ))
            .await;
            sleep(Duration::from_secs(6)).await;
            assert!(conn.is_open());
        } else {
            conn.closing().await;
            let took = start.elapsed();
            let limit = Duration::from_millis(5_100);
            assert!(took >= Duration::from_secs(5) && took < limit, "{took:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_stays_open_and_ends_all_its_tasks() {
    let (dialer, mut accepted) = pipes(ConnConfig::default());
    let server = tokio::spawn(async move {
        let mut peer = accepted.recv().await.unwrap();
        peer.greet(&Supported::default()).await;
        peer.echo().await;
    });
    let address = ([127, 0, 0, 1], 9042).into();
    let conn = Conn::open(&dialer, address, None, None).await.unwrap();
    sleep(Duration::from_secs(3600)).await;
    assert!(conn.is_open());
    assert_eq!(ask!(conn, b"a").await.unwrap().body[..], b"a"[..]);
    conn.close().await;
    server.await.unwrap();
    let link = Arc::downgrade(&conn.link);
    drop(conn);
    sleep(Duration::from_secs(60)).await;
    assert!(link.upgrade().is_none(), "no task holds on to it");
}

/// A connection after a good handshake, with its heartbeat.
async fn greeted() -> (Arc<Conn>, Peer<DuplexStream>) {
    let (dialer, mut accepted) = pipes(ConnConfig::default());
    let server = async {
        let mut peer = accepted.recv().await.unwrap();
        peer.greet(&Supported::default()).await;
        peer
    };
    let address = ([127, 0, 0, 1], 9042).into();
    let (conn, peer) = tokio::join!(Conn::open(&dialer, address, None, None), server);
    (conn.unwrap(), peer)
}
