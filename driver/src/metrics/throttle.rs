//! What waited for a throttle, and what it refused.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What the throttles of a session and its profiles did, see [`Throttle`](crate::policy::throttle::Throttle).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ThrottleCounts {
    /// Requests that wait at this moment.
    pub waiting: u64,
    /// Requests that had to wait, those that wait now among them.
    pub queued: u64,
    /// Requests that were refused because a queue was full.
    pub refused: u64,
}

/// The counters behind it.
#[derive(Debug, Default)]
pub(crate) struct ThrottleMeter {
    waiting: AtomicU64,
    queued: AtomicU64,
    refused: AtomicU64,
}

/// A request that waits, until this is dropped.
pub(crate) struct Counted<'a>(&'a ThrottleMeter);

impl ThrottleMeter {
    pub(crate) fn wait(&self) -> Counted<'_> {
        self.queued.fetch_add(1, Relaxed);
        self.waiting.fetch_add(1, Relaxed);
        Counted(self)
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> ThrottleCounts {
        ThrottleCounts {
            waiting: self.waiting.load(Relaxed),
            queued: self.queued.load(Relaxed),
            refused: self.refused.load(Relaxed),
        }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}
