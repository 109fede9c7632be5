//! The connection as its I/O task and its callers share it: the state, the lock around it, and who is woken
//! after it.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, PoisonError};
use std::task::Waker;

use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::{Notify, watch};

use crate::clock::deadlines::{Deadlines, Sweep, Tick};
use crate::conn::Dialer;
use crate::conn::agreed::Agreed;
use crate::conn::config::ConnConfig;
use crate::conn::failure::{End, Failure};
use crate::conn::pen::Pen;
use crate::conn::state::{Found, Life, Stage, State, Then};
use crate::conn::sync::{AtomicBool, AtomicU32, Mutex, MutexGuard};
use crate::conn::task::direct;
use crate::frame::{Flags, Frame, Unreadable};
use crate::metrics::{ConnCounters, ShardMeter};

/// What the I/O task, the requests and the sweeper of one connection share.
pub(super) struct Link {
    state: Mutex<State>,
    /// The I/O task's waker, which never changes: it is a spawned task.
    io: OnceLock<Waker>,
    /// [`State::load`] for those who choose a connection: written under the lock, read without.
    load: AtomicU32,
    /// Takes requests; the same.
    open: AtomicBool,
    /// Reads so far. The heartbeat sees from it whether the server lives.
    pub(super) reads: AtomicU32,
    /// Events that found their channel full.
    pub(super) missed_events: AtomicU64,
    /// Set before STARTUP.
    agreed: OnceLock<Agreed>,
    phase: watch::Sender<Phase>,
    /// Asks the heartbeat not to wait for its time.
    pub(super) probe: Notify,
    pub(super) deadlines: Arc<Deadlines>,
    pub(super) config: Arc<ConnConfig>,
    pub(super) counters: Arc<ConnCounters>,
    /// Counts what goes over it, once it serves requests to a shard.
    pub(super) meter: OnceLock<Arc<ShardMeter>>,
}

/// How far a writer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrote {
    All,
    /// The socket is full. Somebody has to see to it that the I/O task waits for it.
    Stuck,
    Ended,
}

/// What those see who wait for a connection's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Open,
    /// It takes no more requests.
    Closing,
    /// The socket is gone.
    Gone,
}

impl Link {
    pub(super) fn new(dialer: &Dialer, half: Option<OwnedWriteHalf>) -> Arc<Link> {
        let link = Arc::new(Link {
            state: Mutex::new(State::new(&dialer.config, half)),
            io: OnceLock::new(),
            load: AtomicU32::new(0),
            open: AtomicBool::new(true),
            reads: AtomicU32::new(0),
            missed_events: AtomicU64::new(0),
            agreed: OnceLock::new(),
            phase: watch::Sender::new(Phase::Open),
            probe: Notify::new(),
            deadlines: Arc::clone(&dialer.deadlines),
            config: Arc::clone(&dialer.config),
            counters: Arc::clone(&dialer.counters),
            meter: OnceLock::new(),
        });
        let weak = Arc::downgrade(&link);
        link.deadlines.watch(weak);
        link
    }

    #[inline]
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn load(&self) -> u32 {
        self.load.load(Relaxed)
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.load(Relaxed)
    }

    pub(super) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Takes in a frame whose stream id is still to come, and gets it on its way.
    pub(super) fn submit(
        &self,
        waker: Waker,
        deadline: Tick,
        frame: &[u8],
    ) -> Result<Stage, Failure> {
        let mut state = self.lock();
        let result = state.submit(waker, deadline, frame);
        self.load.store(state.load(), Relaxed);
        drop(state);
        let (stage, then) = result?;
        self.deadlines.wake();
        self.then(then);
        Ok(stage)
    }

    /// The answer, if it has come; else `current` will be woken.
    #[inline]
    pub(super) fn look(
        &self,
        stage: &mut Stage,
        current: &Waker,
    ) -> Option<Result<Frame, Failure>> {
        let mut fresh = None;
        loop {
            // Each arm drops the guard before it touches a waker.
            let found = self.lock().look(stage, current, &mut fresh);
            return match found {
                Found::Pending | Found::Replaced(_) => None,
                Found::NeedsWaker => {
                    fresh = Some(current.clone());
                    continue;
                }
                Found::Answer(frame, then) => {
                    self.then(then);
                    Some(Ok(frame))
                }
                Found::Failed(failure, then) => {
                    self.then(then);
                    Some(Err(failure))
                }
            };
        }
    }

    /// The waiter gives up; the answer, if one is due, will be thrown away.
    #[cold]
    pub(super) fn abandon(&self, stage: &Stage) {
        let now = self.deadlines.now();
        let mut state = self.lock();
        let (remains, waker, then) = state.abandon(stage, now);
        self.load.store(state.load(), Relaxed);
        drop(state);
        drop((remains, waker));
        self.then(then);
    }

    /// Hands out a batch of answers. Err: one of them, by its stream, answers nothing.
    pub(super) fn complete(
        &self,
        batch: &mut Vec<(u16, Frame)>,
        wake: &mut Vec<Waker>,
    ) -> Result<(), u16> {
        let mut state = self.lock();
        let result = state.complete(batch, wake);
        self.load.store(state.load(), Relaxed);
        result
    }

    /// The end: nobody waits any more, everybody who did is told.
    pub(super) fn fail(&self, why: End) {
        let mut wake = Vec::new();
        let mut state = self.lock();
        let ended = state.end(why, &mut wake);
        self.load.store(state.load(), Relaxed);
        drop(state);
        if ended {
            self.leave(wake);
        }
    }

