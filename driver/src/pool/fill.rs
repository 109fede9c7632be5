//! The task of a pool: opens connections until each shard has its own, and replaces those that end.
//!
//! ScyllaDB gives a connection to the shard that its source port names, on the shard-aware port; there each
//! missing shard is dialed. Without that port (or where address translation changes source ports) the server
//! chooses: then connections are opened until all shards are covered, and those to shards that have one
//! already are kept meanwhile, because the server gives the next one to the shard with the fewest.

mod place;
mod way;

use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use crate::conn::failure::Failure;
use crate::conn::{Conn, Dialer};
use crate::pool::backoff::Backoff;
use crate::pool::config::PoolConfig;
use crate::pool::fill::way::Detour;
use crate::pool::table::Table;
use crate::pool::{Dialing, Life, Shared, dial};

/// The task of one pool.
pub(super) struct Filler {
    shared: Arc<Shared>,
    dialer: Arc<Dialer>,
    config: PoolConfig,
    /// Attempts that others have begun.
    adopted: mpsc::UnboundedReceiver<Dialing>,
    /// Attempts under way.
    dials: FuturesUnordered<BoxFuture<'static, Dialed>>,
    /// The shards that some of them are for.
    pending: Vec<u16>,
    /// Each resolves when its connection takes no more requests.
    departures: FuturesUnordered<BoxFuture<'static, Departed>>,
    /// Connections to shards that have one.
    excess: Vec<Arc<Conn>>,
    backoff: Backoff,
    /// No attempts before.
    pause: Option<Instant>,
    /// The shard-aware port is left alone.
    detour: Option<Detour>,
    /// So many shards the server seems to give no connections to, and until when they are not asked for.
    resigned: Option<(usize, Instant)>,
    /// A connection was lost or an attempt has failed since all were there.
    again: bool,
}

/// How an attempt ended.
struct Dialed {
    /// The shard that was asked for through the shard-aware port.
    shard: Option<u16>,
    result: Result<Arc<Conn>, Failure>,
}

struct Departed {
    conn: Arc<Conn>,
    lived: Duration,
}

impl Filler {
    pub(super) fn new(
        shared: Arc<Shared>,
        dialer: Arc<Dialer>,
        config: PoolConfig,
        adopted: mpsc::UnboundedReceiver<Dialing>,
    ) -> Filler {
        Filler {
            shared,
            dialer,
            adopted,
            dials: FuturesUnordered::new(),
            pending: Vec::new(),
            departures: FuturesUnordered::new(),
            excess: Vec::new(),
            backoff: Backoff::new(config.reconnection.clone()),
            pause: None,
            detour: None,
            resigned: None,
            again: false,
            config,
        }
    }

    /// Runs until the pool is closed, and closes its connections.
    pub(super) async fn run(mut self, first: Option<Dialing>) {
        let shared = Arc::clone(&self.shared);
        let _done = Done(Arc::clone(&shared));
        let mut life = shared.life.subscribe();
        if let Some(dialing) = first {
            self.begin(None, dialing);
        }
        loop {
            self.dial();
            let wake = self.pause.or(self.resigned.map(|(_, until)| until));
            tokio::select! {
                _ = life.wait_for(|life| *life != Life::Open) => break,
                Some(dialed) = self.dials.next() => self.dialed(dialed),
                Some(departed) = self.departures.next() => self.departed(departed),
                Some(dialing) = self.adopted.recv() => self.begin(None, dialing),
                () = shared.dial_now.notified() => {
                    self.backoff.reset();
                    self.pause = None;
                    self.resigned = None;
                }
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                    let now = Instant::now();
                    self.pause.take_if(|until| *until <= now);
                    self.resigned.take_if(|(_, until)| *until <= now);
                }
            }
        }
        self.close().await;
    }

    /// Starts the attempts that are due.
    fn dial(&mut self) {
        if self.pause.is_some() {
            return;
        }
        let table = self.shared.table.load_full();
        if table.connected() == 0 {
            // How many there should be is known from the first; and one is enough to find out whether a node
            // is there.
            if self.dials.is_empty() {
                self.dial_plain();
            }
            return;
        }
        let room = self.config.parallel.max(1).saturating_sub(self.dials.len());
        match self.shard_aware_port(&table) {
            Some((sharder, port)) => {
                for shard in table.lacking(&self.pending, room) {
                    let (dialer, shared) = (Arc::clone(&self.dialer), Arc::clone(&self.shared));
                    let dialing = dial::to_shard(dialer, shared, port, sharder, shard);
                    self.pending.push(shard);
                    self.attempt(Some(shard), Box::pin(dialing));
                }
            }
            None => {
                let due = self.sought(&table).saturating_sub(self.dials.len());
                for _ in 0..due.min(room) {
                    self.dial_plain();
                }
            }
        }
    }

    fn dial_plain(&mut self) {
        let dialer = Arc::clone(&self.dialer);
        let address = self.shared.target.address;
        let dialing = async move { Conn::open(&dialer, address, None, None).await };
        self.attempt(None, Box::pin(dialing));
    }

    /// An attempt of our own.
    fn attempt(&mut self, shard: Option<u16>, dialing: Dialing) {
        tracing::trace!(node = %self.shared.target.address, shard, again = self.again, "dialing");
        if self.again {
            self.shared.counters.again();
        }
        self.begin(shard, dialing);
    }

    /// Awaits a connection, and looks whom it leads to.
    fn begin(&mut self, shard: Option<u16>, dialing: Dialing) {
        let expected = self.shared.target.host_id;
        self.dials.push(Box::pin(async move {
            let result = match (dialing.await, expected) {
                (Ok(conn), Some(host_id)) => conn.expect(host_id).await,
                (result, _) => result,
            };
            Dialed { shard, result }
        }));
    }

    /// Missing connections that there is hope for.
    fn sought(&self, table: &Table) -> usize {
        let resigned = self.resigned.map_or(0, |(shards, _)| shards);
        table.missing().saturating_sub(resigned)
    }

    /// Closes everything, also what is still being opened.
    async fn close(mut self) {
        let table = self.shared.table.swap(Arc::default());
        let mut conns: Vec<Arc<Conn>> = table.conns().cloned().collect();
        conns.append(&mut self.excess);
        conns.iter().for_each(|conn| conn.start_close());
        self.adopted.close();
        while let Ok(dialing) = self.adopted.try_recv() {
            self.begin(None, dialing);
        }
        let late = async {
            while let Some(dialed) = self.dials.next().await {
                if let Ok(conn) = dialed.result {
                    conn.start_close();
                    conns.push(conn);
                }
            }
        };
        // What takes longer closes itself when it is there.
        let _ = timeout(self.dialer.config.drain_timeout, late).await;
        for conn in &conns {
            conn.gone().await;
        }
        tracing::debug!(node = %self.shared.target.address, connections = conns.len(), "pool closed");
    }
}

/// Tells that the task has ended, also when the runtime has dropped it.
struct Done(Arc<Shared>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.table.store(Arc::default());
        self.0.state.send_modify(|state| {
            state.connected = 0;
            state.closed = true;
        });
        self.0.life.send_replace(Life::Closed);
    }
}
