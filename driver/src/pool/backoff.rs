//! How long to wait before the next attempt.

use std::time::Duration;

/// Pauses that double, each shortened at random: clients that lost a server together do not come back together.
#[derive(Debug)]
pub(super) struct Backoff {
    min: Duration,
    max: Duration,
    next: Duration,
    /// What was next before the last success: should it not last, it was none.
    before: Duration,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Backoff {
        Backoff {
            min,
            max: max.max(min),
            next: min,
            before: min,
        }
    }

    /// The pause before the next attempt.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.next.mul_f64(rand::random_range(0.0..=1.0));
        self.next = self.next.saturating_mul(2).min(self.max);
        pause
    }

    /// After a success: the next pauses are short again.
    pub(super) fn success(&mut self) {
        self.before = self.before.max(self.next);
        self.next = self.min;
    }

    /// A success did not last: a server that accepts and hangs up is not asked at full speed.
    pub(super) fn relapse(&mut self) {
        self.next = self.next.max(self.before);
    }

    /// A success has lasted, or somebody knows that it is worth a try: nothing of the past counts.
    pub(super) fn reset(&mut self) {
        self.next = self.min;
        self.before = self.min;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn doubles_up_to_its_limit_and_starts_again() {
        let mut backoff = Backoff::new(ms(50), ms(300));
        for start_again in [Backoff::reset, Backoff::success] {
            for limit in [50, 100, 200, 300, 300] {
                assert!(backoff.pause() <= ms(limit));
            }
            assert_eq!(backoff.next, ms(300));
            start_again(&mut backoff);
            assert_eq!(backoff.next, ms(50));
        }
    }

    #[test]
    fn goes_on_where_it_was_if_a_success_does_not_last() {
        let mut backoff = Backoff::new(ms(50), ms(300));
        for limit in [50, 100, 200, 300, 300] {
            assert_eq!(backoff.next, ms(limit));
            backoff.pause();
            backoff.success();
            backoff.relapse();
        }
        backoff.reset();
        backoff.relapse();
        assert_eq!(backoff.next, ms(50));
    }
}
