//! The I/O task of a connection: the one loop that reads, and that writes when callers do not.
//!
//! One turn: if there is something to write and it has made fewer than two trips through the run queue, go
//! behind the others; else write. One read; cut whole frames; one lock to fill all slots; wake all waiters
//! after it; one trip behind those just woken. After a lone answer with nothing outstanding it makes no trip.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::AsyncWrite;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::Sleep;

use crate::conn::close;
use crate::conn::failure::End;
use crate::conn::inbox::{Batch, Inbox};
use crate::conn::link::{Link, Wrote};
use crate::conn::pen::Pen;
use crate::conn::state::Life;
use crate::frame::Frame;
use crate::socket::{Socket, Stream};

/// One trip is enough for one connection; the second lets the waiters of other connections, whose answers came
/// in the same wake-up, send before the first write.
const TRIPS: u8 = 2;

/// The side of the socket that only the I/O task has.
pub(super) enum Side {
    /// The other half is in the [`Pen`].
    Tcp(OwnedReadHalf),
    /// Everything.
    Other(Box<dyn Stream>),
}

/// The I/O task.
pub(super) struct Task {
    link: Arc<Link>,
    inbox: Inbox,
    batch: Batch,
    wake: Vec<Waker>,
    events: Option<mpsc::Sender<Frame>>,
    /// Trips through the run queue since there was something to write.
    trips: u8,
    /// A stream that is not TCP has taken bytes that it may still hold back.
    unflushed: bool,
    /// Runs while the connection drains.
    drain: Option<Pin<Box<Sleep>>>,
}

/// What a turn's first half has found.
enum Turn {
    Read,
    /// Go behind the others.
    Trip,
    Over,
}

/// Splits a socket into what callers may write to, and the rest.
pub(super) fn split(socket: Socket) -> (Side, Option<OwnedWriteHalf>) {
    match socket {
        Socket::Tcp(stream) => {
            let (read, write) = stream.into_split();
            (Side::Tcp(read), Some(write))
        }
        Socket::Other(stream) => (Side::Other(stream), None),
    }
}

impl Task {
    pub(super) fn new(link: Arc<Link>, events: Option<mpsc::Sender<Frame>>) -> Task {
        Task {
            inbox: Inbox::new(link.config.max_frame),
            link,
            batch: Batch::default(),
            wake: Vec::new(),
            events,
            trips: 0,
            unflushed: false,
            drain: None,
        }
    }

    /// Runs until the connection has ended, and closes the socket.
    pub(super) async fn run(mut self, mut side: Side) {
        let alive = std::future::poll_fn(|cx| self.poll(&mut side, cx)).await;
        // The owner of a control connection learns here that no more events come.
        self.events = None;
        close::finish(&self.link, side, alive).await;
    }

