//! How long things take, as a histogram that forgets.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Latencies of late: a histogram whose buckets are an eighth of a power of two wide, so that a percentile is at most
/// 12.5 % too long. Atomics only; readers see a moment that is nearly one.
pub(crate) struct Latencies {
    buckets: Box<[AtomicU64; BUCKETS]>,
    /// Records since the last halving.
    fresh: AtomicU64,
}

/// Buckets for each power of two of microseconds.
const PARTS: u64 = 8;
const BUCKETS: usize = 8 * 40;

/// After so many records what was before counts half.
const MEMORY: u64 = 10_000;

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies {
            buckets: Box::new(std::array::from_fn(|_| AtomicU64::new(0))),
            fresh: AtomicU64::new(0),
        }
    }
}

impl Latencies {
    pub(crate) fn record(&self, latency: Duration) {
        if let Some(bucket) = self.buckets.get(bucket(latency)) {
            bucket.fetch_add(1, Relaxed);
        }
        if self.fresh.fetch_add(1, Relaxed) + 1 == MEMORY {
            for bucket in &*self.buckets {
                bucket.update(Relaxed, Relaxed, |count| count / 2);
            }
            self.fresh.store(0, Relaxed);
        }
    }

    /// How many are remembered.
    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// The latency that `percentile` (0 to 100) of those remembered have not exceeded; `None` if there are none.
    pub(crate) fn percentile(&self, percentile: f64) -> Option<Duration> {
        let counts: Vec<u64> = self.buckets.iter().map(|b| b.load(Relaxed)).collect();
        let all: u64 = counts.iter().sum();
        let wanted = (all as f64 * percentile.clamp(0.0, 100.0) / 100.0).ceil();
        let mut below = 0;
        let at = counts.iter().position(|count| {
            below += count;
            below > 0 && below as f64 >= wanted
        });
        at.map(longest)
    }
}

/// Microseconds below `PARTS` have a bucket each; above, each power of two has `PARTS`.
fn bucket(latency: Duration) -> usize {
    let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
    let at = match us.checked_ilog2() {
        Some(power @ 3..) => {
            let part = (us >> (power - 3)) - PARTS;
            u64::from(power - 2) * PARTS + part
        }
        _ => us,
    };
    usize::try_from(at).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

/// The longest latency of a bucket.
fn longest(bucket: usize) -> Duration {
    let at = bucket as u64;
    let us = match at / PARTS {
        0 => at,
        power => ((at % PARTS + PARTS + 1) << (power - 1)) - 1,
    };
    Duration::from_micros(us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_and_are_narrow() {
        let mut last = 0;
        for us in 0..100_000 {
            let at = bucket(Duration::from_micros(us));
            assert!(at == last || at == last + 1, "{us}");
            last = at;
            let longest = longest(at).as_micros();
            let us = u128::from(us);
            assert!(us <= longest && longest <= us + us / 8, "{us} {longest}");
        }
        assert_eq!(bucket(Duration::MAX), BUCKETS - 1);
        assert!(longest(BUCKETS - 1) > Duration::from_secs(86_400));
    }

    #[test]
    fn percentiles_of_what_was_recorded_lately() {
        let latencies = Latencies::default();
        assert_eq!(latencies.percentile(50.0), None);
        for ms in 1..=1_000 {
            latencies.record(Duration::from_millis(ms));
        }
        assert_eq!(latencies.count(), 1_000);
        for (percentile, ms) in [(0.0, 1.0), (50.0, 500.0), (99.0, 990.0), (100.0, 1_000.0)] {
            let found = latencies.percentile(percentile).expect("there are some");
            let ratio = found.as_secs_f64() * 1_000.0 / ms;
            assert!((1.0..1.13).contains(&ratio), "{percentile}: {found:?}");
        }
        // Old latencies fade: after three times as many short ones nearly all are short.
        for _ in 0..3 * MEMORY {
            latencies.record(Duration::from_micros(5));
        }
        assert_eq!(latencies.percentile(98.0), Some(Duration::from_micros(5)));
        assert!(latencies.count() < 3 * MEMORY);
    }
}
