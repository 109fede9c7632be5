//! How many retries a session may make.

use std::sync::{Mutex, PoisonError};

/// How many retries a session may make, seen over all its requests: when everything fails, everything sent twice makes it
/// worse.
///
/// Each request adds a part of a retry to the budget, up to a limit; each retry that follows a server's answer, or the
/// timeout of an attempt, takes one. When none is left the caller gets the failure. Retries of what was not sent, or of
/// what a lost connection took along, are free: the server that gets them has not had them yet.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::retry::RetryBudget;
///
/// // Up to one retry for 20 requests, and 50 at once.
/// let builder = Session::builder().retry_budget(RetryBudget::new(0.05, 50));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryBudget {
    ratio: f64,
    burst: u32,
}

impl Default for RetryBudget {
    /// One retry for ten requests, and 500 at once.
    fn default() -> RetryBudget {
        RetryBudget::new(0.1, 500)
    }
}

impl RetryBudget {
    /// `ratio` retries for each request, and up to `burst` at once.
    pub fn new(ratio: f64, burst: u32) -> RetryBudget {
        RetryBudget {
            ratio: ratio.max(0.0),
            burst,
        }
    }

    /// As many as the policies want.
    pub fn unlimited() -> RetryBudget {
        RetryBudget::new(0.0, u32::MAX)
    }

    pub(crate) fn is_unlimited(&self) -> bool {
        self.burst == u32::MAX
    }
}

/// A budget as it is spent. Requests pay nothing for it: how many there were is read when a retry asks.
#[derive(Debug)]
pub(crate) struct Spending {
    budget: RetryBudget,
    state: Mutex<Account>,
}

#[derive(Debug)]
struct Account {
    /// Requests until the last look.
    seen: u64,
    left: f64,
}

impl Spending {
    pub(crate) fn new(budget: RetryBudget) -> Spending {
        Spending {
            state: Mutex::new(Account {
                seen: 0,
                left: f64::from(budget.burst),
            }),
            budget,
        }
    }

    /// Takes one retry, if there is one left. `requests` tells how many the session has made so far.
    pub(crate) fn take(&self, requests: impl FnOnce() -> u64) -> bool {
        if self.budget.is_unlimited() {
            return true;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = requests();
        // Far fewer than what a float counts exactly.
        let earned = now.saturating_sub(state.seen) as f64 * self.budget.ratio;
        state.seen = state.seen.max(now);
        state.left = (state.left + earned).min(f64::from(self.budget.burst));
        let enough = state.left >= 1.0;
        if enough {
            state.left -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_part_of_the_requests() {
        let spending = Spending::new(RetryBudget::new(0.1, 3));
        let take = |requests| spending.take(|| requests);
        let check = |requests, expected: &[bool]| {
            for more in expected {
                assert_eq!(take(requests), *more, "{requests}");
            }
        };
        check(0, &[true, true, true, false]);
        check(9, &[false]);
        check(10, &[true, false]);
        check(30, &[true, true, false]);
        // No more than the burst is kept.
        check(1_000_000, &[true, true, true, false]);
        // Counters of a node that is gone count no more: then nothing is earned.
        check(500_000, &[false]);
        check(1_000_010, &[true, false]);
    }

    #[test]
    fn without_a_limit_nobody_counts() {
        let spending = Spending::new(RetryBudget::unlimited());
        for _ in 0..1_000 {
            assert!(spending.take(|| unreachable!("not asked")));
        }
        assert!(!Spending::new(RetryBudget::new(0.0, 0)).take(|| 1_000));
    }
}
