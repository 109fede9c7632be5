//! Pauses between rounds that failed.

use std::time::Duration;

/// Pauses that double, each shortened at random: clients that lost a cluster together do not come back together.
#[derive(Debug)]
pub(super) struct Pauses {
    next: Duration,
    max: Duration,
}

impl Pauses {
    pub(super) fn new(first: Duration, max: Duration) -> Pauses {
        Pauses { next: first, max }
    }

    /// The pause before the next round.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.next.mul_f64(rand::random_range(0.5..=1.0));
        self.next = (self.next * 2).min(self.max.max(self.next));
        pause
    }
}
