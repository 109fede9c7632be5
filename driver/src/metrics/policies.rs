//! What policies decided, policy by policy.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the retry policies of one name decided, see [`RetryPolicy::name`](crate::policy::retry::RetryPolicy::name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RetryCounts {
    /// The name of the policy.
    pub policy: &'static str,
    /// Failures that were followed by another attempt.
    pub retried: u64,
    /// Failures that were passed over.
    pub ignored: u64,
    /// Failures that the caller got.
    pub rethrown: u64,
    /// Failures that the caller got although the policy wanted another attempt: no time was left, or no
    /// [budget](crate::policy::retry::RetryBudget).
    pub stopped: u64,
}

/// What the speculation policies of one name did, see
/// [`SpeculationPolicy::name`](crate::policy::speculation::SpeculationPolicy::name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SpeculationCounts {
    /// The name of the policy.
    pub policy: &'static str,
    /// Copies that were sent.
    pub copies: u64,
    /// Requests that a copy answered, before the first attempt did.
    pub won: u64,
}

/// The counters behind both. They are of failures and of slow requests: a lock is cheap there.
#[derive(Debug, Default)]
pub(crate) struct PolicyMeter {
    retries: Mutex<Vec<RetryCounts>>,
    speculations: Mutex<Vec<SpeculationCounts>>,
}

impl PolicyMeter {
    pub(crate) fn retry(&self, policy: &'static str, count: impl FnOnce(&mut RetryCounts)) {
        let mut all = lock(&self.retries);
        match all.iter_mut().find(|counts| counts.policy == policy) {
            Some(counts) => count(counts),
            None => {
                let mut counts = RetryCounts {
                    policy,
                    ..RetryCounts::default()
                };
                count(&mut counts);
                all.push(counts);
            }
        }
    }

    pub(crate) fn speculation(
        &self,
        policy: &'static str,
        count: impl FnOnce(&mut SpeculationCounts),
    ) {
        let mut all = lock(&self.speculations);
        match all.iter_mut().find(|counts| counts.policy == policy) {
            Some(counts) => count(counts),
            None => {
                let mut counts = SpeculationCounts {
                    policy,
                    ..SpeculationCounts::default()
                };
                count(&mut counts);
                all.push(counts);
            }
        }
    }

    pub(crate) fn read(&self) -> (Vec<RetryCounts>, Vec<SpeculationCounts>) {
        (
            lock(&self.retries).clone(),
            lock(&self.speculations).clone(),
        )
    }
}

fn lock<T>(counts: &Mutex<T>) -> MutexGuard<'_, T> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}
