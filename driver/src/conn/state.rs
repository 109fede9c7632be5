//! All of a connection that is shared and changes, without the lock around it and without a socket.
//!
//! Each method says what its caller has to do after the lock is dropped: write, wake the I/O task, or nothing.
//! No user code runs in here: values are encoded before the lock is taken, wakers are cloned before it and
//! woken or dropped after it.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use crate::clock::deadlines::Tick;
use crate::conn::SILENT;
use crate::conn::config::ConnConfig;
use crate::conn::failure::{End, Failure, Step};
use crate::conn::outbox::{Claim, Outbox};
use crate::conn::pen::Pen;
use crate::conn::queue::{Limit, Place, Queue};
use crate::conn::silence::Silence;
use crate::conn::slots::{Look, Remains, Slots, Stray};
use crate::frame::Frame;
use tokio::net::tcp::OwnedWriteHalf;

/// The state of one connection.
#[derive(Debug)]
pub(super) struct State {
    slots: Slots,
    queue: Queue,
    silence: Silence,
    pub(super) outbox: Outbox,
    /// The I/O task will look at the outbox before it sleeps.
    pub(super) io_awake: bool,
    life: Life,
    /// Frames wait in the queue while the outbox holds more than this.
    outbox_limit: usize,
    orphan_limit: u32,
    orphan_age: Duration,
}

/// The life of a connection.
#[derive(Debug, Clone)]
pub(super) enum Life {
    Open,
    /// No more requests; those under way may finish.
    Draining {
        /// It is only being replaced: for as long as anybody waits for an answer. Else for a time, and also for
        /// answers that nobody waits for.
        patient: bool,
    },
    /// Nobody waits any more.
    Ended(Arc<End>),
}

/// What the caller does once the lock is dropped.
#[derive(Debug)]
#[must_use]
pub(super) enum Then {
    Nothing,
    WakeIo,
    /// Write what the pen holds.
    Write(Pen),
}

/// Where a request is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Its frame is written or about to be.
    Sent(Claim),
    /// It waits for a stream id, under this number.
    Parked(u64),
}

/// What a request's waiter finds.
pub(super) enum Found {
    Pending,
    NeedsWaker,
    /// Pending; the waker is to be dropped without the lock.
    Replaced(#[expect(dead_code, reason = "held to be dropped later")] Waker),
    Answer(Frame, Then),
    Failed(Failure, Then),
}

impl State {
    /// Of a new connection. The I/O task counts as awake until its first turn is over.
    pub(super) fn new(config: &ConnConfig, half: Option<OwnedWriteHalf>) -> State {
        State {
            slots: Slots::new(config.in_flight),
            queue: Queue::new(Limit {
                requests: config.queue,
                bytes: config.queue_bytes,
            }),
            silence: Silence::new(),
            outbox: Outbox::new(half),
            io_awake: true,
            life: Life::Open,
            outbox_limit: config.queue_bytes,
            orphan_limit: config.orphans,
            orphan_age: config.orphan_age,
        }
    }

    pub(super) fn life(&self) -> &Life {
        &self.life
    }

    /// Answers that are due, and requests that wait to be sent; more if the server is silent.
    pub(super) fn load(&self) -> u32 {
        let queued = u32::try_from(self.queue.len()).unwrap_or(u32::MAX);
        let load = self.slots.live().saturating_add(queued).min(SILENT - 1);
        match self.silence.is_long() {
            true => load + SILENT,
            false => load,
        }
    }

    /// Answers that are due.
    pub(super) fn live(&self) -> u32 {
        self.slots.live()
    }

    pub(super) fn orphans(&self) -> u32 {
        self.slots.orphans()
    }

    /// Somebody waits for something that can time out.
    pub(super) fn is_waiting(&self) -> bool {
        self.slots.live() > self.slots.orphans() || !self.queue.is_empty()
    }

    /// It takes no more requests, and nothing that is worth waiting for is under way any more.
    pub(super) fn is_drained(&self) -> bool {
        let due = match self.life {
            Life::Draining { patient: true } => self.slots.live() - self.slots.orphans(),
            Life::Draining { patient: false } => self.slots.live(),
            Life::Open | Life::Ended(_) => return false,
        };
        due == 0 && self.outbox.is_done()
    }

