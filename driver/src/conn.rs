//! One connection: handshake, stream ids, the task that owns the socket, close.
//!
//! ```text
//!  callers                    the lock: State                     the I/O task
//!  Request ─ claim a slot ──▶ Slots ◀── answers, in batches ───── read, cut frames
//!            leave a frame ─▶ Outbox ── the Pen: who writes ────▶ write, late
//!            no slot free ──▶ Queue
//! ```
//!
//! Callers and the I/O task meet in one mutex per connection; a request takes it twice, and allocates nothing.
//! The I/O task writes *late*: it goes behind those that it has just woken in the run queue, so that what they
//! send next is one system call. A caller writes by itself only when it is alone.
//!
//! The life of a connection:
//!
//! ```text
//!  dialing ── handshake ──▶ Open ── close, last owner gone ──▶ Draining ── answers due are in, or drain_timeout ─┐
//!     │ fails                │ └─ too many old orphans ──▶ Draining, patient ── nobody waits any more ───────────┤
//!     │                      │ broken, silent, protocol broken                                                   ▼
//!     └──────────────────────┴────────────────────────────────────────────────────────────────────────────▶ Ended
//!                              shutdown(Write), read to the end (≤ linger, ≤ 16 MiB), drop  ◀──────────────────┘
//! ```
//!
//! In Draining no request is taken in and those that wait for an id fail as not sent. In Ended nobody waits any more:
//! each request knows whether the server may have got it. However it has ended, the socket is read to its end before
//! it is dropped, so that this side sends no reset; only a server that does not close its side is cut off, which
//! [`Connections::aborted`](crate::metrics::Connections::aborted) counts.
//!
//! The life of a request that is given up, by its caller or by its deadline:
//!
//! ```text
//!  not polled ─▶ nothing has happened
//!  in Queue   ─▶ taken out, never sent
//!  in Outbox  ─▶ taken back if nobody has begun to write it: never sent, its id free at once
//!  written    ─▶ orphan: its id is not used again before the answer has come and was thrown away
//!  answered   ─▶ the answer is thrown away, its id free at once
//! ```

/// Proves who connects.
pub mod auth;
/// What a connection may do, and how long it may take.
pub mod config;
/// Why a connection could not do what was asked of it.
pub mod failure;
/// One request, from the caller's side.
pub mod request;

mod agreed;
mod close;
mod dial;
mod handshake;
mod heartbeat;
mod identity;
mod inbox;
mod link;
mod outbox;
mod pen;
mod queue;
mod silence;
mod slots;
mod state;
mod sync;
mod task;

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Context;

use tokio::sync::mpsc;

use crate::clock::deadlines::{Deadlines, Tick};
use crate::conn::config::ConnConfig;
use crate::conn::failure::{End, Failure};
use crate::conn::handshake::Greeting;
use crate::conn::link::{Link, Phase};
use crate::conn::request::{Flight, Head, Request};
use crate::frame::response::Supported;
use crate::frame::{Features, Flags, Frame, Opcode, Sharding};
use crate::metrics::{ConnCounters, ShardMeter};
use crate::socket::Connector;
use crate::wire::TooLong;

/// What all connections of a session have in common.
#[derive(Debug)]
pub struct Dialer {
    /// Opens the streams.
    pub connector: Arc<dyn Connector>,
    /// The session's deadlines.
    pub deadlines: Arc<Deadlines>,
    /// What each connection may do.
    pub config: Arc<ConnConfig>,
    /// Counts what becomes of them.
    pub counters: Arc<ConnCounters>,
}

/// So much is added to the [load](Conn::load) of a connection that owes answers and has given none for half a second:
/// more than any other can have. It goes with the next answer. A request that another server can answer should not wait
/// for this one, which a heartbeat finds dead only much later.
pub const SILENT: u32 = 1 << 24;

/// A way to one shard of a node: its shard-aware port, and the source port that leads from there to the shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardPort {
    /// The node's shard-aware port.
    pub port: u16,
    /// The port that the connection comes from.
    pub source: u16,
}

/// An open connection to one shard of one node, ready for requests.
///
/// When its last owner lets go of it, requests included, it closes itself in the background as [`close`](Conn::close) does.
pub struct Conn {
    link: Arc<Link>,
    address: SocketAddr,
    greeting: Greeting,
}

impl Conn {
    /// Connects to the node at `address` and does the handshake: OPTIONS, STARTUP and, if the server asks,
    /// authentication. `shard` goes by the node's shard-aware port instead of the one in `address`. Events that the server sends later go to `events`;
    /// they are dropped, and counted by [`missed_events`](Conn::missed_events), when it is full.
    ///
    /// # Errors
    ///
    /// Each step has a deadline of its own, so this always returns; see [`Failure`].
    ///
    /// # Cancel safety
    ///
    /// May be dropped at any time. The handshake then goes on in the background, and the connection is closed
    /// in an orderly way after it: nothing is cut off on the wire.
    pub async fn open(
        dialer: &Arc<Dialer>,
        address: SocketAddr,
        shard: Option<ShardPort>,
        events: Option<mpsc::Sender<Frame>>,
    ) -> Result<Arc<Conn>, Failure> {
        let dialing = dial::dial(Arc::clone(dialer), address, shard, events);
        // A task of its own, so that dropping this future cuts nothing off. Its result is then dropped, too,
        // which closes the connection.
        tokio::spawn(dialing).await.unwrap_or_else(|_| {
            Err(Failure::Ended {
                why: Arc::new(End::Runtime),
                sent: false,
            })
        })
    }

