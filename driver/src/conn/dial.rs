//! From an address to an open connection.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::conn::failure::{Failure, Step};
use crate::conn::handshake::{self, Greeting};
use crate::conn::link::Link;
use crate::conn::task::{self, Task};
use crate::conn::{Conn, Dialer, ShardPort, heartbeat};
use crate::frame::Frame;
use crate::socket::Socket;

/// Connects and does the handshake.
pub(super) async fn dial(
    dialer: Arc<Dialer>,
    address: SocketAddr,
    shard: Option<ShardPort>,
    events: Option<mpsc::Sender<Frame>>,
) -> Result<Arc<Conn>, Failure> {
    let mut to = address;
    if let Some(shard) = shard {
        // Whatever else is in the address, as the scope of a link-local one, stays.
        to.set_port(shard.port);
    }
    let source_port = shard.map(|shard| shard.source);
    let connecting = dialer.connector.connect(to, source_port);
    let socket = match timeout(dialer.config.connect_timeout, connecting).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return Err(Failure::Connect(Arc::new(error))),
        Err(_) => {
            return Err(Failure::Timeout {
                step: Step::Connect,
                sent: false,
            });
        }
    };
    let mut conn = start(&dialer, address, socket, events);
    // On failure the connection closes itself when it is dropped here.
    let greeting = handshake::greet(&conn).await?;
    Arc::get_mut(&mut conn)
        .expect("the requests of the handshake are over, and nobody else has it")
        .greeting = greeting;
    tokio::spawn(heartbeat::watch(
        Arc::downgrade(&conn),
        Arc::clone(&conn.link),
    ));
    Ok(conn)
}

/// Starts the I/O task on a socket. The connection takes requests at once.
pub(super) fn start(
    dialer: &Dialer,
    address: SocketAddr,
    socket: Socket,
    events: Option<mpsc::Sender<Frame>>,
) -> Arc<Conn> {
    let (side, half) = task::split(socket);
    dialer.counters.opened();
    let link = Link::new(dialer, half);
    tokio::spawn(Task::new(Arc::clone(&link), events).run(side));
    Arc::new(Conn {
        link,
        address,
        greeting: Greeting::default(),
    })
}
