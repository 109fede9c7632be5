//! Frames on their way out, and who may write them.
//!
//! The right to write is a value, the [`Pen`]: who holds it writes to the socket without the lock, looks again
//! under it, and puts the pen back only when nothing is left. So bytes in `out` always have somebody who will
//! look at them: the holder of the pen, or the I/O task when it is awake.

use std::mem;

use tokio::net::tcp::OwnedWriteHalf;

use crate::conn::pen::Pen;
use crate::conn::slots::Ticket;
use crate::frame::segment::Form;
use crate::frame::{self, HEADER, Header};

/// The right to an answer, and where the request is among all bytes ever sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) ticket: Ticket,
    /// Offset of the frame's first byte among all bytes ever appended: compared with `written`, it says whether the
    /// server may have got the request.
    pub(super) at: u64,
}

/// What is to be written.
#[derive(Debug)]
pub(super) struct Outbox {
    /// Frames nobody has begun to write.
    out: Vec<u8>,
    /// Frames in `out` that were withdrawn: where each begins and how long it is; and the sum of those lengths. They
    /// are cut out before the rest is written.
    withdrawn: Vec<(usize, usize)>,
    dead: usize,
    hand: Hand,
    /// How segments look, since version 5 was agreed on.
    form: Option<Form>,
    /// Bytes ever appended; those of them that came before `out`; and those that count as accepted by the kernel, never
    /// fewer than were.
    appended: u64,
    begun: u64,
    written: u64,
    /// Nothing more will be written; `written` is final.
    sealed: bool,
    /// Batches in a row that used little of a large buffer.
    small: u8,
}

/// Where the pen is.
#[derive(Debug)]
enum Hand {
    /// Nobody writes; all that was begun is written.
    Free(Pen),
    /// Somebody does.
    Writing,
    /// The socket is full: the I/O task goes on when it is writable.
    Stuck(Pen),
    /// The I/O task has taken it for good.
    Gone,
}

/// A buffer this small is kept for ever.
const KEEP: usize = 64 << 10;
/// So many small batches in a row shrink a large buffer.
const PATIENCE: u8 = 32;

impl Outbox {
    pub(super) fn new(half: Option<OwnedWriteHalf>) -> Outbox {
        Outbox {
            out: Vec::new(),
            withdrawn: Vec::new(),
            dead: 0,
            hand: Hand::Free(Pen::new(half)),
            form: None,
            appended: 0,
            begun: 0,
            written: 0,
            sealed: false,
            small: 0,
        }
    }

    /// Appends a frame under its stream id.
    #[inline]
    pub(super) fn append(&mut self, frame: &[u8], ticket: Ticket) -> Claim {
        let at = self.appended;
        let from = self.out.len();
        self.out.extend_from_slice(frame);
        frame::set_stream(&mut self.out[from..], ticket.stream.cast_signed());
        self.appended += frame.len() as u64;
        Claim { ticket, at }
    }

    /// All that is written from now on goes in segments.
    pub(super) fn enclose(&mut self, form: Form) {
        self.form = Some(form);
    }

    /// Whether the server may have got any of the request.
    pub(super) fn is_sent(&self, claim: &Claim) -> bool {
        claim.at < self.written
    }

    /// Takes a frame back that nobody has begun to write: it never will be. False if it is too late.
    #[cold]
    pub(super) fn withdraw(&mut self, claim: &Claim) -> bool {
        let Some(from) = claim.at.checked_sub(self.begun) else {
            return false;
        };
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let Some(length) = self.out.get(from..).and_then(length) else {
            // The connection has ended.
            return false;
        };
        self.withdrawn.push((from, length));
        self.dead += length;
        if self.dead == self.out.len() {
            self.out.clear();
            self.forget_withdrawn();
            self.begun = self.appended;
        }
        true
    }

    /// Bytes that nobody has begun to write.
    pub(super) fn waiting(&self) -> usize {
        self.out.len()
    }

