//! Whether a request that failed is sent again, and where.

use crate::error::ErrorKind;
use crate::frame::response::WriteType;

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Tell the caller.
    Fail,
    /// Try the same node again.
    SameNode,
    /// Try the next node of the plan.
    NextNode,
}

/// What is known of a request when one of its attempts has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Whether executing it twice does the same as executing it once.
    pub idempotent: bool,
    /// Whether it is a conditional write, or reads at a serial level.
    pub serial: bool,
    /// How often the server's own answers have already led to another attempt. Failures to send do not count: nothing
    /// was done then.
    pub retries: u32,
}

/// The rule of the driver: never do twice what may not be done twice, never lower the consistency level, and one
/// retry for what another replica or another moment can mend.
pub fn decide(failure: &ErrorKind, request: Request) -> Decision {
    let Request {
        idempotent, serial, ..
    } = request;
    match failure {
        // Certainly not executed: the next node, however often.
        ErrorKind::Broken { sent: false, .. }
        | ErrorKind::Busy
        | ErrorKind::NoHost
        | ErrorKind::Bootstrapping { .. } => Decision::NextNode,
        ErrorKind::Broken { .. } | ErrorKind::Server { code: 0, .. } if idempotent => {
            Decision::NextNode
        }
        ErrorKind::Overloaded { .. } if idempotent => once(request, Decision::NextNode),
        // This coordinator sees too few replicas; another may see more.
        ErrorKind::Unavailable { .. } if !serial => once(request, Decision::NextNode),
        // Enough replicas answered, only the one that was to send the data did not.
        ErrorKind::ReadTimeout {
            received,
            required,
            data_present: false,
            ..
        } if received >= required && !serial => once(request, Decision::SameNode),
        // The log of a logged batch could not be written: nothing was done.
        ErrorKind::WriteTimeout {
            write: WriteType::BatchLog,
            ..
        } if idempotent => once(request, Decision::SameNode),
        _ => Decision::Fail,
    }
}

fn once(request: Request, decision: Decision) -> Decision {
    if request.retries == 0 {
        decision
    } else {
        Decision::Fail
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Consistency;

    fn check(failure: ErrorKind, idempotent: Decision, other: Decision, serial: Decision) {
        for (expected, flag, serial) in [
            (idempotent, true, false),
            (other, false, false),
            (serial, false, true),
        ] {
            let request = Request {
                idempotent: flag,
                serial,
                retries: 0,
            };
            assert_eq!(
                decide(&failure, request),
                expected,
                "{failure:?} {request:?}"
            );
        }
    }

    #[test]
    fn never_twice_what_may_have_happened() {
        use Decision::{Fail, NextNode, SameNode};
        let broken = |sent| ErrorKind::Broken {
            reason: "reset".into(),
            sent,
        };
        let consistency = Consistency::Quorum;
        check(broken(false), NextNode, NextNode, NextNode);
        check(broken(true), NextNode, Fail, Fail);
        check(
            ErrorKind::Unavailable {
                consistency,
                required: 2,
                alive: 1,
            },
            NextNode,
            NextNode,
            Fail,
        );
        let read = |received, data_present| ErrorKind::ReadTimeout {
            consistency,
            received,
            required: 2,
            data_present,
        };
        check(read(2, false), SameNode, SameNode, Fail);
        check(read(1, false), Fail, Fail, Fail);
        check(read(2, true), Fail, Fail, Fail);
        let write = |write| ErrorKind::WriteTimeout {
            consistency,
            received: 1,
            required: 2,
            write,
        };
        check(write(WriteType::BatchLog), SameNode, Fail, Fail);
        check(write(WriteType::Simple), Fail, Fail, Fail);
        check(
            ErrorKind::Timeout {
                after: std::time::Duration::from_secs(1),
                sent: true,
            },
            Fail,
            Fail,
            Fail,
        );
    }

    #[test]
    fn what_the_server_answers_is_tried_once_more_only() {
        let failure = ErrorKind::Overloaded {
            message: "busy".into(),
        };
        let request = |retries| Request {
            idempotent: true,
            serial: false,
            retries,
        };
        assert_eq!(decide(&failure, request(0)), Decision::NextNode);
        assert_eq!(decide(&failure, request(1)), Decision::Fail);
    }
}