    /// Takes in a request whose frame lacks only the stream id.
    #[inline]
    pub(super) fn submit(
        &mut self,
        waker: Waker,
        deadline: Tick,
        frame: &[u8],
    ) -> Result<(Stage, Then), Failure> {
        match &self.life {
            Life::Open => {}
            life => return Err(life.refusal()),
        }
        let waits = !self.queue.is_empty() || self.outbox.waiting() > self.outbox_limit;
        let waker = if waits {
            waker
        } else {
            match self.slots.claim(waker, deadline) {
                Ok(ticket) => {
                    if self.slots.live() == 1 {
                        self.silence.end();
                    }
                    let claim = self.outbox.append(frame, ticket);
                    return Ok((Stage::Sent(claim), self.flush()));
                }
                Err(waker) => waker,
            }
        };
        match self.queue.park(waker, deadline, frame) {
            Ok(number) => Ok((Stage::Parked(number), Then::Nothing)),
            Err(_) => Err(Failure::Busy),
        }
    }

    /// Looks for the answer; `stage` follows a request that has left the queue.
    #[inline]
    pub(super) fn look(
        &mut self,
        stage: &mut Stage,
        current: &Waker,
        fresh: &mut Option<Waker>,
    ) -> Found {
        if let Stage::Parked(number) = *stage {
            match self.queue.find(number) {
                Place::Placed(claim) => *stage = Stage::Sent(claim),
                Place::Lost => return Found::Failed(self.loss(), Then::Nothing),
                Place::Parked(parked) if parked.waker.will_wake(current) => return Found::Pending,
                Place::Parked(parked) => {
                    return match fresh.take() {
                        Some(fresh) => Found::Replaced(std::mem::replace(&mut parked.waker, fresh)),
                        None => Found::NeedsWaker,
                    };
                }
            }
        }
        let Stage::Sent(claim) = *stage else {
            return Found::Pending;
        };
        match self.slots.look(&claim.ticket, current, fresh) {
            Look::Pending => Found::Pending,
            Look::NeedsWaker => Found::NeedsWaker,
            Look::Replaced(waker) => Found::Replaced(waker),
            Look::Answered(frame) => Found::Answer(frame, self.refill()),
            Look::Lost => self.lost(&claim),
        }
    }

    /// The end of a wait without an answer.
    fn lost(&mut self, claim: &Claim) -> Found {
        if let Life::Ended(why) = &self.life {
            // A frame that nobody has begun to write never will be.
            let failure = Failure::Ended {
                why: Arc::clone(why),
                sent: self.outbox.is_sent(claim),
            };
            return Found::Failed(failure, Then::Nothing);
        }
        let sent = self.withdraw(claim).is_none();
        let step = Step::Request;
        Found::Failed(Failure::Timeout { step, sent }, self.go_on())
    }

    /// Takes a request back that nobody has begun to write; `None` if it is too late.
    fn withdraw(&mut self, claim: &Claim) -> Option<Remains> {
        let taken = self.outbox.withdraw(claim);
        taken.then(|| self.slots.withdraw(&claim.ticket))
    }

    /// The waiter gives up. What comes back is dropped after the lock.
    pub(super) fn abandon(&mut self, stage: &Stage, now: Tick) -> (Remains, Option<Waker>, Then) {
        let claim = match stage {
            Stage::Sent(claim) => *claim,
            Stage::Parked(number) => match self.queue.find(*number) {
                Place::Placed(claim) => claim,
                _ => {
                    let parked = self.queue.remove(*number);
                    return (Remains::Nothing, parked.map(|p| p.waker), Then::Nothing);
                }
            },
        };
        let remains = match self.withdraw(&claim) {
            Some(remains) => remains,
            None => self.slots.abandon(&claim.ticket, now),
        };
        (remains, None, self.go_on())
    }

    /// After a waiter has left, perhaps with its id: the next one gets that, or the connection may close.
    fn go_on(&mut self) -> Then {
        match self.is_drained() {
            true => Then::WakeIo,
            false => self.refill(),
        }
    }

