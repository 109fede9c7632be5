//! Who says when a write was made.

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::clock::timestamps::Timestamps;
use crate::policy::Shared;

/// Says when a write was made, if its statement does not: drawn once for a request, and the same for all its attempts and
/// copies. Conditional writes, counters and reads are not asked about.
///
/// A session uses [`Monotonic`] with its own clock unless it is
/// [told otherwise](crate::SessionBuilder::timestamp_generator).
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::timestamp::{ServerSide, TimestampGenerator};
///
/// /// All writes of a migration carry the time of its source, so that what users write meanwhile is newer.
/// #[derive(Debug)]
/// struct Of(i64);
///
/// impl TimestampGenerator for Of {
///     fn next(&self) -> Option<i64> {
///         Some(self.0)
///     }
/// }
///
/// let migration = Session::builder().timestamp_generator(Of(1_600_000_000_000_000));
/// let server = Session::builder().timestamp_generator(ServerSide);
/// ```
pub trait TimestampGenerator: fmt::Debug + Send + Sync + 'static {
    /// The next write time, in microseconds since 1970; `None` leaves it to the coordinator.
    fn next(&self) -> Option<i64>;
}

/// The wall clock's time, but never the same twice and never less than before, whatever that clock does; it warns when the
/// clock is more than a second behind what it has given out, once a second.
///
/// # Examples
/// Several sessions with one series, so that their writes do not tie either:
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::clock::SystemClock;
/// use scylla_orm_driver::policy::Shared;
/// use scylla_orm_driver::policy::timestamp::{Monotonic, TimestampGenerator};
///
/// let series: Shared<dyn TimestampGenerator> = Monotonic::new(SystemClock).into();
/// let one = Session::builder().timestamp_generator(series.clone());
/// let other = Session::builder().timestamp_generator(series);
/// ```
#[derive(Debug)]
pub struct Monotonic(Timestamps);

impl Monotonic {
    /// A series that follows `clock`.
    pub fn new(clock: impl Clock) -> Monotonic {
        Monotonic(Timestamps::new(Arc::new(clock)))
    }
}

impl TimestampGenerator for Monotonic {
    fn next(&self) -> Option<i64> {
        Some(self.0.next())
    }
}

/// The coordinator's time. Two writes of one session may then get the same time, or times in another order than they were
/// made in, if different nodes coordinate them; a retry gets another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerSide;

impl TimestampGenerator for ServerSide {
    fn next(&self) -> Option<i64> {
        None
    }
}

impl<P: TimestampGenerator> From<P> for Shared<dyn TimestampGenerator> {
    fn from(policy: P) -> Self {
        Shared::of(Arc::new(policy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn monotonic_never_repeats_and_the_server_side_says_nothing() {
        let stamps = Monotonic::new(SystemClock);
        let found: Vec<i64> = (0..1_000).filter_map(|_| stamps.next()).collect();
        assert_eq!(found.len(), 1_000);
        assert!(found.is_sorted_by(|a, b| a < b));
        assert_eq!(ServerSide.next(), None);
    }
}
