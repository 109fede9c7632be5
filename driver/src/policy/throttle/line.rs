//! How many wait, and how many may.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::Full;

/// A count of those who wait that has a limit.
#[derive(Debug)]
pub(super) struct Line {
    waiting: AtomicUsize,
    limit: usize,
}

/// One who waits, until it is dropped.
#[derive(Debug)]
pub(super) struct Waiter(Arc<Line>);

impl Line {
    pub(super) fn new(limit: usize) -> Arc<Line> {
        Arc::new(Line {
            waiting: AtomicUsize::new(0),
            limit,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.load(Relaxed) == 0
    }

    pub(super) fn join(self: &Arc<Self>) -> Result<Waiter, Full> {
        let more = |waiting: usize| (waiting < self.limit).then_some(waiting + 1);
        match self.waiting.fetch_update(Relaxed, Relaxed, more) {
            Ok(_) => Ok(Waiter(self.clone())),
            Err(queued) => Err(Full {
                queued,
                limit: self.limit,
            }),
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_as_many_as_it_may() {
        let line = Line::new(2);
        let (first, second) = (line.join().unwrap(), line.join().unwrap());
        let full = Full {
            queued: 2,
            limit: 2,
        };
        assert_eq!(line.join().unwrap_err(), full);
        drop(first);
        let third = line.join().unwrap();
        drop((second, third));
        assert!(line.is_empty());
        assert_eq!(Line::new(0).join().unwrap_err().limit, 0);
    }
}
