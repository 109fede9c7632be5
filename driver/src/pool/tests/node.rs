//! A node with shards, on a network in memory: counts who connects, and can be taken down.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};

use futures_core::future::BoxFuture;
use tokio::sync::watch;

use crate::conn::Dialer;
use crate::conn::config::ConnConfig;
use crate::conn::tests::peer::{Peer, dialer};
use crate::frame::response::Supported;
use crate::frame::{Features, Sharding};
use crate::pool::Pool;
use crate::pool::config::PoolConfig;
use crate::socket::{Connector, Socket};

/// Where the node listens.
pub(super) const ADDRESS: ([u8; 4], u16) = ([127, 0, 0, 1], 9042);
const SHARD_AWARE: u16 = 19042;

/// How the node behaves; may be changed at any time.
#[derive(Debug, Clone)]
pub(super) struct Behaviour {
    /// `None`: a node without shards.
    pub(super) shards: Option<u16>,
    /// Tells of a shard-aware port.
    pub(super) shard_aware: bool,
    /// That port can be reached.
    pub(super) reachable: bool,
    /// Source ports are changed on the way.
    pub(super) translated: bool,
    /// Source ports in use on the client's machine.
    pub(super) taken: HashSet<u16>,
    pub(super) up: bool,
    /// Hangs up right after the handshake.
    pub(super) hangs_up: bool,
    /// Tells each connection another number of shards.
    pub(super) fickle: bool,
    /// The plain port leads only to shards below this.
    pub(super) plain_shards: u16,
    /// It accepts so many connections at once.
    pub(super) room: u32,
    /// What SUPPORTED says instead, by option.
    pub(super) says: Vec<(&'static str, &'static str)>,
}

/// The node, and the network to it.
#[derive(Debug, Clone)]
pub(super) struct Node(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    behaviour: Mutex<Behaviour>,
    log: Mutex<Log>,
    /// Counts up when all connections are cut.
    cut: watch::Sender<u32>,
}

#[derive(Debug, Default)]
struct Log {
    dials: Vec<Dial>,
    /// Open connections by shard.
    open: Vec<u32>,
}

/// An attempt to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dial {
    pub(super) source_port: Option<u16>,
    /// `None` if it was refused.
    pub(super) shard: Option<u16>,
}

impl Node {
    pub(super) fn scylla(shards: u16) -> Node {
        Node::new(Behaviour {
            shards: Some(shards),
            shard_aware: true,
            reachable: true,
            translated: false,
            taken: HashSet::new(),
            up: true,
            hangs_up: false,
            fickle: false,
            plain_shards: u16::MAX,
            room: u32::MAX,
            says: Vec::new(),
        })
    }

    fn new(behaviour: Behaviour) -> Node {
        Node(Arc::new(Inner {
            behaviour: Mutex::new(behaviour),
            log: Mutex::default(),
            cut: watch::Sender::new(0),
        }))
    }

    /// Changes how it behaves.
    pub(super) fn set(&self, change: impl FnOnce(&mut Behaviour)) -> &Node {
        change(&mut self.0.behaviour.lock().unwrap());
        self
    }

    /// Ends all connections.
    pub(super) fn cut(&self) {
        self.0.cut.send_modify(|count| *count += 1);
    }

    /// All attempts to connect so far.
    pub(super) fn dials(&self) -> Vec<Dial> {
        self.0.log.lock().unwrap().dials.clone()
    }

    /// Open connections, by shard.
    pub(super) fn open(&self) -> Vec<u32> {
        self.0.log.lock().unwrap().open.clone()
    }

    pub(super) fn dialer(&self) -> Arc<Dialer> {
        dialer(self.clone(), ConnConfig::default())
    }

    pub(super) fn pool(&self, config: PoolConfig) -> Pool {
        Pool::open(self.dialer(), SocketAddr::from(ADDRESS), config, None)
    }

    /// The shard of a new connection, or why there is none.
    fn accept(&self, to: SocketAddr, source_port: Option<u16>) -> io::Result<u16> {
        let behaviour = self.0.behaviour.lock().unwrap().clone();
        let open = self.open();
        if source_port.is_some_and(|port| behaviour.taken.contains(&port)) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        let aware = to.port() == SHARD_AWARE;
        let crowded = open.iter().sum::<u32>() >= behaviour.room;
        if !behaviour.up || crowded || (aware && !behaviour.reachable) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let shards = behaviour.shards.unwrap_or(1);
        if aware && let Some(port) = source_port {
            let port = if behaviour.translated {
                port.wrapping_add(1)
            } else {
                port
            };
            return Ok(port % shards);
        }
        // As ScyllaDB does: the shard with the fewest connections.
        let count = |shard: &u16| open.get(usize::from(*shard)).copied().unwrap_or(0);
        Ok((0..shards.min(behaviour.plain_shards))
            .min_by_key(count)
            .unwrap())
    }

    fn supported(&self, shard: u16) -> Supported {
        let behaviour = self.0.behaviour.lock().unwrap();
        match behaviour.shards {
            None => Supported::cassandra(&["3/v3", "4/v4"]),
            Some(shards) => {
                let shards = match behaviour.fickle {
                    true => shards + u16::try_from(self.dials().len() % 2).unwrap(),
                    false => shards,
                };
                let sharding = Sharding {
                    shard,
                    shards: NonZeroU16::new(shards).unwrap(),
                    ignore_msb: 12,
                    shard_aware_port: behaviour.shard_aware.then_some(SHARD_AWARE),
                    shard_aware_port_tls: None,
                };
                let mut supported = Supported::scylla(&sharding, &Features::default());
                for (name, value) in &behaviour.says {
                    let option = supported.options.iter_mut().find(|(n, _)| n == name);
                    option.unwrap().1 = vec![(*value).to_owned()];
                }
                supported
            }
        }
    }

    async fn serve(self, server: tokio::io::DuplexStream, shard: u16) {
        let mut cut = self.0.cut.subscribe();
        let mut peer = Peer(server);
        let life = async {
            peer.greet(&self.supported(shard)).await;
            if !self.0.behaviour.lock().unwrap().hangs_up {
                peer.echo().await;
            }
        };
        tokio::select! {
            () = life => {}
            _ = cut.changed() => {}
        }
        self.0.log.lock().unwrap().open[usize::from(shard)] -= 1;
    }
}

impl Connector for Node {
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> BoxFuture<'static, io::Result<Socket>> {
        let shard = self.accept(to, source_port);
        let mut log = self.0.log.lock().unwrap();
        log.dials.push(Dial {
            source_port,
            shard: shard.as_ref().ok().copied(),
        });
        let result = shard.map(|shard| {
            let needed = usize::from(shard) + 1;
            if log.open.len() < needed {
                log.open.resize(needed, 0);
            }
            log.open[usize::from(shard)] += 1;
            let (client, server) = tokio::io::duplex(1 << 16);
            tokio::spawn(self.clone().serve(server, shard));
            Socket::other(client)
        });
        Box::pin(async { result })
    }
}
