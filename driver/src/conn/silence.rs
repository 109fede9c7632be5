//! How long a server that owes answers has given none: it is frozen, overwhelmed, or cut off, and nobody knows yet.

use std::time::Duration;

use crate::clock::deadlines::Tick;

/// After so long without an answer other servers are asked first. Longer than the pauses of a healthy server, and short
/// enough that not many requests are caught by one that is not.
const LONG: Duration = Duration::from_millis(500);

/// Between two looks not more than this is taken for the server's silence: what goes beyond it, this process has slept
/// through itself, and the answers may lie in the socket.
const STEP: Duration = Duration::from_millis(50);

/// The time since the last answer, while answers are due.
#[derive(Debug)]
pub(super) struct Silence {
    looked: Tick,
    lasted: Duration,
    /// By an answer, or because none was due: the time begins with the next look.
    broken: bool,
}

impl Silence {
    pub(super) fn new() -> Silence {
        Silence {
            looked: Tick::default(),
            lasted: Duration::ZERO,
            broken: true,
        }
    }

    /// An answer has come, or is due for the first time.
    #[inline]
    pub(super) fn end(&mut self) {
        self.broken = true;
        self.lasted = Duration::ZERO;
    }

    /// To be called now and then while answers are due.
    pub(super) fn go_on(&mut self, now: Tick) {
        if !std::mem::take(&mut self.broken) {
            self.lasted += now.since(self.looked).min(STEP);
        }
        self.looked = now;
    }

    pub(super) fn is_long(&self) -> bool {
        self.lasted >= LONG
    }
}
