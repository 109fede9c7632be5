//! Requests that take too long, told in the log.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::policy::tracker::Ended;

use super::text::{failure, sanitized};

/// As many are told in a second. When everything is slow, a log of all of it only makes it slower.
const PER_SECOND: u32 = 10;

/// Tells requests that take too long.
#[derive(Debug)]
pub(crate) struct SlowLog {
    limit: Duration,
    told: Mutex<Told>,
}

/// What was told in this second.
#[derive(Debug)]
struct Told {
    since: Instant,
    count: u32,
    /// Those that were not told since one was.
    silent: u32,
}

impl SlowLog {
    pub(super) fn new(limit: Duration) -> SlowLog {
        SlowLog {
            limit,
            told: Mutex::new(Told {
                since: Instant::now(),
                count: 0,
                silent: 0,
            }),
        }
    }

    pub(super) fn is_slow(&self, ended: &Ended<'_>) -> bool {
        ended.elapsed >= self.limit
    }

    pub(super) fn tell(&self, ended: &Ended<'_>) {
        let Some(untold) = self.admit(Instant::now()) else {
            return;
        };
        let attempts = ended.error.map_or(1, |error| error.attempts().len());
        tracing::warn!(
            target: "scylla_orm_driver::slow",
            elapsed = ?ended.elapsed,
            statement = sanitized(ended.statement),
            node = ended.node.map(tracing::field::display),
            shard = ended.shard,
            rows = ended.rows,
            attempts,
            error = ended.error.map(|error| failure(error.kind())),
            untold,
            "slow request"
        );
    }

    /// How many were not told since the last; `None` if this one is to be another.
    fn admit(&self, now: Instant) -> Option<u32> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(told.since) >= Duration::from_secs(1) {
            (told.since, told.count) = (now, 0);
        }
        if told.count >= PER_SECOND {
            told.silent = told.silent.saturating_add(1);
            return None;
        }
        told.count += 1;
        Some(std::mem::take(&mut told.silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_its_share() {
        let log = SlowLog::new(Duration::ZERO);
        let now = Instant::now();
        let told = (0..100).filter_map(|_| log.admit(now)).count();
        assert_eq!(told, 10);
        let later = now + Duration::from_secs(2);
        assert_eq!(log.admit(later), Some(90));
        assert_eq!(log.admit(later), Some(0));
    }
}
