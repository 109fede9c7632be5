//! Copies when a request takes longer than most.

use std::fmt;
use std::time::Duration;

use super::SpeculationPolicy;
use crate::metrics::Latencies;

/// A copy when a request takes longer than most do: longer than a percentile of those that this policy has seen lately.
/// So about as many requests are copied as the percentile leaves over, whatever the cluster's latency is at the moment.
///
/// It sends no copies before it has seen 100 answers, and none sooner than after 1 ms. A policy that is given to several
/// profiles learns from all of them: give it to those whose requests are alike.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::speculation::Percentile;
///
/// let builder = Session::builder().speculation(Percentile::new(99.0, 1));
/// ```
pub struct Percentile {
    percentile: f64,
    copies: u32,
    seen: Latencies,
}

/// Fewer answers tell no percentile.
const ENOUGH: u64 = 100;

/// Sooner than the clocks of the runtime can tell, copies would be sent of everything.
const LEAST: Duration = Duration::from_millis(1);

impl Percentile {
    /// A copy after each time that `percentile` (0 to 100) of the answers have not needed, at most `copies`.
    pub fn new(percentile: f64, copies: u32) -> Percentile {
        Percentile {
            percentile,
            copies,
            seen: Latencies::default(),
        }
    }
}

impl SpeculationPolicy for Percentile {
    fn delay(&self, copy: u32) -> Option<Duration> {
        if copy > self.copies || self.seen.count() < ENOUGH {
            return None;
        }
        Some(self.seen.percentile(self.percentile)?.max(LEAST))
    }

    fn answered(&self, after: Duration) {
        self.seen.record(after);
    }
}

impl fmt::Debug for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Percentile")
            .field("percentile", &self.percentile)
            .field("copies", &self.copies)
            .field("delay", &self.delay(1))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_how_long_most_take() {
        let policy = Percentile::new(90.0, 1);
        for n in 1..ENOUGH {
            policy.answered(Duration::from_millis(n));
            assert_eq!(policy.delay(1), None);
        }
        policy.answered(Duration::from_millis(ENOUGH));
        let delay = policy.delay(1).expect("it has seen enough");
        let off = delay.as_secs_f64() / 0.090;
        assert!((0.999..1.13).contains(&off), "{delay:?}");
        assert_eq!(policy.delay(2), None);
    }

    #[test]
    fn never_copies_at_once() {
        let policy = Percentile::new(50.0, 1);
        for _ in 0..200 {
            policy.answered(Duration::from_micros(50));
        }
        assert_eq!(policy.delay(1), Some(LEAST));
    }
}
