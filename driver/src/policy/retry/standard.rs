//! The rules of the driver.

use super::{Decision, RetryPolicy, Tried};
use crate::error::ErrorKind;
use crate::frame::response::WriteType;

/// The protocol's code of a truncation that failed.
const TRUNCATE: i32 = 0x1003;

/// What a session does unless it is told otherwise: never do twice what may not be done twice, never lower the consistency
/// level, and one retry for what another replica or another moment can mend.
///
/// | failure | what follows |
/// |---|---|
/// | certainly not sent, or the node is still starting | the next node, however often |
/// | lost connection, server error, timeout of the attempt | the next node, however often, if idempotent |
/// | overloaded | the next node, once, if idempotent |
/// | unavailable | the next node, once, unless serial |
/// | read timeout, enough replicas answered, but not the one with the data | the same node, once, unless serial |
/// | write timeout of `BATCH_LOG` | the same node, once, if idempotent |
/// | anything else: other timeouts, failures, rate limits | the caller gets it |
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::retry::Standard;
///
/// // Up to three retries where the rules say "once".
/// let builder = Session::builder().retry_policy(Standard::times(3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    times: u32,
}

impl Default for Standard {
    fn default() -> Standard {
        Standard { times: 1 }
    }
}

impl Standard {
    /// The same rules with so many retries where they say "once".
    pub fn times(times: u32) -> Standard {
        Standard { times }
    }

    fn once(self, request: &Tried<'_>, decision: Decision) -> Decision {
        match request.retries < self.times {
            true => decision,
            false => Decision::Rethrow,
        }
    }
}

impl RetryPolicy for Standard {
    fn decide(&self, failure: &ErrorKind, request: &Tried<'_>) -> Decision {
        let Tried {
            idempotent, serial, ..
        } = *request;
        match failure {
            // Certainly not executed: the next node, however often.
            ErrorKind::Broken { sent: false, .. }
            | ErrorKind::Timeout { sent: false, .. }
            | ErrorKind::Busy
            | ErrorKind::NoHost
            | ErrorKind::Bootstrapping { .. } => Decision::retry_next_host(),
            ErrorKind::Broken { .. }
            | ErrorKind::Timeout { .. }
            | ErrorKind::Server {
                code: 0 | TRUNCATE, ..
            } if idempotent => Decision::retry_next_host(),
            ErrorKind::Overloaded { .. } if idempotent => {
                self.once(request, Decision::retry_next_host())
            }
            // This coordinator sees too few replicas; another may see more.
            ErrorKind::Unavailable { .. } if !serial => {
                self.once(request, Decision::retry_next_host())
            }
            // Enough replicas answered, only the one that was to send the data did not.
            ErrorKind::ReadTimeout {
                received,
                required,
                data_present: false,
                ..
            } if received >= required && !serial => self.once(request, Decision::retry()),
            // The log of a logged batch could not be written: nothing was done.
            ErrorKind::WriteTimeout {
                write: WriteType::BatchLog,
                ..
            } if idempotent => self.once(request, Decision::retry()),
            _ => Decision::Rethrow,
        }
    }
}
