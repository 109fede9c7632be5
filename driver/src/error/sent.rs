//! Whether a request that failed may have been executed.

use super::{Error, ErrorKind};

impl Error {
    /// Whether a server may have got the request, in any of its attempts. If not, it was surely not executed, and
    /// sending it again cannot do anything twice, whatever it is.
    ///
    /// True also if a server has answered with an error, even with one that says that nothing was done.
    pub fn possibly_sent(&self) -> bool {
        self.kind().possibly_sent() || self.attempts().iter().any(|a| a.kind.possibly_sent())
    }
}

impl ErrorKind {
    /// Whether a server may have got the request that failed like this.
    pub fn possibly_sent(&self) -> bool {
        match self {
            ErrorKind::Broken { sent, .. } | ErrorKind::Timeout { sent, .. } => *sent,
            // There was no connection for it.
            ErrorKind::NoContactPoint
            | ErrorKind::NoHost
            | ErrorKind::NotConnected
            | ErrorKind::Connect { .. }
            | ErrorKind::NotCql { .. }
            | ErrorKind::Auth { .. }
            | ErrorKind::Busy
            | ErrorKind::Closed
            | ErrorKind::Throttled { .. }
            // There was no frame of it.
            | ErrorKind::TooLarge { .. }
            | ErrorKind::BatchTooLong { .. }
            | ErrorKind::Encode(_)
            | ErrorKind::ValueCount { .. }
            | ErrorKind::Unsupported { .. }
            | ErrorKind::Settings { .. } => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::Attempt;

    fn check(kind: ErrorKind, attempts: &[&ErrorKind], expected: bool) {
        let attempts = attempts
            .iter()
            .map(|kind| Attempt::new("10.0.0.1:9042", None, (*kind).clone()));
        let error = Error::new(kind).after(attempts.collect());
        assert_eq!(error.possibly_sent(), expected, "{error:#?}");
    }

    #[test]
    fn one_attempt_that_was_sent_is_enough() {
        let broken = |sent| ErrorKind::Broken {
            reason: "reset".into(),
            sent,
        };
        let late = |sent| ErrorKind::Timeout {
            after: Duration::from_secs(1),
            sent,
        };
        let overloaded = || ErrorKind::Overloaded {
            message: "later".into(),
        };
        check(broken(true), &[], true);
        check(broken(false), &[], false);
        check(late(true), &[], true);
        check(late(false), &[&broken(false)], false);
        check(late(false), &[&broken(true)], true);
        check(ErrorKind::NoHost, &[&ErrorKind::NotConnected], false);
        check(ErrorKind::Closed, &[], false);
        check(ErrorKind::Busy, &[&overloaded()], true);
        let throttled = ErrorKind::Throttled {
            queued: 1,
            limit: 1,
        };
        check(throttled, &[], false);
        check(overloaded(), &[], true);
        check(ErrorKind::Unprepared, &[], true);
    }
}