    /// Takes no more requests; what is under way may finish.
    pub(super) fn drain(&self) {
        let mut wake = Vec::new();
        let mut state = self.lock();
        let drained = state.drain(&mut wake);
        self.load.store(state.load(), Relaxed);
        drop(state);
        if drained {
            self.leave(wake);
        }
    }

    /// Why it has ended or is about to; `None` while it is open or draining because it was told to.
    pub(super) fn end(&self) -> Option<Arc<End>> {
        match self.lock().life() {
            Life::Ended(why) => Some(Arc::clone(why)),
            Life::Draining { patient: true } => Some(Arc::new(End::WornOut)),
            Life::Open | Life::Draining { patient: false } => None,
        }
    }

    /// The socket is gone.
    pub(super) fn gone(&self) {
        self.phase.send_replace(Phase::Gone);
    }

    /// What the handshake has settled on; `None` before.
    #[inline]
    pub(super) fn agreed(&self) -> Option<&Agreed> {
        self.agreed.get()
    }

    /// From now on frames have this version, and answers may be compressed.
    pub(super) fn agree(&self, agreed: Agreed) {
        self.agreed.get_or_init(|| agreed);
    }

    /// What came, as it was before compression.
    #[inline]
    pub(super) fn plain(&self, frame: Frame) -> Result<Frame, Unreadable> {
        match frame.flags.has(Flags::COMPRESSED) {
            false => Ok(frame),
            true => self.decompress(frame),
        }
    }

    #[cold]
    fn decompress(&self, mut frame: Frame) -> Result<Frame, Unreadable> {
        let agreed = self.agreed();
        if agreed.is_some_and(|agreed| agreed.form().is_some()) {
            // In version 5 the flag means nothing.
            frame.flags = Flags(frame.flags.0 & !Flags::COMPRESSED.0);
        }
        frame.decompressed(agreed.and_then(Agreed::of_bodies), self.config.max_frame)
    }

    pub(super) fn set_io(&self, waker: &Waker) {
        self.io.get_or_init(|| waker.clone());
    }

    pub(super) fn wake_io(&self) {
        if let Some(waker) = self.io.get() {
            waker.wake_by_ref();
        }
    }

    /// Writes through `put` until nothing is left, the socket is full, or the connection ends.
    pub(super) fn write(
        &self,
        mut pen: Pen,
        mut put: impl FnMut(Option<&OwnedWriteHalf>, &[u8]) -> io::Result<usize>,
    ) -> Wrote {
        loop {
            let mut bytes = 0;
            let (written, result) = pen.write(|half, rest| {
                let put = put(half, rest)?;
                bytes += put;
                Ok(put)
            });
            self.wrote(bytes);
            let mut state = self.lock();
            state.outbox.note(written);
            let ended = matches!(state.life(), Life::Ended(_));
            match result {
                Ok(()) if !ended && state.load_pen(&mut pen) => continue,
                Err(error) if !ended && error.kind() == io::ErrorKind::WouldBlock => {
                    state.outbox.put_stuck(pen);
                    return Wrote::Stuck;
                }
                result => {
                    state.outbox.put_back(pen);
                    // The I/O task may wait for the pen, to close the socket.
                    let awaited = ended || matches!(state.life(), Life::Draining { .. });
                    drop(state);
                    if awaited {
                        self.wake_io();
                    }
                    return match result {
                        _ if ended => Wrote::Ended,
                        Ok(()) => Wrote::All,
                        Err(error) => {
                            self.fail(End::Io(error));
                            Wrote::Ended
                        }
                    };
                }
            }
        }
    }

    /// Counts bytes that went out.
    fn wrote(&self, bytes: usize) {
        self.counters.written_bytes(bytes);
        if let Some(meter) = self.meter.get() {
            meter.written_bytes(bytes);
        }
    }

    /// Counts bytes that came.
    pub(super) fn has_read(&self, bytes: usize) {
        self.counters.read_bytes(bytes);
        if let Some(meter) = self.meter.get() {
            meter.read_bytes(bytes);
        }
    }

    fn then(&self, then: Then) {
        match then {
            Then::Nothing => {}
            Then::WakeIo => self.wake_io(),
            Then::Write(pen) => {
                if let Wrote::Stuck = self.write(pen, direct) {
                    self.wake_io();
                }
            }
        }
    }

    /// Tells everybody that the connection has left the open state.
    fn leave(&self, wake: Vec<Waker>) {
        self.open.store(false, Relaxed);
        self.phase.send_if_modified(|phase| {
            let was_open = *phase == Phase::Open;
            *phase = Phase::Closing.max(*phase);
            was_open
        });
        wake.into_iter().for_each(Waker::wake);
        self.wake_io();
    }
}

impl Sweep for Link {
    fn sweep(&self, now: Tick) -> bool {
        let mut wake = Vec::new();
        let mut state = self.lock();
        if !state.is_waiting() {
            return false;
        }
        let worn_out = state.expire(now, &mut wake);
        let (waiting, drained) = (state.is_waiting(), state.is_drained());
        self.load.store(state.load(), Relaxed);
        drop(state);
        if worn_out {
            self.counters.worn_out();
            self.leave(wake);
            return waiting;
        }
        wake.into_iter().for_each(Waker::wake);
        if drained {
            self.wake_io();
        }
        waiting
    }
}
