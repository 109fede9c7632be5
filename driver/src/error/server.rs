//! An ERROR of the server as the driver's error.

use crate::frame::response::{ServerError, ServerErrorKind as Said, WriteType};
use crate::frame::{Consistency, Features};

use super::ErrorKind;

impl From<ServerError> for ErrorKind {
    fn from(error: ServerError) -> ErrorKind {
        // The code of a rate limit is the only one that depends on the connection, and it has its own kind.
        let code = error.code(&Features::default());
        let message: Box<str> = error.message.into();
        match error.kind {
            Said::Unavailable {
                consistency,
                required,
                alive,
            } => ErrorKind::Unavailable {
                consistency,
                required,
                alive,
            },
            Said::BadCredentials => ErrorKind::Auth { message },
            Said::Overloaded => ErrorKind::Overloaded { message },
            Said::Bootstrapping => ErrorKind::Bootstrapping { message },
            Said::Syntax => ErrorKind::Syntax { message },
            Said::Unauthorized => ErrorKind::Unauthorized { message },
            Said::Invalid => ErrorKind::Invalid { message },
            Said::Config => ErrorKind::Config { message },
            Said::AlreadyExists { keyspace, table } => ErrorKind::AlreadyExists {
                keyspace: keyspace.into(),
                table: table.into(),
            },
            Said::Unprepared { .. } => ErrorKind::Unprepared,
            Said::RateLimited { .. } => ErrorKind::RateLimited { message },
            kind => of_replicas(kind, message, code),
        }
    }
}

/// What replicas did not do, or did wrong.
fn of_replicas(kind: Said, message: Box<str>, code: i32) -> ErrorKind {
    match kind {
        Said::ReadTimeout {
            consistency,
            received,
            required,
            data_present,
        } => ErrorKind::ReadTimeout {
            consistency,
            received,
            required,
            data_present,
        },
        Said::WriteTimeout {
            consistency,
            received,
            required,
            write,
        } => write_timeout(consistency, received, required, write),
        // Version 4 has no word of its own for it and says this, so that one arm of a `match` serves both.
        Said::CasWriteUnknown {
            consistency,
            received,
            required,
        } => write_timeout(consistency, received, required, WriteType::Cas),
        Said::ReadFailure {
            consistency,
            received,
            required,
            failures,
            ..
        } => ErrorKind::ReadFailure {
            consistency,
            received,
            required,
            failures,
            message,
        },
        Said::WriteFailure {
            consistency,
            received,
            required,
            failures,
            ..
        } => ErrorKind::WriteFailure {
            consistency,
            received,
            required,
            failures,
            message,
        },
        _ => ErrorKind::Server { code, message },
    }
}

fn write_timeout(
    consistency: Consistency,
    received: i32,
    required: i32,
    write: WriteType,
) -> ErrorKind {
    ErrorKind::WriteTimeout {
        consistency,
        received,
        required,
        write,
    }
}
