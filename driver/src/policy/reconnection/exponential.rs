//! Pauses that double, a little longer or shorter at random.

use std::time::Duration;

use super::{ReconnectionPolicy, doubled};

/// Pauses that double from the shortest to the longest, each up to 15 % longer or shorter at random, but within these two.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::policy::reconnection::Exponential;
/// use scylla_orm_driver::pool::config::PoolConfig;
///
/// let policy = Exponential::new(Duration::from_secs(1), Duration::from_secs(600)).max_attempts(64);
/// let pool = PoolConfig {
///     reconnection: policy.into(),
///     ..PoolConfig::default()
/// };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exponential {
    shortest: Duration,
    longest: Duration,
    limit: Option<u32>,
}

impl Exponential {
    /// Pauses from `shortest` to `longest`, which is not less, for ever.
    pub fn new(shortest: Duration, longest: Duration) -> Exponential {
        Exponential {
            shortest,
            longest: longest.max(shortest),
            limit: None,
        }
    }

    /// Gives up after so many attempts, not counting the one that is made at once when a connection is lost that had
    /// [lasted](ReconnectionPolicy::lasting). By default it never does.
    pub fn max_attempts(mut self, attempts: u32) -> Exponential {
        self.limit = Some(attempts);
        self
    }

    /// The pause after so many failures; `random` is from 0 to 1.
    fn pause(&self, failures: u32, random: f64) -> Duration {
        let jitter = random.clamp(0.0, 1.0).mul_add(0.30, 0.85);
        let pause = doubled(self.shortest, self.longest, failures);
        // Only a pause of centuries would be too long to be multiplied.
        Duration::try_from_secs_f64(pause.as_secs_f64() * jitter)
            .unwrap_or(pause)
            .clamp(self.shortest, self.longest)
    }
}

impl ReconnectionPolicy for Exponential {
    fn delay(&self, failures: u32) -> Option<Duration> {
        let goes_on = self.limit.is_none_or(|limit| failures < limit);
        goes_on.then(|| self.pause(failures, rand::random_range(0.0..=1.0)))
    }

    fn lasting(&self) -> Duration {
        self.longest.min(Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_within_fifteen_percent_and_within_its_limits() {
        let policy = Exponential::new(Duration::from_secs(1), Duration::from_secs(600));
        for (failures, random, expected) in [
            (0, 0.0, 1.0),
            (0, 0.5, 1.0),
            (0, 1.0, 1.15),
            (1, 0.0, 1.7),
            (1, 1.0, 2.3),
            (3, 0.5, 8.0),
            (9, 0.5, 512.0),
            (10, 0.0, 510.0),
            (10, 1.0, 600.0),
            (u32::MAX, 0.5, 600.0),
        ] {
            let found = policy.pause(failures, random).as_secs_f64();
            assert!(
                (found - expected).abs() < 1e-6,
                "{failures} {random}: {found}"
            );
        }
        for failures in 0..12 {
            let delay = policy.delay(failures).unwrap().as_secs_f64();
            let pure = f64::from(1 << failures).min(600.0);
            assert!(delay >= pure * 0.849 && delay <= pure * 1.151, "{delay}");
        }
    }

    #[test]
    fn gives_up_only_if_it_is_told() {
        let policy = Exponential::new(Duration::from_secs(9), Duration::from_secs(1));
        assert_eq!(policy.delay(0), Some(Duration::from_secs(9)));
        assert!(policy.delay(1_000_000).is_some());
        let limited = policy.max_attempts(64);
        assert!(limited.delay(63).is_some() && limited.delay(64).is_none());
    }
}
