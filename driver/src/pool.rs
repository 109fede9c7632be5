//! The connections to one node, one per shard.
//!
//! ```text
//!  pick(shard) ──▶ Table (replaced whole) ◀── Filler: the pool's task ──▶ Conn::open
//! ```
//!
//! Requests read the table without a lock. One task per pool is the only one that replaces it.
//!
//! The life of a pool, as its task sees it:
//!
//! ```text
//!            one plain dial at a time                   missing shards are dialed, `parallel` at once
//!  Down ─────────── it succeeds ───────────▶ Up, filling ─────── all are there ───────▶ Up, full
//!   ▲ │ it fails: pause, by the policy           │  ▲ a dial fails: pause                  │
//!   │ └── UP event: no pause                     │  └──────── a connection is lost ────────┘
//!   └──────────── the last one is lost ──────────┴─────────────────────────────────────────┘
//! ```
//!
//! The way to a missing shard:
//!
//! ```text
//!  shard-aware port, a source port of the shard ── in use ──▶ another source port of the shard
//!     │ leads to another shard, or does not answer though the node is up
//!     ▼
//!  the port is left alone for `detour`: plain port, the server chooses
//!     ├─ a missing shard ─▶ its slot        ├─ another ─▶ held, at most `excess` × shards, closed when all are there
//!     └─ still missing with that many held ─▶ all of those are closed, and the rest is given up for `detour`
//! ```
//!
//! Meanwhile requests to a missing shard go by another connection of the node. Status events are hints: UP ends the
//! pause, DOWN makes each connection ask for a sign of life.
//!
//! What is told through [`tracing`], with the field `node` (that a node is up or down as a whole, the cluster tells):
//!
//! | level | event | further fields |
//! |---|---|---|
//! | `WARN` | could not connect: trying until it works (once per outage) | `failure` |
//! | `WARN` | the shard-aware port is left alone for a while | `why`, `pause` |
//! | `WARN` | the server gives no connections to some of its shards | `missing`, `again_in` |
//! | `INFO` | the node has other shards than before | |
//! | `INFO` | a connection was lost | `shard`, `connected`, `cause`, `lived` |
//! | `DEBUG` | connected · all connections are there | `shard`, `connected`, `wanted` |
//! | `DEBUG` | could not connect | `shard`, `failure` |
//! | `DEBUG` | pool closed | `connections` |
//! | `TRACE` | dialing | `shard`, `again` |

/// How fast a pool dials, and when it tries again.
pub mod config;

mod absence;
mod backoff;
mod dial;
mod fill;
mod state;
mod table;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_core::future::BoxFuture;
use tokio::sync::{Notify, mpsc, watch};
use uuid::Uuid;

use crate::conn::failure::Failure;
use crate::conn::{Conn, Dialer};
use crate::metrics::{PoolCounters, ShardAwareStats};
use crate::pool::config::PoolConfig;
use crate::pool::fill::Filler;
use crate::pool::table::Table;
use crate::token::Sharder;

pub use absence::Absence;
pub use state::PoolState;

/// The connections to one node: one per shard, opened and replaced in the background.
///
/// When dropped it closes its connections in the background, as [`close`](Pool::close) does.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    adopted: mpsc::UnboundedSender<Dialing>,
}

/// The node that a pool connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Which node it is. A connection that leads to another one is refused; `None` takes whatever is there.
    pub host_id: Option<Uuid>,
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Target {
        Target {
            address,
            host_id: None,
        }
    }
}

/// A connection to the pool's node that somebody else has begun to open.
pub type Dialing = BoxFuture<'static, Result<Arc<Conn>, Failure>>;

/// What the pool and its task share.
#[derive(Debug)]
struct Shared {
    target: Target,
    table: ArcSwap<Table>,
    state: watch::Sender<PoolState>,
    counters: PoolCounters,
    /// Wakes the task out of its pause.
    dial_now: Notify,
    life: watch::Sender<Life>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Open,
    Closing,
    Closed,
}

