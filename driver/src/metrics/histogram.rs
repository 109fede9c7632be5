//! How long requests took: a histogram that is filled without a lock, and read as percentiles.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Microseconds below `PARTS` have a bucket each; above, each power of two has `PARTS`.
const PARTS: usize = 8;
/// Up to 2²⁷ µs, a little more than two minutes; what takes longer is counted as that.
const BUCKETS: usize = PARTS * (1 + LAST_POWER - FIRST_POWER);
const FIRST_POWER: usize = 3;
const LAST_POWER: usize = 27;

/// Filled by requests; one addition each.
pub(crate) struct Histogram([AtomicU64; BUCKETS]);

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram([const { AtomicU64::new(0) }; BUCKETS])
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}

impl Histogram {
    #[inline]
    pub(crate) fn record(&self, latency: Duration) {
        if let Some(bucket) = self.0.get(bucket(latency)) {
            bucket.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> LatencyHistogram {
        LatencyHistogram {
            counts: self.0.iter().map(|bucket| bucket.load(Relaxed)).collect(),
        }
    }
}

/// How long requests took, from the moment that they were handed to a connection until their answers were there. Each
/// was counted in one of some 200 classes, which are no wider than an eighth of what is in them: so exact are all times
/// that this tells.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LatencyHistogram {
    /// Empty, or one for each bucket.
    counts: Box<[u64]>,
}

impl LatencyHistogram {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The time within which this share of the requests was answered, from 0 to 1: 0.99 of them for the 99th
    /// percentile. `None` if there are none.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        // Exact as long as there are fewer than 2⁵³.
        let wanted = (self.count() as f64 * share.clamp(0.0, 1.0)).ceil();
        let mut seen = 0;
        let found = self.filled().find(|(_, count)| {
            seen += count;
            seen as f64 >= wanted
        });
        found.map(|(at, _)| longest(at))
    }

    /// The longest.
    pub fn max(&self) -> Option<Duration> {
        self.filled().last().map(|(at, _)| longest(at))
    }

    /// All of them together.
    pub fn sum(&self) -> Duration {
        let micros = self.filled().map(|(at, count)| {
            let middle = first(at).saturating_add(first(at + 1).saturating_sub(1)) / 2;
            middle.saturating_mul(count)
        });
        Duration::from_micros(micros.fold(0, u64::saturating_add))
    }

    /// The mean; `None` if there are none.
    pub fn mean(&self) -> Option<Duration> {
        let nanos = self.sum().as_nanos().checked_div(self.count().into())?;
        Some(Duration::from_nanos(
            u64::try_from(nanos).unwrap_or(u64::MAX),
        ))
    }

    /// How many took less than two to this power of microseconds: exact, since classes begin there.
    pub fn below_power(&self, power: u32) -> u64 {
        let end = 1_u64.checked_shl(power).unwrap_or(u64::MAX);
        let below = self.filled().take_while(|(at, _)| first(at + 1) <= end);
        below.map(|(_, count)| count).sum()
    }

    /// Adds others.
    pub fn add(&mut self, other: &LatencyHistogram) {
        if self.counts.is_empty() {
            self.counts.clone_from(&other.counts);
            return;
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Those that were added since an earlier reading of the same counters.
    pub fn since(&self, earlier: &LatencyHistogram) -> LatencyHistogram {
        let before = earlier.counts.iter().copied().chain(std::iter::repeat(0));
        LatencyHistogram {
            counts: self
                .counts
                .iter()
                .zip(before)
                .map(|(now, before)| now.saturating_sub(before))
                .collect(),
        }
    }

    /// The classes that have any: the longest time of each, and how many there are.
    pub fn classes(&self) -> impl Iterator<Item = (Duration, u64)> {
        self.filled().map(|(at, count)| (longest(at), count))
    }

    fn filled(&self) -> impl Iterator<Item = (usize, u64)> {
        let all = self.counts.iter().copied().enumerate();
        all.filter(|(_, count)| *count > 0)
    }
}

impl fmt::Debug for LatencyHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LatencyHistogram")
            .field("count", &self.count())
            .field("mean", &self.mean())
            .field("p50", &self.quantile(0.5))
            .field("p99", &self.quantile(0.99))
            .field("max", &self.max())
            .finish()
    }
}

#[inline]
fn bucket(latency: Duration) -> usize {
    let Ok(micros) = usize::try_from(latency.as_micros()) else {
        return BUCKETS - 1;
    };
    if micros < PARTS {
        return micros;
    }
    let power = micros.ilog2() as usize;
    let part = (micros >> (power - FIRST_POWER)) - PARTS;
    (PARTS * (1 + power - FIRST_POWER) + part).min(BUCKETS - 1)
}

/// The first microsecond of a bucket.
fn first(bucket: usize) -> u64 {
    let (power, part) = ((bucket / PARTS).saturating_sub(1), bucket % PARTS);
    let begin = match bucket < PARTS {
        true => 0,
        false => PARTS,
    };
    ((begin + part) as u64) << power
}

fn longest(bucket: usize) -> Duration {
    Duration::from_micros(first(bucket + 1) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    #[test]
    fn each_time_is_in_a_bucket_no_wider_than_an_eighth_of_it() {
        let powers = (0..40).map(|power| 1_u64 << power);
        for time in powers.flat_map(|p| [p - 1, p, p + 1, p + p / 3]) {
            let at = bucket(micros(time));
            if at == BUCKETS - 1 {
                assert!(time >= (1 << (LAST_POWER - 1)) * 15 / 8, "{time}");
                continue;
            }
            let (from, to) = (first(at), first(at + 1));
            assert!((from..to).contains(&time), "{time} in {from}..{to}");
            assert!((to - from - 1) * 8 <= time, "{time} in {from}..{to}");
        }
        assert_eq!(bucket(Duration::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_of_what_was_recorded() {
        let histogram = Histogram::default();
        assert_eq!(histogram.read().quantile(0.5), None);
        assert_eq!(histogram.read().mean(), None);
        for time in 1..=1000 {
            histogram.record(micros(time));
        }
        let read = histogram.read();
        assert_eq!(read.count(), 1000);
        for (share, exact) in [(0.0, 1), (0.5, 500), (0.9, 900), (0.99, 990), (1.0, 1000)] {
            let found = read.quantile(share).unwrap();
            let most = micros(exact + exact / 8);
            assert!(
                (micros(exact)..=most).contains(&found),
                "{share}: {found:?}"
            );
        }
        let mean = read.mean().unwrap();
        assert!((micros(470)..=micros(530)).contains(&mean), "{mean:?}");
        assert_eq!(read.below_power(9), 511);
        assert_eq!(read.below_power(60), 1000);
        let twice = {
            let mut twice = read.clone();
            twice.add(&read);
            twice
        };
        assert_eq!(twice.since(&read), read);
        assert_eq!(twice.count(), 2000);
    }
}
