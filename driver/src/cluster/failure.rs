//! What failed on a connection, as the driver's error.

use std::time::Duration;

use crate::conn::failure::{End, Failure, Step};
use crate::error::ErrorKind;
use crate::frame::MAX_BODY;
use crate::frame::response::ServerErrorKind;

/// A failure of a request that had the time `after`.
pub(crate) fn of_request(failure: &Failure, after: Duration) -> ErrorKind {
    match failure {
        Failure::Timeout { sent, .. } => ErrorKind::Timeout { after, sent: *sent },
        Failure::Busy => ErrorKind::Busy,
        Failure::TooLong(too_long) => ErrorKind::TooLarge {
            size: too_long.length,
            limit: MAX_BODY,
        },
        Failure::Malformed { error, .. } => ErrorKind::Malformed(*error),
        Failure::Ended { why, sent } => ErrorKind::Broken {
            reason: why.to_string().into(),
            sent: *sent,
        },
        other => of_opening(other),
    }
}

/// A failure to open a connection.
pub(crate) fn of_opening(failure: &Failure) -> ErrorKind {
    let text = || failure.to_string().into();
    match failure {
        // Something accepts connections and waits for words that a CQL server does not wait for.
        Failure::Timeout {
            step: Step::Options,
            ..
        } => ErrorKind::NotCql {
            reason: "it accepts connections, but does not answer".into(),
        },
        Failure::Ended { why, .. } => ended(why),
        Failure::Unexpected { .. } | Failure::Malformed { .. } => {
            ErrorKind::NotCql { reason: text() }
        }
        Failure::Refused { error, .. } => match &error.kind {
            ServerErrorKind::Protocol => ErrorKind::NotCql {
                reason: error.message.as_str().into(),
            },
            _ => ErrorKind::from((**error).clone()),
        },
        Failure::NoCredentials { .. } | Failure::Auth(_) | Failure::Endless => {
            ErrorKind::Auth { message: text() }
        }
        Failure::Connect(error) => ErrorKind::Connect {
            reason: error.to_string().into(),
        },
        _ => ErrorKind::Connect { reason: text() },
    }
}

/// The connection ended during its handshake.
fn ended(why: &End) -> ErrorKind {
    let reason = why.to_string().into();
    match why {
        End::Header(_)
        | End::Segment(_)
        | End::Foreign { .. }
        | End::Oversize { .. }
        | End::Stray { .. } => ErrorKind::NotCql { reason },
        _ => ErrorKind::Connect { reason },
    }
}
