//! The same pause each time.

use std::time::Duration;

use super::ReconnectionPolicy;

/// The same pause before each attempt. Clients that lost a server together come back together: mind that where there are
/// many.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::policy::reconnection::Constant;
/// use scylla_orm_driver::pool::config::PoolConfig;
///
/// let pool = PoolConfig {
///     reconnection: Constant::new(Duration::from_secs(2)).into(),
///     ..PoolConfig::default()
/// };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    delay: Duration,
    limit: Option<u32>,
}

impl Constant {
    /// So long before each attempt, for ever.
    pub fn new(delay: Duration) -> Constant {
        Constant { delay, limit: None }
    }

    /// Gives up after so many attempts, not counting the one that is made at once when a connection is lost that had
    /// [lasted](ReconnectionPolicy::lasting). By default it never does.
    pub fn max_attempts(mut self, attempts: u32) -> Constant {
        self.limit = Some(attempts);
        self
    }
}

impl ReconnectionPolicy for Constant {
    fn delay(&self, failures: u32) -> Option<Duration> {
        let goes_on = self.limit.is_none_or(|limit| failures < limit);
        goes_on.then_some(self.delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_each_time_until_the_limit() {
        let second = Duration::from_secs(1);
        let delays = |policy: Constant| [0, 1, 2, 3, u32::MAX].map(|n| policy.delay(n));
        let policy = Constant::new(second);
        assert_eq!(delays(policy), [Some(second); 5]);
        let (some, none) = (Some(second), None);
        let found = delays(policy.max_attempts(2));
        assert_eq!(found, [some, some, none, none, none]);
    }
}
