//! Requests that wait for a stream id: in the order in which they came, and bounded.
//!
//! When an id gets free, whoever freed it moves the first request from here into the slot, so that no wake-up
//! can get lost on the way to a waiter that is being dropped.

use std::collections::{HashMap, VecDeque};
use std::task::Waker;

use crate::clock::deadlines::Tick;
use crate::conn::outbox::Claim;

/// The queue of one connection.
#[derive(Debug)]
pub(super) struct Queue {
    /// Ascending by number.
    parked: VecDeque<Parked>,
    /// Those that have got an id, until their waiter looks.
    placed: HashMap<u64, Claim>,
    next: u64,
    bytes: usize,
    limit: Limit,
}

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) requests: usize,
    /// One request may exceed it if it waits alone.
    pub(super) bytes: usize,
}

/// A request that waits for an id.
#[derive(Debug)]
pub(super) struct Parked {
    number: u64,
    pub(super) waker: Waker,
    pub(super) deadline: Tick,
    pub(super) frame: Vec<u8>,
}

/// Where a request is that was parked.
pub(super) enum Place<'a> {
    Parked(&'a mut Parked),
    /// It has been sent; from now on this is its right to an answer.
    Placed(Claim),
    /// Deadline over or connection ended, before it was sent.
    Lost,
}

impl Queue {
    pub(super) fn new(limit: Limit) -> Queue {
        Queue {
            parked: VecDeque::new(),
            placed: HashMap::new(),
            next: 0,
            bytes: 0,
            limit,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parked.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.parked.len()
    }

    /// Parks a request; returns its number, or the waker if there is no place.
    pub(super) fn park(
        &mut self,
        waker: Waker,
        deadline: Tick,
        frame: &[u8],
    ) -> Result<u64, Waker> {
        let bytes = self.bytes + frame.len();
        let full = self.parked.len() >= self.limit.requests;
        if full || (bytes > self.limit.bytes && !self.parked.is_empty()) {
            return Err(waker);
        }
        let number = self.next;
        self.next += 1;
        self.bytes = bytes;
        self.parked.push_back(Parked {
            number,
            waker,
            deadline,
            frame: frame.to_vec(),
        });
        Ok(number)
    }

    /// The request that waits longest.
    pub(super) fn pop(&mut self) -> Option<Parked> {
        let parked = self.parked.pop_front()?;
        self.bytes -= parked.frame.len();
        if self.parked.is_empty() {
            self.parked = VecDeque::new();
        }
        Some(parked)
    }

    /// Notes what a popped request has got.
    pub(super) fn place(&mut self, parked: &Parked, claim: Claim) {
        self.placed.insert(parked.number, claim);
    }

    /// Where a request is now; what was placed is told once.
    pub(super) fn find(&mut self, number: u64) -> Place<'_> {
        if let Some(claim) = self.placed.remove(&number) {
            return Place::Placed(claim);
        }
        match self
            .parked
            .binary_search_by_key(&number, |parked| parked.number)
        {
            Ok(at) => Place::Parked(&mut self.parked[at]),
            Err(_) => Place::Lost,
        }
    }

    /// Takes a request out whose waiter gave up.
    pub(super) fn remove(&mut self, number: u64) -> Option<Parked> {
        let at = self
            .parked
            .binary_search_by_key(&number, |parked| parked.number)
            .ok()?;
        let parked = self.parked.remove(at)?;
        self.bytes -= parked.frame.len();
        Some(parked)
    }

    /// Takes out everybody whose deadline is over.
    pub(super) fn expire(&mut self, now: Tick, wake: &mut Vec<Waker>) {
        let (parked, bytes) = (&mut self.parked, &mut self.bytes);
        parked.retain_mut(|parked| {
            let over = parked.deadline.is_over(now);
            if over {
                *bytes -= parked.frame.len();
                wake.push(std::mem::replace(&mut parked.waker, Waker::noop().clone()));
            }
            !over
        });
    }

    /// Takes everybody out: nothing more is sent.
    pub(super) fn end(&mut self, wake: &mut Vec<Waker>) {
        wake.extend(self.parked.drain(..).map(|parked| parked.waker));
        self.bytes = 0;
    }
}