    /// Whether the pen lies there, so that who appends must see to it that somebody takes it.
    pub(super) fn is_free(&self) -> bool {
        matches!(self.hand, Hand::Free(_))
    }

    pub(super) fn is_stuck(&self) -> bool {
        matches!(self.hand, Hand::Stuck(_))
    }

    /// All that was appended has been written.
    pub(super) fn is_done(&self) -> bool {
        self.out.is_empty() && self.is_free()
    }

    /// Takes the pen, if it is free and callers can write to the socket.
    pub(super) fn take_direct(&mut self) -> Option<Pen> {
        match &self.hand {
            Hand::Free(pen) if pen.half.is_some() => self.take(),
            _ => None,
        }
    }

    /// Takes the pen, unless somebody writes.
    pub(super) fn take(&mut self) -> Option<Pen> {
        match mem::replace(&mut self.hand, Hand::Writing) {
            Hand::Free(pen) | Hand::Stuck(pen) => Some(pen),
            busy @ (Hand::Writing | Hand::Gone) => {
                self.hand = busy;
                None
            }
        }
    }

    /// Takes the pen for good, unless somebody writes: that one puts it back and wakes the I/O task.
    pub(super) fn retire(&mut self) -> Option<Pen> {
        let pen = self.take()?;
        self.hand = Hand::Gone;
        Some(pen)
    }

    /// Gives the pen the frames that wait. False if there is nothing to write.
    pub(super) fn load(&mut self, pen: &mut Pen) -> bool {
        if !pen.is_done() {
            return true;
        }
        let (buffer, used) = pen.clear();
        self.trim(buffer, used);
        // All before is written or withdrawn. What was withdrawn of the rest counts at once, because those behind it
        // lie that much nearer to the begin than their claims say.
        if !self.sealed {
            self.written = self.begun + self.dead as u64;
        }
        self.begun = self.appended;
        self.cut_out_withdrawn();
        pen.take(&mut self.out, self.form)
    }

    fn cut_out_withdrawn(&mut self) {
        if self.withdrawn.is_empty() {
            return;
        }
        self.withdrawn.sort_unstable();
        let (mut to, mut from) = (0, 0);
        let end = self.out.len();
        for (at, length) in self.withdrawn.iter().copied().chain([(end, 0)]) {
            self.out.copy_within(from..at, to);
            to += at - from;
            from = at + length;
        }
        self.out.truncate(to);
        self.forget_withdrawn();
    }

    fn forget_withdrawn(&mut self) {
        self.withdrawn = Vec::new();
        self.dead = 0;
    }

    /// Counts what the kernel took.
    pub(super) fn note(&mut self, written: usize) {
        if !self.sealed {
            self.written += written as u64;
        }
    }

    pub(super) fn put_back(&mut self, pen: Pen) {
        self.hand = Hand::Free(pen);
    }

    pub(super) fn put_stuck(&mut self, pen: Pen) {
        self.hand = Hand::Stuck(pen);
    }

    /// Nothing more will be begun. What somebody is writing at this moment counts as written: the server may
    /// get it yet.
    pub(super) fn end(&mut self) {
        if matches!(self.hand, Hand::Writing) {
            self.written = self.begun;
        }
        self.sealed = true;
        self.out = Vec::new();
        self.forget_withdrawn();
    }

    /// Gives memory back after a burst, but not between two waves of it.
    fn trim(&mut self, buffer: &mut Vec<u8>, used: usize) {
        let large = buffer.capacity() > KEEP && used < buffer.capacity() / 4;
        self.small = if large { self.small + 1 } else { 0 };
        if self.small >= PATIENCE {
            self.small = 0;
            buffer.shrink_to(KEEP);
        }
    }
}

/// The whole length of the frame that `bytes` begin with.
fn length(bytes: &[u8]) -> Option<usize> {
    let header = Header::parse(bytes.first_chunk()?).ok()?;
    Some(HEADER + usize::try_from(header.length).ok()?)
}