    /// Hands out a batch of answers, and collects whom to wake. Err: an answer to nothing.
    #[inline]
    pub(super) fn complete(
        &mut self,
        batch: &mut Vec<(u16, Frame)>,
        wake: &mut Vec<Waker>,
    ) -> Result<(), u16> {
        // After a burst the I/O task looks again; a lone waiter will write for itself.
        self.io_awake = !(batch.len() == 1 && self.slots.live() == 1);
        self.silence.end();
        for (stream, frame) in batch.drain(..) {
            self.slots
                .answer(stream, frame, wake)
                .map_err(|Stray| stream)?;
        }
        self.unpark();
        Ok(())
    }

    /// Ends the wait of everybody whose deadline is over. True if the connection was found worn out by answers
    /// that nobody waits for, and is now draining.
    pub(super) fn expire(&mut self, now: Tick, wake: &mut Vec<Waker>) -> bool {
        self.slots.expire(now, wake);
        self.queue.expire(now, wake);
        if self.slots.live() > 0 {
            self.silence.go_on(now);
        }
        let worn_out = matches!(self.life, Life::Open) && self.is_worn_out(now);
        if worn_out {
            self.life = Life::Draining { patient: true };
            self.queue.end(wake);
        }
        worn_out
    }

    /// Looks at each slot only when there are enough orphans of any age.
    fn is_worn_out(&self, now: Tick) -> bool {
        let limit = usize::try_from(self.orphan_limit).unwrap_or(usize::MAX);
        self.slots.orphans() > self.orphan_limit
            && self.slots.old_orphans(now, self.orphan_age) > limit
    }

    /// No more requests, and an end in time. False if that is so already.
    pub(super) fn drain(&mut self, wake: &mut Vec<Waker>) -> bool {
        let draining = matches!(self.life, Life::Open | Life::Draining { patient: true });
        if draining {
            self.life = Life::Draining { patient: false };
            self.queue.end(wake);
        }
        draining
    }

    /// Nobody waits any more. False if it has ended before.
    pub(super) fn end(&mut self, why: End, wake: &mut Vec<Waker>) -> bool {
        if matches!(self.life, Life::Ended(_)) {
            return false;
        }
        self.life = Life::Ended(Arc::new(why));
        self.outbox.end();
        self.queue.end(wake);
        self.slots.end(wake);
        true
    }

    /// Fills the pen with what waits. False if there is nothing to write.
    pub(super) fn load_pen(&mut self, pen: &mut Pen) -> bool {
        let loaded = self.outbox.load(pen);
        // The outbox is empty now, so the queue may follow.
        self.unpark();
        loaded || self.outbox.load(pen)
    }

    /// After an id got free: moves requests from the queue to it.
    #[inline]
    fn refill(&mut self) -> Then {
        if self.queue.is_empty() || !self.unpark() {
            return Then::Nothing;
        }
        self.flush()
    }

    /// True if a request has left the queue.
    fn unpark(&mut self) -> bool {
        let mut moved = false;
        while self.outbox.waiting() <= self.outbox_limit
            && self.slots.has_room()
            && let Some(mut parked) = self.queue.pop()
        {
            let waker = std::mem::replace(&mut parked.waker, Waker::noop().clone());
            if let Ok(ticket) = self.slots.claim(waker, parked.deadline) {
                let claim = self.outbox.append(&parked.frame, ticket);
                self.queue.place(&parked, claim);
                moved = true;
            }
        }
        moved
    }

    /// Somebody must look at what was just appended: whoever writes, the I/O task, or the caller.
    #[inline]
    fn flush(&mut self) -> Then {
        if self.io_awake || !self.outbox.is_free() {
            return Then::Nothing;
        }
        if self.slots.live() == 1
            && let Some(mut pen) = self.outbox.take_direct()
        {
            self.outbox.load(&mut pen);
            return Then::Write(pen);
        }
        self.io_awake = true;
        Then::WakeIo
    }

    /// What became of a parked request that is in the queue no more, and was not sent.
    fn loss(&self) -> Failure {
        match &self.life {
            Life::Open => Failure::Timeout {
                step: Step::Request,
                sent: false,
            },
            // It was taken out without its deadline being over.
            life => life.refusal(),
        }
    }
}

impl Life {
    /// The answer to a request that comes too late.
    fn refusal(&self) -> Failure {
        let why = match self {
            Life::Ended(why) => Arc::clone(why),
            Life::Draining { patient: true } => Arc::new(End::WornOut),
            Life::Open | Life::Draining { .. } => Arc::new(End::Closed),
        };
        Failure::Ended { why, sent: false }
    }
}
