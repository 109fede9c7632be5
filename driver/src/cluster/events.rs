//! What events are worth, and when to act on them.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::frame::Frame;
use crate::frame::response::{Event, Response, SchemaTarget};

/// What an event asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    /// The topology, or the replication of a keyspace, may be another.
    Refresh,
    /// The node can be connected to again. A hint: if it is not known, it is new.
    Up(SocketAddr),
    /// The node is said to be down. A hint: its own connections know better, and are asked.
    Down(SocketAddr),
}

/// What the event in `frame` asks for.
pub(super) fn effect(frame: Frame) -> Effect {
    match frame.response(&Default::default(), None) {
        Ok((_, Response::Event(event))) => match event {
            Event::Topology { .. } => Effect::Refresh,
            Event::Status { up: true, node } => Effect::Up(node),
            Event::Status { up: false, node } => Effect::Down(node),
            Event::Schema(change) if change.target == SchemaTarget::Keyspace => Effect::Refresh,
            _ => Effect::Nothing,
        },
        Ok(_) => Effect::Nothing,
        Err(malformed) => {
            tracing::warn!(%malformed, "an event cannot be read: asking for the whole topology instead");
            Effect::Refresh
        }
    }
}

/// When the topology is read next: events come in bursts, and one reading serves them all.
#[derive(Debug)]
pub(super) struct Schedule {
    last: Instant,
    /// When something has asked for it.
    due: Option<Instant>,
}

/// A burst of events is over after this.
const SETTLE: Duration = Duration::from_millis(100);
/// Events alone cause no more than one reading in this time.
const PAUSE: Duration = Duration::from_secs(1);
/// Without any event, it is read this often: an event can be lost.
const PERIOD: Duration = Duration::from_secs(60);

impl Schedule {
    pub(super) fn new() -> Schedule {
        Schedule {
            last: Instant::now(),
            due: None,
        }
    }

    /// An event asks for a reading. The first of a burst decides when, so that an endless one cannot put it off.
    pub(super) fn event(&mut self) {
        let soon = (Instant::now() + SETTLE).max(self.last + PAUSE);
        self.due.get_or_insert(soon);
    }

    /// Somebody waits for a reading.
    pub(super) fn now(&mut self) {
        self.due = Some(Instant::now());
    }

    /// It has been read.
    pub(super) fn done(&mut self) {
        *self = Schedule::new();
    }

    /// When to read it next.
    pub(super) fn next(&self) -> Instant {
        self.due.unwrap_or(self.last + PERIOD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_causes_one_reading_and_a_flood_one_per_second() {
        let mut schedule = Schedule::new();
        let start = Instant::now();
        assert_eq!(schedule.next() - start, PERIOD);
        schedule.event();
        let due = schedule.next();
        assert_eq!(due - start, PAUSE);
        for _ in 0..1000 {
            schedule.event();
        }
        assert_eq!(schedule.next(), due);
        tokio::time::advance(Duration::from_secs(5)).await;
        schedule.done();
        tokio::time::advance(Duration::from_secs(5)).await;
        schedule.event();
        assert_eq!(schedule.next() - Instant::now(), SETTLE);
        schedule.now();
        assert_eq!(schedule.next(), Instant::now());
    }
}
