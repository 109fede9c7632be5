//! How long to wait before the next attempt.

use std::time::Duration;

use crate::policy::Shared;
use crate::policy::reconnection::ReconnectionPolicy;

/// Where a pool is in the schedule of its reconnection policy.
#[derive(Debug)]
pub(super) struct Backoff {
    policy: Shared<dyn ReconnectionPolicy>,
    failures: u32,
    /// What there were before the last success: should it not last, it was none.
    before: u32,
}

impl Backoff {
    pub(super) fn new(policy: Shared<dyn ReconnectionPolicy>) -> Backoff {
        Backoff {
            policy,
            failures: 0,
            before: 0,
        }
    }

    /// The pause before the next attempt; `None` gives up.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        let pause = self.policy.delay(self.failures);
        self.failures = self.failures.saturating_add(1);
        pause
    }

    /// A connection that has lived as long has lasted.
    pub(super) fn lasting(&self) -> Duration {
        self.policy.lasting()
    }

    /// After a success: the next pauses are short again.
    pub(super) fn success(&mut self) {
        self.before = self.before.max(self.failures);
        self.failures = 0;
    }

    /// A success did not last: a server that accepts and hangs up is not asked at full speed.
    pub(super) fn relapse(&mut self) {
        self.failures = self.failures.max(self.before);
    }

    /// A success has lasted, or somebody knows that it is worth a try: nothing of the past counts.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
        self.before = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many milliseconds as failures, and no more after the third.
    #[derive(Debug)]
    struct Count;

    impl ReconnectionPolicy for Count {
        fn delay(&self, failures: u32) -> Option<Duration> {
            (failures < 3).then(|| ms(failures.into()))
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn follows_the_policy_and_starts_again() {
        let mut backoff = Backoff::new(Count.into());
        for start_again in [Backoff::reset, Backoff::success] {
            for expected in [Some(ms(0)), Some(ms(1)), Some(ms(2)), None, None] {
                assert_eq!(backoff.pause(), expected);
            }
            start_again(&mut backoff);
            assert_eq!(backoff.failures, 0);
        }
    }

    #[test]
    fn goes_on_where_it_was_if_a_success_does_not_last() {
        let mut backoff = Backoff::new(Count.into());
        for expected in [Some(ms(0)), Some(ms(1)), Some(ms(2)), None] {
            assert_eq!(backoff.pause(), expected);
            backoff.success();
            backoff.relapse();
        }
        backoff.reset();
        backoff.relapse();
        assert_eq!(backoff.failures, 0);
    }
}
