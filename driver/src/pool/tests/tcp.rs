//! The same over real sockets: source ports choose shards, and closing sends no reset.

use std::num::NonZeroU16;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::conn::config::ConnConfig;
use crate::conn::tests::peer::{Peer, dialer};
use crate::frame::response::Supported;
use crate::frame::{Features, Opcode, Sharding};
use crate::pool::Pool;
use crate::pool::config::PoolConfig;
use crate::socket::Tcp;

const SHARDS: u16 = 5;

/// Accepts `count` connections, and serves them until the client closes them in an orderly way.
async fn serve(listener: TcpListener, count: u16, aware: Option<u16>) {
    let mut served = JoinSet::new();
    for _ in 0..count {
        let (stream, from) = listener.accept().await.unwrap();
        let by_port = listener.local_addr().unwrap().port() == aware.unwrap();
        let sharding = Sharding {
            shard: if by_port { from.port() % SHARDS } else { 0 },
            shards: NonZeroU16::new(SHARDS).unwrap(),
            ignore_msb: 12,
            shard_aware_port: aware,
            shard_aware_port_tls: None,
        };
        served.spawn(async move {
            let mut peer = Peer(stream);
            peer.greet(&Supported::scylla(&sharding, &Features::default()))
                .await;
            peer.echo().await;
        });
    }
    while let Some(ended) = served.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn each_shard_gets_its_connection() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let aware = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let port = Some(aware.local_addr().unwrap().port());
    let servers = [
        tokio::spawn(serve(plain, 1, port)),
        tokio::spawn(serve(aware, SHARDS - 1, port)),
    ];
    let dialer = dialer(Tcp::default(), ConnConfig::default());
    let pool = Pool::open(dialer, address, PoolConfig::default(), None);
    assert!(pool.ready().await);
    for shard in 0..SHARDS {
        let conn = pool.pick(Some(shard)).unwrap();
        assert_eq!(conn.shard(), Some(shard));
        let deadline = conn.deadlines().after(std::time::Duration::from_secs(60));
        let body = shard.to_be_bytes();
        let request = Arc::clone(&conn).request(Opcode::Query, deadline, |out: &mut Vec<u8>| {
            out.extend_from_slice(&body);
            Ok(())
        });
        assert_eq!(request.await.unwrap().body[..], body[..]);
    }
    pool.close().await;
    for server in servers {
        server.await.unwrap(); // it would have panicked at a reset
    }
}
