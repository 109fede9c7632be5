//! How fast a scan may be. Pure: whoever asks says what time it is.

use std::time::Duration;

use tokio::time::Instant;

/// What is limited in a second.
#[derive(Debug, Clone, Default)]
pub(super) struct Paces {
    pub(super) rows: Pace,
    pub(super) requests: Pace,
}

/// A limit of so many in a second; 0 is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    limit: u32,
    /// When all that was done is paid for.
    paid: Option<Instant>,
}

impl Paces {
    /// When the next request may be made, if that is after `now`.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.rows
            .paid
            .max(self.requests.paid)
            .filter(|paid| *paid > now)
    }
}

impl Pace {
    pub(super) fn limit(&mut self, limit: u32) {
        self.limit = limit;
    }

    /// So many more were done.
    pub(super) fn pay(&mut self, count: usize, now: Instant) {
        if self.limit > 0 {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let time = Duration::from_secs(1).saturating_mul(count) / self.limit;
            let from = self.paid.map_or(now, |paid| paid.max(now));
            self.paid = Some(from + time);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_paid_for_by_time() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut paces = Paces::default();
        paces.rows.pay(1_000_000, start);
        assert_eq!(paces.next(start), None, "no limit");
        paces.rows.limit(100);
        paces.requests.limit(10);
        for (requests, rows, now, next) in [
            (1, 0, 0, Some(100)),
            (0, 30, 0, Some(300)),
            // Both go on side by side.
            (1, 0, 50, Some(300)),
            (0, 0, 300, None),
            (0, 0, 10_000, None),
            // Time that was not used is not saved.
            (1, 5, 10_000, Some(10_100)),
            (2, 0, 10_050, Some(10_300)),
        ] {
            paces.requests.pay(requests, at(now));
            paces.rows.pay(rows, at(now));
            assert_eq!(paces.next(at(now)), next.map(at), "at {now}");
        }
    }
}