    /// Ready when the connection has ended; false if the socket is of no use any more.
    fn poll(&mut self, side: &mut Side, cx: &mut Context<'_>) -> Poll<bool> {
        self.link.set_io(cx.waker());
        loop {
            match self.send(side, cx) {
                Turn::Over => return Poll::Ready(true),
                Turn::Trip => {
                    // Waking oneself while running puts a task at the end of the queue, not in a worker's
                    // LIFO slot; unlike `yield_now` it costs no extra `epoll_wait`.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Turn::Read => {}
            }
            let read = match side {
                Side::Tcp(half) => self.inbox.poll_read(half, cx),
                Side::Other(stream) => self.inbox.poll_read(stream, cx),
            };
            match ready!(read) {
                Ok(bytes) => self.link.has_read(bytes),
                Err(end) => {
                    self.link.fail(end);
                    return Poll::Ready(false);
                }
            }
            if self.deliver() {
                self.trips = 1;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }

    /// Writes what callers have left, or decides to do so later.
    fn send(&mut self, side: &mut Side, cx: &mut Context<'_>) -> Turn {
        let mut state = self.link.lock();
        match state.life() {
            Life::Open => {}
            Life::Ended(_) => return Turn::Over,
            Life::Draining { patient } => {
                let (patient, drained) = (*patient, state.is_drained());
                drop(state);
                if drained || (!patient && self.is_drain_over(cx)) {
                    self.link
                        .fail(if patient { End::WornOut } else { End::Closed });
                    return Turn::Over;
                }
                state = self.link.lock();
            }
        }
        let begin = state.outbox.waiting() > 0 && state.outbox.is_free();
        // Elsewhere a lone caller writes for itself; here the task does it for him, at once.
        let lone = matches!(side, Side::Other(_)) && state.live() == 1;
        if begin && self.trips < TRIPS && !lone {
            self.trips += 1;
            state.io_awake = true;
            return Turn::Trip;
        }
        self.trips = 0;
        state.io_awake = false;
        let stuck = state.outbox.is_stuck();
        drop(state);
        if begin || stuck {
            self.write(side, cx, stuck);
        }
        self.flush(side, cx);
        Turn::Read
    }

    /// Writes until all is written or the socket is full; in that case `cx` is woken when it is not.
    fn write(&mut self, side: &mut Side, cx: &mut Context<'_>, mut stuck: bool) {
        loop {
            if stuck
                && let Side::Tcp(half) = &*side
                && half.as_ref().poll_write_ready(cx).is_pending()
            {
                return;
            }
            let mut state = self.link.lock();
            let Some(mut pen) = state.outbox.take() else {
                // A caller has begun to write; he will look again before he lets go.
                return;
            };
            if !state.load_pen(&mut pen) {
                return state.outbox.put_back(pen);
            }
            drop(state);
            match self.put(side, cx, pen) {
                // Callers cannot wait for a full socket, this task can: look whether it still is.
                Wrote::Stuck if matches!(side, Side::Tcp(_)) => stuck = true,
                Wrote::Stuck | Wrote::All | Wrote::Ended => return,
            }
        }
    }

    fn put(&mut self, side: &mut Side, cx: &mut Context<'_>, pen: Pen) -> Wrote {
        match side {
            Side::Tcp(_) => self.link.write(pen, direct),
            Side::Other(stream) => {
                self.unflushed = true;
                self.link.write(pen, |_, bytes| {
                    match Pin::new(&mut *stream).poll_write(cx, bytes) {
                        Poll::Ready(result) => result,
                        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
                    }
                })
            }
        }
    }

    fn flush(&mut self, side: &mut Side, cx: &mut Context<'_>) {
        if let Side::Other(stream) = side
            && self.unflushed
            && let Poll::Ready(result) = Pin::new(stream).poll_flush(cx)
        {
            self.unflushed = false;
            if let Err(error) = result {
                self.link.fail(End::Io(error));
            }
        }
    }

    /// Hands out what was read. True if somebody was woken who may send next.
    fn deliver(&mut self) -> bool {
        // One writer, so no read-modify-write is needed.
        let reads = self.link.reads.load(Relaxed);
        self.link.reads.store(reads.wrapping_add(1), Relaxed);
        let result = self.inbox.cut(&mut self.batch, self.link.agreed());
        self.announce();
        let lone = match self.batch.answers.len() {
            0 => {
                if let Err(end) = result {
                    self.link.fail(end);
                }
                return false;
            }
            answers => answers == 1,
        };
        let completed = self.link.complete(&mut self.batch.answers, &mut self.wake);
        self.wake.drain(..).for_each(Waker::wake);
        if let Err(stream) = completed {
            let stream = stream.cast_signed();
            self.link.fail(End::Stray { stream });
        } else if let Err(end) = result {
            self.link.fail(end);
        }
        !(lone && self.link.load() == 0)
    }

    /// Passes events on. The reader never waits for who takes them.
    fn announce(&mut self) {
        for event in self.batch.events.drain(..) {
            let Some(events) = &self.events else { continue };
            let missed = match self.link.plain(event) {
                Ok(event) => {
                    // Copied: a small event must not keep a chunk of answers alive.
                    let body = bytes::Bytes::copy_from_slice(&event.body);
                    let sent = events.try_send(Frame { body, ..event });
                    matches!(sent, Err(mpsc::error::TrySendError::Full(_)))
                }
                Err(error) => {
                    tracing::warn!(%error, "an event cannot be read");
                    true
                }
            };
            if missed {
                self.link.missed_events.fetch_add(1, Relaxed);
            }
        }
    }

    fn is_drain_over(&mut self, cx: &mut Context<'_>) -> bool {
        let timeout = self.link.config.drain_timeout;
        let sleep = self
            .drain
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        sleep.as_mut().poll(cx).is_ready()
    }
}

/// Writes to a TCP socket, from the I/O task or from a caller.
pub(super) fn direct(half: Option<&OwnedWriteHalf>, bytes: &[u8]) -> io::Result<usize> {
    match half {
        Some(half) => half.try_write(bytes),
        None => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl Drop for Task {
    /// Also when the runtime drops the task: whoever waits from another runtime is told.
    fn drop(&mut self) {
        self.link.fail(End::Runtime);
        self.link.gone();
    }
}
