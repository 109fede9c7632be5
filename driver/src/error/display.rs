//! What a kind of failure is called.

use std::fmt;

use super::ErrorKind;

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ErrorKind as Kind;
        match self {
            Kind::NoContactPoint => f.write_str("no contact point could be reached"),
            Kind::NoHost => f.write_str("no node has an open connection"),
            Kind::NotConnected => f.write_str("no connection is open yet"),
            Kind::Connect { reason } => write!(f, "cannot connect: {reason}"),
            Kind::NotCql { reason } => write!(f, "no CQL server there: {reason}"),
            Kind::Auth { message } => write!(f, "authentication failed: {message}"),
            Kind::Broken { reason, sent: true } => write!(f, "connection lost: {reason}"),
            Kind::Broken { reason, .. } => write!(f, "connection lost, request not sent: {reason}"),
            Kind::Busy => f.write_str("too many requests in flight on the connection"),
            Kind::Timeout { after, sent: true } => write!(f, "no answer within {after:?}"),
            Kind::Timeout { after, .. } => write!(f, "not sent within {after:?}"),
            Kind::Throttled { queued, limit } => write!(
                f,
                "too many requests wait already: {queued}, and at most {limit} may"
            ),
            Kind::Closed => f.write_str("the session is closed"),
            Kind::Unsupported { what } | Kind::Settings { what } => f.write_str(what),
            Kind::Malformed(e) => write!(f, "malformed answer: {e}"),
            Kind::Unexpected { found, expected } => {
                write!(f, "unexpected answer: {found} instead of {expected}")
            }
            Kind::NoAgreement { after, versions } => {
                write!(
                    f,
                    "the nodes did not agree on the schema within {after:?}: {versions}"
                )
            }
            _ => values(self, f),
        }
    }
}

/// Values, columns and cells.
fn values(kind: &ErrorKind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use ErrorKind as Kind;
    match kind {
        Kind::TooLarge { size, limit } => write!(
            f,
            "the request has {size} bytes, and at most {limit} are possible"
        ),
        Kind::BatchTooLong { statements } => write!(
            f,
            "the batch has {statements} statements, and at most 65535 are possible"
        ),
        Kind::Encode(e) => write!(f, "values do not suit the statement: {e}"),
        Kind::Columns(e) => write!(f, "columns do not suit the Rust type: {e}"),
        Kind::Decode(e) => write!(f, "cannot read the answer: {e}"),
        Kind::ValueCount { markers, values } => write!(
            f,
            "the statement has {markers} bind markers, but {values} values were given"
        ),
        Kind::StatementChanged => f.write_str(
            "the types of the statement's bind markers have changed since it was prepared",
        ),
        _ => replicas(kind, f),
    }
}

/// What replicas did not do.
fn replicas(kind: &ErrorKind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use ErrorKind as Kind;
    match kind {
        Kind::Unavailable {
            consistency,
            required,
            alive,
        } => write!(
            f,
            "not enough replicas alive for {consistency}: {required} needed, {alive} alive"
        ),
        Kind::ReadTimeout {
            consistency,
            received,
            required,
            data_present,
        } => {
            let data = match data_present {
                true => "",
                false => ", the data itself not among them",
            };
            write!(
                f,
                "read timed out in the cluster: {received} of {required} replicas answered for {consistency}{data}"
            )
        }
        Kind::WriteTimeout {
            consistency,
            received,
            required,
            write,
        } => write!(
            f,
            "write timed out in the cluster: {received} of {required} replicas acknowledged for {consistency} ({write})"
        ),
        Kind::ReadFailure {
            consistency,
            received,
            required,
            failures,
            message,
        } => write!(
            f,
            "read failed on {failures} replicas: {received} of {required} answered for {consistency}: {message}"
        ),
        Kind::WriteFailure {
            consistency,
            received,
            required,
            failures,
            message,
        } => write!(
            f,
            "write failed on {failures} replicas: {received} of {required} acknowledged for {consistency}: {message}"
        ),
        _ => server(kind, f),
    }
}

/// What the server says in its words.
fn server(kind: &ErrorKind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use ErrorKind as Kind;
    match kind {
        Kind::Overloaded { message } => write!(f, "server overloaded: {message}"),
        Kind::RateLimited { message } => write!(f, "rate limit reached: {message}"),
        Kind::Bootstrapping { message } => write!(f, "node is starting: {message}"),
        Kind::Syntax { message } => write!(f, "syntax error: {message}"),
        Kind::Invalid { message } => write!(f, "invalid: {message}"),
        Kind::Config { message } => write!(f, "not possible: {message}"),
        Kind::Unauthorized { message } => write!(f, "not authorized: {message}"),
        Kind::AlreadyExists { keyspace, table } if table.is_empty() => {
            write!(f, "keyspace {keyspace} already exists")
        }
        Kind::AlreadyExists { keyspace, table } => {
            write!(f, "table {keyspace}.{table} already exists")
        }
        Kind::Unprepared => f.write_str("the server does not keep the prepared statement"),
        Kind::Server { code, message } => write!(f, "server error {code:#06x}: {message}"),
        _ => Ok(()),
    }
}
