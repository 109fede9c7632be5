//! Time as the cluster sees it: the system's clock, which a test may put forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// The clock of a cluster: what expires and which write is the later one depends on it. Clones are the same clock.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// How far it is ahead of the system's clock, in microseconds.
    ahead: AtomicI64,
    /// The last timestamp handed out, so that the next one is later.
    last: AtomicI64,
    /// Woken when the clock is put forward.
    advanced: Notify,
}

impl Clock {
    /// Puts the clock forward, so that values written with a TTL expire without waiting, and so do the timeouts of nodes
    /// that wait for others.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0
            .ahead
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |ahead| {
                Some(ahead.saturating_add(by))
            })
            .ok();
        self.0.advanced.notify_waiters();
    }

    /// Waits until it is so late, in microseconds since 1970: by itself, or because the clock is put forward.
    pub(crate) async fn reaches(&self, micros: i64) {
        loop {
            // Before the look at the time, so that nothing is missed.
            let advanced = self.0.advanced.notified();
            let left = match u64::try_from(micros.saturating_sub(self.micros())) {
                Ok(left) if left > 0 => Duration::from_micros(left),
                _ => return,
            };
            tokio::select! {
                () = advanced => {}
                () = tokio::time::sleep(left) => {}
            }
        }
    }

    /// Microseconds since 1970.
    pub(crate) fn micros(&self) -> i64 {
        let system = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX));
        system.saturating_add(self.0.ahead.load(Ordering::SeqCst))
    }

    /// Whole seconds since 1970, which expiry counts in.
    pub(crate) fn seconds(&self) -> i64 {
        self.micros().div_euclid(1_000_000)
    }

    /// A timestamp for a write: microseconds since 1970, later than each one handed out before.
    pub(crate) fn timestamp(&self) -> i64 {
        let now = self.micros();
        let next = |last: i64| now.max(last.saturating_add(1));
        self.0
            .last
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)))
            .map_or(now, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_rise_and_advance_moves_time() {
        let clock = Clock::default();
        let stamps: Vec<i64> = (0..100).map(|_| clock.timestamp()).collect();
        assert!(stamps.is_sorted_by(|a, b| a < b));
        let before = clock.seconds();
        clock.clone().advance(Duration::from_secs(60));
        assert!(clock.seconds() >= before + 60);
    }
}
