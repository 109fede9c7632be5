//! One request, from the caller's side: futures that claim a stream id, leave a frame, and take the answer.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use crate::clock::deadlines::Tick;
use crate::conn::Conn;
use crate::conn::failure::{Failure, Step as Of};
use crate::conn::state::Stage;
use crate::frame::{self, Compression, Flags, Frame, Opcode, Version};
use crate::wire::TooLong;

/// A request that is sent when it is first polled, and resolves to its answer.
///
/// # Cancel safety
///
/// May be dropped at any time. What nobody has begun to write by then is never sent; else the rest of it goes out, and
/// its answer is thrown away. The connection is not harmed either way.
#[must_use = "futures do nothing unless polled"]
pub struct Request<F> {
    step: Step<F>,
}

enum Step<F> {
    New(Arc<Conn>, Head, F),
    Sent(Flight),
    Over,
}

/// What a request is, apart from its body.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// Which message it is.
    pub opcode: Opcode,
    /// What stands before the message in the body, and whether it is to be traced.
    pub flags: Flags,
    /// When the wait for the answer ends.
    pub deadline: Tick,
}

/// A request that was handed to a connection; resolves to its answer.
///
/// # Cancel safety
///
/// May be dropped at any time. What nobody has begun to write by then is never sent; else its answer is thrown away, and
/// its stream id used again only after that.
#[must_use = "dropping it gives up the answer"]
pub struct Flight {
    conn: Arc<Conn>,
    /// `None` once it has resolved.
    stage: Option<Stage>,
    /// When it began; `None` if it is not measured.
    begun: Option<Instant>,
}

thread_local! {
    // Taken while it is used: an encoder that itself sends a request just gets a new buffer, and one that
    // panics loses it.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A larger scratch buffer is not kept.
const KEEP: usize = 64 << 10;

impl Flight {
    /// Encodes a request and hands it to the connection. One that is `measured` counts among those of applications.
    #[inline]
    pub(super) fn begin(
        conn: Arc<Conn>,
        cx: &Context<'_>,
        head: Head,
        measured: bool,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), TooLong>,
    ) -> Result<Flight, Failure> {
        let mut frame = SCRATCH.take();
        frame.clear();
        let (version, compression) = match conn.link().agreed() {
            Some(agreed) => (agreed.version, agreed.of_bodies()),
            None => (Version::V4, None),
        };
        let at = frame::begin(&mut frame, version, head.opcode, 0, head.flags);
        let result = body(&mut frame).and_then(|()| frame::finish(&mut frame, at));
        let result = match result {
            Ok(()) => {
                if let Some(compression) = compression {
                    compress(compression, head.opcode, &mut frame);
                }
                let waker = cx.waker().clone();
                conn.link().submit(waker, head.deadline, &frame)
            }
            Err(error) => Err(Failure::TooLong(error)),
        };
        if frame.capacity() <= KEEP {
            SCRATCH.set(frame);
        }
        Ok(Flight {
            stage: Some(result?),
            begun: (measured && conn.measured().is_some()).then(Instant::now),
            conn,
        })
    }

    /// The connection that it was handed to.
    pub fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }
}

/// STARTUP is never compressed: only with it the server learns how.
#[cold]
fn compress(compression: Compression, opcode: Opcode, frame: &mut Vec<u8>) {
    if opcode != Opcode::Startup {
        compression.compress(frame, 0);
    }
}

impl Future for Flight {
    type Output = Result<Frame, Failure>;

    /// # Panics
    ///
    /// If it has already resolved.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let stage = this.stage.as_mut().expect("not polled after it resolved");
        let Some(result) = this.conn.link().look(stage, cx.waker()) else {
            return Poll::Pending;
        };
        this.stage = None;
        if let (Some(begun), Some(meter), Ok(_)) =
            (this.begun, this.conn.link().meter.get(), &result)
        {
            meter.answered(begun.elapsed());
        }
        Poll::Ready(result.and_then(|frame| {
            let step = Of::Request;
            this.conn
                .link()
                .plain(frame)
                .map_err(|error| Failure::Malformed { step, error })
        }))
    }
}

impl Drop for Flight {
    #[inline]
    fn drop(&mut self) {
        if let Some(stage) = &self.stage {
            self.conn.link().abandon(stage);
        }
    }
}

impl<F> Request<F> {
    pub(super) fn new(conn: Arc<Conn>, head: Head, body: F) -> Request<F> {
        Request {
            step: Step::New(conn, head, body),
        }
    }
}

// The body is moved out before it is called, and never pinned.
impl<F> Unpin for Request<F> {}

impl<F> Future for Request<F>
where
    F: FnOnce(&mut Vec<u8>) -> Result<(), TooLong>,
{
    type Output = Result<Frame, Failure>;

    /// # Panics
    ///
    /// If it has already resolved.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Step::Sent(flight) = &mut self.step {
            let result = Pin::new(flight).poll(cx);
            if result.is_ready() {
                self.step = Step::Over;
            }
            return result;
        }
        let Step::New(conn, head, body) = mem::replace(&mut self.step, Step::Over) else {
            unreachable!("not polled after it resolved");
        };
        match Flight::begin(conn, cx, head, false, body) {
            Ok(flight) => {
                self.step = Step::Sent(flight);
                Poll::Pending
            }
            Err(failure) => Poll::Ready(Err(failure)),
        }
    }
}

impl<F> fmt::Debug for Request<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").finish_non_exhaustive()
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight")
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}
