//! The rules of the driver, more often and with pauses.

use std::time::Duration;

use super::{Decision, RetryPolicy, Standard, Tried};
use crate::error::ErrorKind;

/// The rules of [`Standard`], up to so many times where they say "once", each after a pause that doubles: for clusters
/// that need a moment rather than another node.
///
/// Pause number n, from 0 on, is `min(longest, shortest · 2ⁿ)`, give or take half of the shortest at random. What was
/// certainly not sent goes to the next node without a pause.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::retry::ExponentialBackoff;
///
/// let policy = ExponentialBackoff::times(4).between(Duration::from_millis(20), Duration::from_secs(1));
/// let builder = Session::builder().retry_policy(policy);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExponentialBackoff {
    times: u32,
    shortest: Duration,
    longest: Duration,
}

impl ExponentialBackoff {
    /// Up to so many retries, with pauses from 0.1 s to 10 s.
    pub fn times(times: u32) -> ExponentialBackoff {
        ExponentialBackoff {
            times,
            shortest: Duration::from_millis(100),
            longest: Duration::from_secs(10),
        }
    }

    /// With pauses from `shortest` to `longest`.
    pub fn between(mut self, shortest: Duration, longest: Duration) -> ExponentialBackoff {
        self.shortest = shortest;
        self.longest = longest.max(shortest);
        self
    }

    /// The pause before retry `n`; `random` is from 0 to 1.
    pub(super) fn pause(&self, n: u32, random: f64) -> Duration {
        let doubled = self.shortest.saturating_mul(1 << n.min(31));
        let least = self.shortest / 2;
        let spread = self.shortest.mul_f64(random.clamp(0.0, 1.0));
        (doubled.min(self.longest) + spread).saturating_sub(least)
    }
}

impl RetryPolicy for ExponentialBackoff {
    fn decide(&self, failure: &ErrorKind, request: &Tried<'_>) -> Decision {
        let decision = Standard::times(self.times).decide(failure, request);
        if !failure.possibly_sent() {
            return decision;
        }
        match decision {
            Decision::Retry(_) | Decision::RetryNextHost(_) if request.retries >= self.times => {
                Decision::Rethrow
            }
            decision => decision.after(self.pause(request.retries, rand::random_range(0.0..=1.0))),
        }
    }
}
