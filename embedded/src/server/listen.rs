//! The sockets of a node: the plain port, and ScyllaDB's port where the source port chooses the shard.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::node::{Node, Shared};
use crate::peer::Peer;
use crate::socket::Security;

/// How often another port is tried when one is free for the first node but not for all.
const TRIES: usize = 64;

/// A cluster that cannot start: an address and port that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error(
    "the embedded cluster cannot listen on {address}: {source}; choose another port, or let it choose one"
)]
pub struct Error {
    address: SocketAddr,
    source: io::Error,
}

/// The bound sockets of one node.
pub(super) struct Listeners {
    pub(super) address: SocketAddr,
    pub(super) shard_aware: Option<SocketAddr>,
    plain: TcpListener,
    by_source_port: Option<TcpListener>,
}

impl Listeners {
    /// Binds the sockets of `nodes` nodes: on addresses one behind the other with one port, because ScyllaDB's system
    /// tables tell no port. Where the system has only one address on the loopback, each node gets a port of its own.
    pub(super) async fn bind_all(
        first: Ipv4Addr,
        port: u16,
        nodes: usize,
        shard_aware: bool,
    ) -> Result<Vec<Listeners>, Error> {
        let mut tries = if port == 0 { TRIES } else { 1 };
        loop {
            tries -= 1;
            match Listeners::bind_on_one_port(first, port, nodes, shard_aware).await {
                Err(e) if e.source.kind() == io::ErrorKind::AddrNotAvailable && nodes > 1 => {
                    return Listeners::bind_on_one_address(first, nodes, shard_aware).await;
                }
                Err(e) if tries == 0 || e.source.kind() != io::ErrorKind::AddrInUse => {
                    return Err(e);
                }
                Err(_) => {}
                Ok(listeners) => return Ok(listeners),
            }
        }
    }

    async fn bind_on_one_port(
        first: Ipv4Addr,
        port: u16,
        nodes: usize,
        aware: bool,
    ) -> Result<Vec<Listeners>, Error> {
        let mut bound: Vec<Listeners> = Vec::with_capacity(nodes);
        for (address, _) in (u32::from(first)..).map(Ipv4Addr::from).zip(0..nodes) {
            let port = bound.first().map_or(port, |first| first.address.port());
            let any = aware.then(|| SocketAddr::from((address, 0)));
            bound.push(Listeners::bind(SocketAddr::from((address, port)), any).await?);
        }
        Ok(bound)
    }

    async fn bind_on_one_address(
        address: Ipv4Addr,
        nodes: usize,
        aware: bool,
    ) -> Result<Vec<Listeners>, Error> {
        let mut bound = Vec::with_capacity(nodes);
        for _ in 0..nodes {
            let any = SocketAddr::from((address, 0));
            bound.push(Listeners::bind(any, aware.then_some(any)).await?);
        }
        Ok(bound)
    }

    /// Binds the sockets of one node; port 0 is any free one.
    pub(super) async fn bind(
        address: SocketAddr,
        shard_aware: Option<SocketAddr>,
    ) -> Result<Listeners, Error> {
        let plain = listen(address).await?;
        let by_source_port = match shard_aware {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let bound = |listener: &TcpListener| {
            listener
                .local_addr()
                .map_err(|source| Error { address, source })
        };
        Ok(Listeners {
            address: bound(&plain)?,
            shard_aware: by_source_port.as_ref().map(bound).transpose()?,
            plain,
            by_source_port,
        })
    }

    /// Accepts clients until told to stop, and then waits for the connections to end.
    pub(super) async fn serve(
        self,
        shared: Arc<Shared>,
        node: usize,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut peers = JoinSet::new();
        let Some(place) = shared.members.get(node) else {
            return;
        };
        let security = shared.security(node, self.address.ip());
        loop {
            let (accepted, by_source_port) = tokio::select! {
                accepted = self.plain.accept() => (accepted, false),
                accepted = accept(self.by_source_port.as_ref()) => (accepted, true),
                // The sender goes when the cluster does.
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = peers.join_next() => continue,
            };
            match accepted {
                Ok((stream, from)) => {
                    let client = Client {
                        stream,
                        by: by_source_port.then_some(from),
                        security: security.clone(),
                    };
                    client.welcome(&shared, (node, &place), &stop, &mut peers);
                }
                // Out of file descriptors, or the client has gone already: the next one may be luckier.
                Err(error) => {
                    tracing::warn!(node, %error, "a client could not be accepted");
                    tokio::task::yield_now().await;
                }
            }
        }
        drop((self.plain, self.by_source_port));
        while peers.join_next().await.is_some() {}
    }
}

/// Who has connected.
struct Client {
    stream: TcpStream,
    /// From where, on the port where that chooses the shard.
    by: Option<SocketAddr>,
    security: Security,
}

impl Client {
    /// Serves it at once, unless a fault holds it up.
    fn welcome(
        self,
        shared: &Arc<Shared>,
        (node, place): (usize, &Arc<Node>),
        stop: &watch::Receiver<bool>,
        peers: &mut JoinSet<()>,
    ) {
        let shard = self.shard(place);
        let holds = shared.faults.on_accept(node, shard);
        let (shared, mut stop) = (Arc::clone(shared), stop.clone());
        let place = (node, Arc::clone(place));
        if holds.is_empty() {
            // Here and not in its task: the next client must see this one counted.
            let peer = self.admit(shared, place, shard);
            peers.spawn(peer.serve(self.stream, self.security, stop));
            return;
        }
        peers.spawn(async move {
            for hold in holds {
                tokio::select! {
                    () = hold.over() => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
            let shard = self.shard(&place.1);
            let peer = self.admit(shared, place, shard);
            peer.serve(self.stream, self.security, stop).await;
        });
    }

    /// The shard that it gets.
    fn shard(&self, place: &Node) -> u16 {
        match self.by {
            Some(from) => place.sharder.shard_of_port(from.port()),
            None => place.least_connected(),
        }
    }

    fn admit(&self, shared: Arc<Shared>, place: (usize, Arc<Node>), shard: u16) -> Peer {
        // Answers are small and clients wait for them. A socket that refuses still works.
        self.stream.set_nodelay(true).ok();
        Peer::new(shared, place, shard)
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|source| Error { address, source })
}
