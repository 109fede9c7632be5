//! What a session counts apart from its nodes, and what it says only once.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::metrics::{ErrorMeter, Metrics, PolicyMeter, ThrottleMeter};
use crate::session::{Answer, observe};

/// What a session counts apart from its nodes.
#[derive(Default)]
pub(super) struct Counted {
    /// Requests that failed in the end.
    failed: ErrorMeter,
    warnings: AtomicU64,
    pub(super) slow: AtomicU64,
    pub(super) throttled: ThrottleMeter,
    pub(super) policies: PolicyMeter,
    told: Mutex<Told>,
}

/// Warnings that were told, by their hashes: a server warns of each large batch anew.
#[derive(Default)]
struct Told {
    hasher: RandomState,
    seen: HashSet<u64>,
}

/// More different warnings are told again.
const MOST: usize = 256;

impl Counted {
    /// A request of an application has ended.
    #[inline]
    pub(super) fn ended(&self, result: &Result<Answer, Error>) {
        match result {
            Ok(answer) if answer.warnings().is_empty() => {}
            Ok(answer) => self.warned(answer),
            Err(error) => self.failed.count(error.kind().class()),
        }
    }

    /// Tells each warning once.
    #[cold]
    fn warned(&self, answer: &Answer) {
        self.warnings.fetch_add(1, Relaxed);
        for warning in answer.warnings() {
            if self.is_new(warning) {
                let warning = observe::warning(warning);
                tracing::warn!(node = %answer.node(), %warning, "the server warns; the same is not told again");
            }
        }
    }

    fn is_new(&self, warning: &str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.seen.len() >= MOST {
            told.seen.clear();
        }
        let hash = told.hasher.hash_one(warning);
        told.seen.insert(hash)
    }

    /// Adds what was counted here.
    pub(super) fn complete(&self, nodes: Metrics) -> Metrics {
        let (retries, speculations) = self.policies.read();
        Metrics {
            retries,
            speculations,
            failed: self.failed.read(),
            warnings: self.warnings.load(Relaxed),
            slow: self.slow.load(Relaxed),
            throttle: self.throttled.read(),
            ..nodes
        }
    }
}
