//! The table of stream ids: who waits for which answer.
//!
//! Invariants:
//! 1. A slot belongs to the waiter that knows its generation. The generation grows whenever that right ends:
//!    answer taken, waiter dropped, deadline over, connection ended. With any other generation a waiter may
//!    not touch the slot.
//! 2. A stream id is free only if the server owes no answer for it: an abandoned slot stays an orphan until its
//!    answer comes, so that a late answer never reaches the next request.

use std::mem;
use std::task::Waker;
use std::time::Duration;

use crate::clock::deadlines::Tick;
use crate::frame::Frame;

/// The slots of one connection, indexed by stream id.
#[derive(Debug)]
pub(super) struct Slots {
    /// Grown on demand.
    slots: Vec<Slot>,
    /// A stack: the ids used last, whose slots are in the processor's cache, come first.
    free: Vec<u16>,
    limit: u16,
    /// Answers that the server owes, those to orphans included.
    live: u32,
    orphans: u32,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    /// When the wait ends; of an orphan, when it ended.
    deadline: Tick,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Free,
    Waiting(Waker),
    Done(Frame),
    /// The waiter has gone, the answer has not come.
    Orphan,
}

/// The right to one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    pub(super) stream: u16,
    generation: u32,
}

/// What became of a request when its waiter looked.
#[derive(Debug)]
pub(super) enum Look {
    /// No answer yet; the right waker is in place.
    Pending,
    /// No answer yet, and another waker is in place: bring a clone of the current one.
    NeedsWaker,
    /// No answer yet; this waker was replaced, and is to be dropped without the lock.
    Replaced(Waker),
    Answered(Frame),
    /// The right has ended: deadline over or connection ended.
    Lost,
}

/// What an abandoned slot held, to be dropped without the lock.
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "held to be dropped in the right place, never read"
)]
pub(super) enum Remains {
    Nothing,
    Waker(Waker),
    Answer(Frame),
}

/// An answer on a stream that has no request: what comes after it cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stray;

impl Slots {
    /// At most `limit` requests at once (and at least one).
    pub(super) fn new(limit: u16) -> Slots {
        Slots {
            slots: Vec::new(),
            free: Vec::new(),
            // Ids are non-negative `i16`s on the wire.
            limit: limit.clamp(1, 1 << 15),
            live: 0,
            orphans: 0,
        }
    }

    pub(super) fn live(&self) -> u32 {
        self.live
    }

    pub(super) fn orphans(&self) -> u32 {
        self.orphans
    }

    pub(super) fn has_room(&self) -> bool {
        !self.free.is_empty() || self.slots.len() < usize::from(self.limit)
    }

    /// Takes a stream id. Gives the waker back if none is free.
    #[inline]
    pub(super) fn claim(&mut self, waker: Waker, deadline: Tick) -> Result<Ticket, Waker> {
        let Some(stream) = self.free.pop().or_else(|| self.grow()) else {
            return Err(waker);
        };
        let slot = &mut self.slots[usize::from(stream)];
        slot.phase = Phase::Waiting(waker);
        slot.deadline = deadline;
        self.live += 1;
        Ok(Ticket {
            stream,
            generation: slot.generation,
        })
    }

    fn grow(&mut self) -> Option<u16> {
        let stream = u16::try_from(self.slots.len()).ok()?;
        if stream >= self.limit {
            return None;
        }
        self.slots.push(Slot {
            generation: 0,
            deadline: Tick::default(),
            phase: Phase::Free,
        });
        Some(stream)
    }

    /// Takes the answer if it is there; else sees to it that `current` will be woken. `fresh` is a clone of
    /// `current`, if the caller has made one: cloning a waker is foreign code and not done under the lock.
    #[inline]
    pub(super) fn look(
        &mut self,
        ticket: &Ticket,
        current: &Waker,
        fresh: &mut Option<Waker>,
    ) -> Look {
        let slot = &mut self.slots[usize::from(ticket.stream)];
        if slot.generation != ticket.generation {
            return Look::Lost;
        }
        if let Phase::Waiting(waker) = &mut slot.phase {
            if waker.will_wake(current) {
                return Look::Pending;
            }
            return match fresh.take() {
                Some(fresh) => Look::Replaced(mem::replace(waker, fresh)),
                None => Look::NeedsWaker,
            };
        }
        slot.generation = slot.generation.wrapping_add(1);
        match mem::replace(&mut slot.phase, Phase::Free) {
            Phase::Done(frame) => {
                self.free.push(ticket.stream);
                Look::Answered(frame)
            }
            // Only a slot that waits or is done has an owner.
            Phase::Free | Phase::Orphan | Phase::Waiting(_) => Look::Lost,
        }
    }

