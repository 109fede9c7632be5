//! How long a server that owes answers has given none: it is frozen, overwhelmed, or cut off, and nobody knows yet.

use std::time::Duration;

use crate::clock::deadlines::Tick;

/// After so long without an answer other servers are asked first. Longer than the pauses of a healthy server, and short
/// enough that not many requests are caught by one that is not.
const LONG: Duration = Duration::from_millis(500);

/// The time since the last answer, while answers are due.
#[derive(Debug)]
pub(super) struct Silence {
    since: Tick,
    /// By an answer, or because none was due: the time begins with the next look.
    broken: bool,
    long: bool,
}

impl Silence {
    pub(super) fn new() -> Silence {
        Silence {
            since: Tick::default(),
            broken: true,
            long: false,
        }
    }

    /// An answer has come, or is due for the first time.
    #[inline]
    pub(super) fn end(&mut self) {
        self.broken = true;
        self.long = false;
    }

    /// To be called now and then while answers are due.
    pub(super) fn go_on(&mut self, now: Tick) {
        if std::mem::take(&mut self.broken) {
            self.since = now;
        }
        self.long |= self.since.plus(LONG).is_over(now);
    }

    pub(super) fn is_long(&self) -> bool {
        self.long
    }
}
