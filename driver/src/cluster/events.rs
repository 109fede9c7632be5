//! What events are worth, and when to act on them.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::frame::response::{Event, Response, SchemaChange};
use crate::frame::{Frame, Unreadable};

/// What an event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    /// The topology may be another.
    Refresh,
    /// The schema of a keyspace is another, and its replication may be.
    Schema(SchemaChange),
    /// The node can be connected to again, or cannot. A hint: its own connections know better.
    Status {
        node: SocketAddr,
        up: bool,
    },
}

/// What the event in `frame` asks for.
///
/// # Errors
/// An event that cannot be read may have told anything: the whole topology should be read.
pub(super) fn effect(frame: Frame) -> Result<Effect, Unreadable> {
    Ok(match frame.response(&Default::default(), None)? {
        (_, Response::Event(event)) => match event {
            Event::Topology { .. } => Effect::Refresh,
            Event::Status { up, node } => Effect::Status { node, up },
            Event::Schema(change) => Effect::Schema(change),
            _ => Effect::Nothing,
        },
        _ => Effect::Nothing,
    })
}

/// When the topology is read next: events come in bursts, and one reading serves them all.
#[derive(Debug)]
pub(super) struct Schedule {
    last: Instant,
    /// When something has asked for it.
    due: Option<Instant>,
    /// Without any event, it is read this often: an event can be lost.
    period: Option<Duration>,
}

/// A burst of events is over after this.
const SETTLE: Duration = Duration::from_millis(100);
/// Events alone cause no more than one reading in this time.
const PAUSE: Duration = Duration::from_secs(1);

impl Schedule {
    /// It has just been read.
    pub(super) fn new(period: Option<Duration>) -> Schedule {
        Schedule {
            last: Instant::now(),
            due: None,
            period,
        }
    }

    /// An event asks for a reading. The first of a burst decides when, so that an endless one cannot put it off. True if
    /// it is the first.
    pub(super) fn event(&mut self) -> bool {
        let first = self.due.is_none();
        let soon = (Instant::now() + SETTLE).max(self.last + PAUSE);
        self.due.get_or_insert(soon);
        first
    }

    /// Somebody waits for a reading.
    pub(super) fn now(&mut self) {
        self.due = Some(Instant::now());
    }

    /// It is being read.
    pub(super) fn done(&mut self) {
        *self = Schedule::new(self.period);
    }

    /// When to read it next, if nothing else happens.
    pub(super) fn next(&self) -> Option<Instant> {
        self.due.or_else(|| self.last.checked_add(self.period?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_burst_causes_one_reading_and_a_flood_one_per_second() {
        let mut schedule = Schedule::new(Some(PERIOD));
        let start = Instant::now();
        let next = |schedule: &Schedule| schedule.next().unwrap();
        assert_eq!(next(&schedule) - start, PERIOD);
        assert!(schedule.event());
        let due = next(&schedule);
        assert_eq!(due - start, PAUSE);
        for _ in 0..1000 {
            assert!(!schedule.event());
        }
        assert_eq!(next(&schedule), due);
        tokio::time::advance(Duration::from_secs(5)).await;
        schedule.done();
        tokio::time::advance(Duration::from_secs(5)).await;
        schedule.event();
        assert_eq!(next(&schedule) - Instant::now(), SETTLE);
        schedule.now();
        assert_eq!(next(&schedule), Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_period_nothing_is_due() {
        let mut schedule = Schedule::new(None);
        assert_eq!(schedule.next(), None);
        schedule.event();
        assert_eq!(schedule.next(), Some(Instant::now() + PAUSE));
    }
}