    /// The waiter gives up, at `now`.
    pub(super) fn abandon(&mut self, ticket: &Ticket, now: Tick) -> Remains {
        let slot = &mut self.slots[usize::from(ticket.stream)];
        if slot.generation != ticket.generation {
            return Remains::Nothing;
        }
        slot.generation = slot.generation.wrapping_add(1);
        match mem::replace(&mut slot.phase, Phase::Orphan) {
            Phase::Waiting(waker) => {
                slot.deadline = now;
                self.orphans += 1;
                Remains::Waker(waker)
            }
            Phase::Done(frame) => {
                slot.phase = Phase::Free;
                self.free.push(ticket.stream);
                Remains::Answer(frame)
            }
            Phase::Free | Phase::Orphan => Remains::Nothing,
        }
    }

    /// The request was taken back before anybody began to write it, so that no answer is due: its id is free, also
    /// if the wait for it has ended before.
    #[cold]
    pub(super) fn withdraw(&mut self, ticket: &Ticket) -> Remains {
        let slot = &mut self.slots[usize::from(ticket.stream)];
        let own = slot.generation == ticket.generation;
        let expired = slot.generation == ticket.generation.wrapping_add(1)
            && matches!(slot.phase, Phase::Orphan);
        if !own && !expired {
            return Remains::Nothing;
        }
        let remains = match mem::replace(&mut slot.phase, Phase::Free) {
            Phase::Waiting(waker) => Remains::Waker(waker),
            Phase::Orphan => {
                self.orphans -= 1;
                Remains::Nothing
            }
            // A server that answers what it has not got; not counted any more.
            Phase::Done(frame) => {
                self.live += 1;
                Remains::Answer(frame)
            }
            Phase::Free => return Remains::Nothing,
        };
        slot.generation = ticket.generation.wrapping_add(1);
        self.live -= 1;
        self.free.push(ticket.stream);
        remains
    }

    /// An answer has come; its waiter's waker goes to `wake`.
    #[inline]
    pub(super) fn answer(
        &mut self,
        stream: u16,
        frame: Frame,
        wake: &mut Vec<Waker>,
    ) -> Result<(), Stray> {
        let slot = self.slots.get_mut(usize::from(stream)).ok_or(Stray)?;
        match mem::replace(&mut slot.phase, Phase::Free) {
            Phase::Waiting(waker) => {
                slot.phase = Phase::Done(frame);
                wake.push(waker);
            }
            Phase::Orphan => {
                self.orphans -= 1;
                self.free.push(stream);
            }
            owned @ (Phase::Free | Phase::Done(_)) => {
                slot.phase = owned;
                return Err(Stray);
            }
        }
        self.live -= 1;
        Ok(())
    }

    /// Ends the right of everybody whose deadline is over.
    pub(super) fn expire(&mut self, now: Tick, wake: &mut Vec<Waker>) {
        if self.live == self.orphans {
            return;
        }
        for slot in &mut self.slots {
            if slot.deadline.is_over(now) && matches!(slot.phase, Phase::Waiting(_)) {
                let waiting = mem::replace(&mut slot.phase, Phase::Orphan);
                slot.generation = slot.generation.wrapping_add(1);
                self.orphans += 1;
                if let Phase::Waiting(waker) = waiting {
                    wake.push(waker);
                }
            }
        }
    }

    /// Orphans whose answers are due for longer than `age`.
    pub(super) fn old_orphans(&self, now: Tick, age: Duration) -> usize {
        let old = |slot: &&Slot| {
            matches!(slot.phase, Phase::Orphan) && slot.deadline.plus(age).is_over(now)
        };
        self.slots.iter().filter(old).count()
    }

    /// No more answers will come: ends everybody's right, except to answers that are there.
    pub(super) fn end(&mut self, wake: &mut Vec<Waker>) {
        for slot in &mut self.slots {
            if matches!(slot.phase, Phase::Waiting(_))
                && let Phase::Waiting(waker) = mem::replace(&mut slot.phase, Phase::Free)
            {
                slot.generation = slot.generation.wrapping_add(1);
                wake.push(waker);
            }
        }
        self.live = 0;
        self.orphans = 0;
    }
}
