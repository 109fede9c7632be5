//! How long to wait before the next attempt.

use std::time::Duration;

/// Pauses that double, each shortened at random: clients that lost a server together do not come back together.
#[derive(Debug)]
pub(super) struct Backoff {
    min: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Backoff {
        Backoff {
            min,
            max: max.max(min),
            next: min,
        }
    }

    /// The pause before the next attempt.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.next.mul_f64(rand::random_range(0.0..=1.0));
        self.next = self.next.saturating_mul(2).min(self.max);
        pause
    }

    /// After a success.
    pub(super) fn reset(&mut self) {
        self.next = self.min;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_its_limit_and_starts_again() {
        let ms = Duration::from_millis;
        let mut backoff = Backoff::new(ms(50), ms(300));
        for _ in 0..2 {
            for limit in [50, 100, 200, 300, 300] {
                assert!(backoff.pause() <= ms(limit));
            }
            assert_eq!(backoff.next, ms(300));
            backoff.reset();
        }
    }
}
