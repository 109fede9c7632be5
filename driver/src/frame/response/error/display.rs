//! What people read of an ERROR.

use std::fmt;

use super::{ServerError, ServerErrorKind as Kind};
use crate::frame::Consistency;

impl fmt::Display for ServerError {
    /// The kind, with what the protocol says of it, and the server's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.as_str() {
            "" => write!(f, "{}", self.kind),
            message => write!(f, "{}: {message}", self.kind),
        }
    }
}

impl std::error::Error for ServerError {}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name(self))?;
        match self {
            Kind::FunctionFailure {
                keyspace,
                function,
                arguments,
            } => write!(f, " {keyspace}.{function}({})", arguments.join(", ")),
            Kind::AlreadyExists { keyspace, table } => match table.as_str() {
                "" => write!(f, ": keyspace {keyspace}"),
                table => write!(f, ": table {keyspace}.{table}"),
            },
            Kind::RateLimited {
                write,
                by_coordinator,
            } => {
                let what = if *write { "writes" } else { "reads" };
                let who = match by_coordinator {
                    true => "the coordinator",
                    false => "replicas",
                };
                write!(f, " for {what}, rejected by {who}")
            }
            Kind::Unknown { code } => write!(f, " {code:#06x}"),
            other => write_replicas(other, f),
        }
    }
}

fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Server => "server error",
        Kind::Protocol => "protocol error",
        Kind::BadCredentials => "authentication failed",
        Kind::Unavailable { .. } => "unavailable",
        Kind::Overloaded => "overloaded",
        Kind::Bootstrapping => "the node is still joining",
        Kind::Truncate => "truncate failed",
        Kind::WriteTimeout { .. } => "write timeout",
        Kind::ReadTimeout { .. } => "read timeout",
        Kind::ReadFailure { .. } => "read failure",
        Kind::FunctionFailure { .. } => "failure of function",
        Kind::WriteFailure { .. } => "write failure",
        Kind::CdcWriteFailure => "write to the log of changes failed",
        Kind::CasWriteUnknown { .. } => "conditional update in doubt",
        Kind::Syntax => "syntax error",
        Kind::Unauthorized => "unauthorized",
        Kind::Invalid => "invalid request",
        Kind::Config => "invalid configuration",
        Kind::AlreadyExists { .. } => "already exists",
        Kind::Unprepared { .. } => "statement is not prepared",
        Kind::RateLimited { .. } => "rate limit of the partition reached",
        Kind::Unknown { .. } => "error",
    }
}

/// What the protocol says of the replicas, for the kinds where it says it.
fn write_replicas(kind: &Kind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some((consistency, required, answered)) = replicas(kind) else {
        return Ok(());
    };
    let verb = match kind {
        Kind::Unavailable { .. } => "alive",
        _ => "answered",
    };
    write!(
        f,
        ": {consistency} needs {required} replicas, {answered} {verb}"
    )?;
    match kind {
        Kind::WriteTimeout { write, .. } => write!(f, " (write type {write})"),
        Kind::ReadTimeout {
            data_present: false,
            ..
        } => f.write_str(" (without the data)"),
        Kind::ReadFailure { failures, .. } => write!(f, ", {failures} failed"),
        Kind::WriteFailure {
            failures, write, ..
        } => write!(f, ", {failures} failed (write type {write})"),
        _ => Ok(()),
    }
}

/// The level asked for, how many replicas it needs, and how many are alive or have answered.
fn replicas(kind: &Kind) -> Option<(Consistency, i32, i32)> {
    match *kind {
        Kind::Unavailable {
            consistency,
            required,
            alive: answered,
        }
        | Kind::WriteTimeout {
            consistency,
            required,
            received: answered,
            ..
        }
        | Kind::ReadTimeout {
            consistency,
            required,
            received: answered,
            ..
        }
        | Kind::ReadFailure {
            consistency,
            required,
            received: answered,
            ..
        }
        | Kind::WriteFailure {
            consistency,
            required,
            received: answered,
            ..
        }
        | Kind::CasWriteUnknown {
            consistency,
            required,
            received: answered,
        } => Some((consistency, required, answered)),
        _ => None,
    }
}
