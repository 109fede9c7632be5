//! Write timestamps that never repeat.
//!
//! The server keeps, of two writes to a cell, the one with the larger timestamp. Two writes of one session
//! must therefore never carry the same one, and a later one never a smaller one, whatever the wall clock does.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::clock::Clock;

/// A strictly increasing series of timestamps that follows the wall clock while that goes forward.
#[derive(Debug)]
pub struct Timestamps {
    clock: Arc<dyn Clock>,
    last: AtomicI64,
    /// Wall time of the last warning: one a second tells as much as a million.
    warned: AtomicI64,
}

/// A wall clock this far behind what was already handed out is worth a warning.
const DRIFT: i64 = 1_000_000;
const SECOND: i64 = 1_000_000;

impl Timestamps {
    /// A series that follows `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Timestamps {
        Timestamps {
            clock,
            last: AtomicI64::new(i64::MIN),
            warned: AtomicI64::new(i64::MIN),
        }
    }

    /// The next timestamp, in microseconds since 1970: the wall clock's, or one more than the last if that is larger.
    pub fn next(&self) -> i64 {
        let wall = self.clock.timestamp();
        let after = |last: i64| wall.max(last.saturating_add(1));
        let last = self.last.update(Relaxed, Relaxed, after);
        if last.saturating_sub(wall) > DRIFT {
            self.warn(last, wall);
        }
        after(last)
    }

    #[cold]
    fn warn(&self, last: i64, wall: i64) {
        let warned = self.warned.load(Relaxed);
        // A clock that jumped back may warn at once.
        if (warned..warned.saturating_add(SECOND)).contains(&wall) {
            return;
        }
        let mine = self.warned.compare_exchange(warned, wall, Relaxed, Relaxed);
        if mine.is_ok() {
            tracing::warn!(
                behind_us = last.saturating_sub(wall),
                "the wall clock is behind timestamps already used: writes are numbered one by one until it catches up"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::time::Instant;

    #[derive(Debug)]
    struct Script(Mutex<Vec<i64>>);

    impl Clock for Script {
        fn now(&self) -> Instant {
            Instant::now()
        }
        fn timestamp(&self) -> i64 {
            self.0.lock().unwrap().pop().unwrap()
        }
    }

    fn check(wall: &[i64], expected: &[i64]) {
        let script = wall.iter().rev().copied().collect();
        let stamps = Timestamps::new(Arc::new(Script(Mutex::new(script))));
        let found: Vec<i64> = wall.iter().map(|_| stamps.next()).collect();
        assert_eq!(found, expected, "wall clock {wall:?}");
    }

    #[test]
    fn follow_the_clock_and_never_repeat() {
        check(&[10, 20, 30], &[10, 20, 30]);
        check(&[10, 10, 10, 50], &[10, 11, 12, 50]);
        check(
            &[5_000_000, 1, 2, 5_000_001],
            &[5_000_000, 5_000_001, 5_000_002, 5_000_003],
        );
        check(&[-7, -9, -5], &[-7, -6, -5]);
    }

    #[test]
    fn never_tie_between_threads() {
        let stamps = Timestamps::new(Arc::new(crate::clock::SystemClock));
        let mut all: Vec<i64> = std::thread::scope(|scope| {
            let take = || (0..20_000).map(|_| stamps.next()).collect::<Vec<_>>();
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(take)).collect();
            threads
                .into_iter()
                .flat_map(|t| t.join().unwrap())
                .collect()
        });
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
