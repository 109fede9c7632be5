//! Time as the driver sees it: now, timestamps, deadlines.

use std::fmt;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Write timestamps that never repeat.
pub mod timestamps;

/// Deadlines as coarse ticks, and the one task that enforces them.
pub mod deadlines;

/// Where the time comes from; a test puts its own in place of [`SystemClock`].
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Monotonic time: for deadlines and durations.
    fn now(&self) -> Instant;

    /// Wall clock: microseconds since 1970-01-01 00:00 UTC, negative before it. May jump in both directions.
    fn timestamp(&self) -> i64;
}

/// The operating system's clocks. Monotonic time follows tokio's, so that a paused runtime pauses deadlines.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn timestamp(&self) -> i64 {
        // Years 1970 ± 292,000 fit; what does not is a broken clock, and its end of the range is as good as any.
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |us| -us),
        }
    }
}
