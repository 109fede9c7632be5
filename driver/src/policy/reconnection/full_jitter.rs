//! Pauses of any length below a limit that doubles.

use std::time::Duration;

use super::{ReconnectionPolicy, doubled};

/// What a session does unless it is told otherwise: pauses drawn at random below a limit that doubles from the shortest to
/// the longest, for ever. Clients that lost a server together come back spread over the whole time, not in waves.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::policy::reconnection::FullJitter;
/// use scylla_orm_driver::pool::config::PoolConfig;
///
/// let pool = PoolConfig {
///     reconnection: FullJitter::new(Duration::from_millis(100), Duration::from_secs(30)).into(),
///     ..PoolConfig::default()
/// };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FullJitter {
    shortest: Duration,
    longest: Duration,
}

impl Default for FullJitter {
    /// From 50 ms to 10 s.
    fn default() -> FullJitter {
        FullJitter::new(Duration::from_millis(50), Duration::from_secs(10))
    }
}

impl FullJitter {
    /// Limits from `shortest` to `longest`, which is not less.
    pub fn new(shortest: Duration, longest: Duration) -> FullJitter {
        FullJitter {
            shortest,
            longest: longest.max(shortest),
        }
    }
}

impl ReconnectionPolicy for FullJitter {
    fn delay(&self, failures: u32) -> Option<Duration> {
        let limit = doubled(self.shortest, self.longest, failures);
        Some(limit.mul_f64(rand::random_range(0.0..=1.0)))
    }

    fn lasting(&self) -> Duration {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_below_a_limit_that_doubles() {
        let policy = FullJitter::default();
        let ms = Duration::from_millis;
        for (failures, limit) in [(0, 50), (1, 100), (5, 1_600), (8, 10_000), (99, 10_000)] {
            let delays: Vec<_> = (0..200).filter_map(|_| policy.delay(failures)).collect();
            assert!(delays.iter().all(|delay| *delay <= ms(limit)), "{limit}");
            // Not one of two hundred in the upper half: that is no chance.
            assert!(delays.iter().any(|delay| *delay > ms(limit / 2)), "{limit}");
            assert!(delays.iter().any(|delay| *delay < ms(limit / 2)), "{limit}");
        }
    }
}
