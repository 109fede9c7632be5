//! What a reader of an error can do about it.

use super::{Attempt, ErrorKind};

/// Cassandra's default `native_transport_max_frame_size`.
const CASSANDRA_FRAME: usize = 16 << 20;

/// How Cassandra in versions 4 and 5 of the protocol, and ScyllaDB, say that a request is too large.
const TOO_LARGE: [&str; 3] = ["too big", "exceeds allowed maximum", "size too large"];

/// One sentence, or nothing where the failure says it all.
pub(super) fn of(kind: &ErrorKind, attempts: &[Attempt], size: Option<usize>) -> Option<String> {
    let fixed = match kind {
        ErrorKind::NoContactPoint => return no_contact_point(attempts),
        ErrorKind::Broken { .. } if size.is_some_and(|n| n >= CASSANDRA_FRAME) => {
            return Some(large(size.unwrap_or_default()));
        }
        ErrorKind::Invalid { message }
        | ErrorKind::Overloaded { message }
        | ErrorKind::Server { message, .. }
            if TOO_LARGE.iter().any(|words| message.contains(words)) =>
        {
            return Some(large(size.unwrap_or_default()));
        }
        ErrorKind::Invalid { message } | ErrorKind::Config { message } => return invalid(message),
        ErrorKind::Connect { reason } => return connect(reason),
        ErrorKind::NotCql { .. } => NOT_CQL,
        ErrorKind::Auth { .. } => AUTH,
        ErrorKind::NoHost => {
            "the driver keeps trying to connect; check that the nodes' own addresses (rpc_address, \
             broadcast_rpc_address) can be reached from here, and the name of the local data centre"
        }
        ErrorKind::Timeout { sent: false, .. } => {
            "nothing was done: send less at a time, or look why the server does not read or answer"
        }
        ErrorKind::Timeout { .. } => {
            "it may have been done all the same; raise the timeout of the statement or of the session, or look why \
             the server is slow"
        }
        ErrorKind::Throttled { .. } => {
            "nothing was done: send less at a time, or raise the limits of the throttle"
        }
        ErrorKind::Overloaded { .. } | ErrorKind::Busy => "send less at a time, or add nodes",
        ErrorKind::Unavailable { .. } => {
            "bring replicas back, or ask for a lower consistency level; check that the keyspace's replication names \
             data centres that exist"
        }
        ErrorKind::TooLarge { .. } | ErrorKind::BatchTooLong { .. } => {
            "split the value over rows, or the batch into smaller ones"
        }
        ErrorKind::Unauthorized { .. } => "GRANT the permission to the role, or connect as another",
        ErrorKind::StatementChanged => "prepare it again",
        ErrorKind::NoAgreement { .. } => {
            "a node may be down or cut off from the others; the change itself was accepted"
        }
        _ => return None,
    };
    Some(fixed.to_owned())
}

const AUTH: &str = "give `credentials(user, password)` to the session's builder, or check them";

const NOT_CQL: &str = "check host and port: CQL is usually served on port 9042, and a port that expects TLS does \
                       not answer in plain";

fn large(size: usize) -> String {
    format!(
        "the values have {size} bytes, more than the server takes in one request: split them over rows, or raise its \
         limit (Cassandra: `native_transport_max_frame_size`, 16 MiB unless changed)"
    )
}

fn connect(reason: &str) -> Option<String> {
    let advice = if reason.contains("refused") {
        "no server listens on that address and port: is it running, and is 9042 its port?"
    } else if reason.contains("the server closed") || reason.contains("broke") {
        NOT_CQL
    } else {
        return None;
    };
    Some(advice.to_owned())
}

/// The advice for the failure that the contact points have in common, or for the first that has one.
fn no_contact_point(attempts: &[Attempt]) -> Option<String> {
    if attempts.is_empty() {
        return Some("give `contact_points` to the session's builder".to_owned());
    }
    attempts.iter().find_map(|a| of(&a.kind, &[], None))
}

/// The names that a statement can get wrong, in the words of both servers.
fn invalid(message: &str) -> Option<String> {
    let lower = message.to_lowercase();
    let missing = lower.contains("not exist") || lower.contains("doesn't exist");
    let advice = if lower.contains("no keyspace has been specified") {
        "write the table as keyspace.table: this driver never sends USE"
    } else if lower.contains("keyspace") && missing {
        "create the keyspace first, or check its name"
    } else if lower.contains("unconfigured table") || (lower.contains("table") && missing) {
        "create the table first, or check the names of keyspace and table"
    } else if lower.contains("too large") || lower.contains("exceeds") {
        "split the value over rows, or raise the server's limit"
    } else {
        return None;
    };
    Some(advice.to_owned())
}