impl Pool {
    /// A pool for a node. Returns at once; the connections come behind. `first` is a connection to the node that is
    /// there already, or under way: it becomes one of them, and no other is dialed before it has failed.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn open(
        dialer: Arc<Dialer>,
        target: impl Into<Target>,
        config: PoolConfig,
        first: Option<Dialing>,
    ) -> Pool {
        let shared = Arc::new(Shared {
            target: target.into(),
            table: ArcSwap::default(),
            state: watch::Sender::new(PoolState::default()),
            counters: PoolCounters::default(),
            dial_now: Notify::new(),
            life: watch::Sender::new(Life::Open),
        });
        let (adopted, inbox) = mpsc::unbounded_channel();
        let filler = Filler::new(Arc::clone(&shared), dialer, config, inbox);
        tokio::spawn(filler.run(first));
        Pool { shared, adopted }
    }

    /// Takes in a connection to the node that somebody else has begun to open. If its shard has one by then, it is
    /// closed in order, as it is if the pool is closed.
    pub fn adopt(&self, dialing: Dialing) {
        // What cannot be sent is dropped, which closes the connection.
        let _ = self.adopted.send(dialing);
    }

    /// The connection to `shard`; any connection if it has none, or if no shard is named. `None` if the node
    /// has no connection at all. Takes no lock.
    #[inline]
    pub fn pick(&self, shard: Option<u16>) -> Option<Arc<Conn>> {
        self.shared.table.load().pick(shard).cloned()
    }

    /// As [`pick`](Pool::pick), and waits for a connection if there is none: until one is there, an attempt has
    /// failed, or `patience` is over.
    ///
    /// # Errors
    ///
    /// [`Absence`] says which of the reasons it is.
    ///
    /// # Cancel safety
    ///
    /// May be dropped at any time.
    pub async fn get(&self, shard: Option<u16>, patience: Duration) -> Result<Arc<Conn>, Absence> {
        let settled = |state: &PoolState| state.is_up() || state.closed || state.failures > 0;
        let mut state = self.shared.state.subscribe();
        // An error means a deadline that is over: what is there then has to do.
        let _ = tokio::time::timeout(patience, state.wait_for(settled)).await;
        match (self.pick(shard), self.absence()) {
            (Some(conn), _) => Ok(conn),
            (None, Absence::Late { lost, .. }) => Err(Absence::Late {
                after: patience,
                lost,
            }),
            (None, absence) => Err(absence),
        }
    }

    /// Why [`pick`](Pool::pick) gives no connection, if it gives none.
    pub fn absence(&self) -> Absence {
        let state = self.shared.state.borrow();
        match &state.failure {
            _ if state.closed || *self.shared.life.borrow() != Life::Open => Absence::Closed,
            Some(cause) if state.failures > 0 => Absence::Down {
                cause: cause.clone(),
            },
            lost => Absence::Late {
                after: Duration::ZERO,
                lost: lost.clone(),
            },
        }
    }

    /// The connections at this moment, and what it took to get them.
    pub fn stats(&self) -> ShardAwareStats {
        let table = self.shared.table.load();
        let shards = table.sharding().map(|sharding| sharding.shards.get());
        let missing = u16::try_from(table.missing()).unwrap_or(u16::MAX);
        let counters = &self.shared.counters;
        counters.stats(self.address(), shards, table.connected(), missing)
    }

    /// Answers that the connection owes which [`pick`](Pool::pick) would give. Takes no lock.
    #[inline]
    pub fn load(&self, shard: Option<u16>) -> Option<u32> {
        let table = self.shared.table.load();
        Some(table.pick(shard)?.load())
    }

    /// How the node spreads tokens over its shards; `None` before the first connection, and for Cassandra. Takes no
    /// lock.
    #[inline]
    pub fn sharder(&self) -> Option<Sharder> {
        let table = self.shared.table.load();
        let sharding = table.sharding()?;
        Some(Sharder::new(sharding.shards, sharding.ignore_msb))
    }

    /// The connections as they are now, ordered by shard; one for a node without shards. For those who count or watch:
    /// requests use [`pick`](Pool::pick).
    pub fn conns(&self) -> Vec<Option<Arc<Conn>>> {
        self.shared.table.load().slots().to_vec()
    }

    /// Waits until all connections are there. False if the pool was closed before.
    ///
    /// # Cancel safety
    ///
    /// May be dropped at any time.
    pub async fn ready(&self) -> bool {
        let mut state = self.shared.state.subscribe();
        match state
            .wait_for(|state| state.is_full() || state.closed)
            .await
        {
            Ok(state) => state.is_full(),
            Err(_) => false,
        }
    }

    /// What it has now.
    pub fn state(&self) -> PoolState {
        self.shared.state.borrow().clone()
    }

    /// Tells of each change of [`state`](Pool::state).
    pub fn changes(&self) -> watch::Receiver<PoolState> {
        self.shared.state.subscribe()
    }

    /// Tries again now instead of after the pause: for when the cluster says that the node is up.
    pub fn dial_now(&self) {
        self.shared.dial_now.notify_one();
    }

    /// Asks each connection for a sign of life, as [`Conn::probe`] does: for when the cluster says that the node is
    /// down.
    pub fn probe(&self) {
        let table = self.shared.table.load();
        table.conns().for_each(|conn| conn.probe());
    }

    /// The node's address.
    pub fn address(&self) -> SocketAddr {
        self.shared.target.address
    }

    /// Closes all connections as [`Conn::close`] does, all at once, and dials no more.
    ///
    /// # Cancel safety
    ///
    /// May be dropped: the connections close all the same.
    pub async fn close(&self) {
        self.start_close();
        let mut life = self.shared.life.subscribe();
        // The sender lives in `shared`, as long as this.
        let _ = life.wait_for(|life| *life == Life::Closed).await;
    }

    /// As [`close`](Pool::close), without waiting for it.
    pub fn start_close(&self) {
        self.shared.life.send_if_modified(|life| {
            let was_open = *life == Life::Open;
            if was_open {
                *life = Life::Closing;
            }
            was_open
        });
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.start_close();
    }
}