    /// A request, sent when it is first polled. `body` writes what follows the header; it runs without a lock.
    ///
    /// Takes one reference to the connection, which lives at least until the request is over.
    pub fn request<F>(self: Arc<Self>, opcode: Opcode, deadline: Tick, body: F) -> Request<F>
    where
        F: FnOnce(&mut Vec<u8>) -> Result<(), TooLong>,
    {
        let head = Head {
            opcode,
            flags: Flags::NONE,
            deadline,
        };
        Request::new(self, head, body)
    }

    /// Sends a request at once, from within a future's `poll`; `cx` is woken when the answer is there. For
    /// futures that are written by hand: unlike with [`request`](Conn::request), `body` may borrow.
    ///
    /// # Errors
    ///
    /// If nothing was sent: see [`Failure`].
    #[inline]
    pub fn begin(
        self: Arc<Self>,
        cx: &Context<'_>,
        head: Head,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), TooLong>,
    ) -> Result<Flight, Failure> {
        Flight::begin(self, cx, head, true, body)
    }

    /// Takes no more requests, waits for those under way, and closes the connection so that neither side loses
    /// a byte: no reset. Returns when the socket is gone, by the deadlines of [`ConnConfig`] at the latest.
    ///
    /// # Cancel safety
    ///
    /// May be dropped: the connection closes all the same.
    pub async fn close(&self) {
        self.link.drain();
        self.gone().await;
    }

    /// As [`close`](Conn::close), without waiting for it.
    pub fn start_close(&self) {
        self.link.drain();
    }

    /// Waits until the connection takes no more requests, for whatever reason.
    pub async fn closing(&self) {
        self.reached(Phase::Closing).await;
    }

    /// Waits until the socket is gone.
    pub async fn gone(&self) {
        self.reached(Phase::Gone).await;
    }

    async fn reached(&self, wanted: Phase) {
        // The sender lives in the link, as long as this.
        let _ = self.link.phase().wait_for(|phase| *phase >= wanted).await;
    }

    /// Asks the server for a sign of life now instead of after a time of silence: for when somebody says that it is
    /// down. If none comes within the heartbeat's timeout, the connection ends. Returns at once.
    pub fn probe(&self) {
        self.link.probe.notify_one();
    }

    /// Why it has ended, or is about to; `None` while it is open, and while it finishes what is under way because it was
    /// told to close.
    pub fn end(&self) -> Option<Arc<End>> {
        self.link.end()
    }

    /// Whether it takes requests.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.link.is_open()
    }

    /// How much it has to do: answers that are due and requests that wait to be sent. Of two connections, take the one
    /// with less. One that has been [silent](SILENT) for long is the last to be taken.
    #[inline]
    pub fn load(&self) -> u32 {
        self.link.load()
    }

    /// Counts what goes over it from now on, if nobody has counted it before; `of` says with what.
    #[inline]
    pub(crate) fn meter(&self, of: impl FnOnce() -> Arc<ShardMeter>) -> &Arc<ShardMeter> {
        self.link.meter.get_or_init(of)
    }

    /// What counts it, if anything does.
    pub(crate) fn measured(&self) -> Option<&Arc<ShardMeter>> {
        self.link.meter.get()
    }

    /// Requests given up by their callers whose answers are still due.
    pub fn orphans(&self) -> u32 {
        self.link.lock().orphans()
    }

    /// Events that were dropped because nobody took them in time. Whoever sees it grow has to ask anew for what events tell.
    pub fn missed_events(&self) -> u64 {
        self.link.missed_events.load(Relaxed)
    }

    /// The node's address, whichever of its ports the connection goes to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the server said that it supports.
    pub fn supported(&self) -> &Supported {
        &self.greeting.supported
    }

    /// How the server spreads partitions over shards, and the shard of this connection; `None` for Cassandra.
    pub fn sharding(&self) -> Option<&Sharding> {
        self.greeting.sharding.as_ref()
    }

    /// The shard of this connection; `None` for Cassandra.
    pub fn shard(&self) -> Option<u16> {
        self.greeting.sharding.map(|sharding| sharding.shard)
    }

    /// What was negotiated: needed to read answers.
    pub fn features(&self) -> &Features {
        &self.greeting.features
    }

    /// The deadlines of its session.
    pub fn deadlines(&self) -> &Arc<Deadlines> {
        &self.link.deadlines
    }

    #[inline]
    fn link(&self) -> &Link {
        &self.link
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        self.link.drain();
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn")
            .field("address", &self.address)
            .field("shard", &self.shard())
            .field("open", &self.is_open())
            .field("load", &self.load())
            .finish_non_exhaustive()
    }
}
