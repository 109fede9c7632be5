//! The body of an ERROR: code, message, and what each code adds.

use std::net::IpAddr;

use bytes::Bytes;

use super::{ServerError, ServerErrorKind as Kind, WriteType};
use crate::frame::{Consistency, Features, Version};
use crate::wire::{
    Malformed, Reader, TooLong, Why, put_byte, put_inet_addr, put_int, put_short, put_short_bytes,
    put_string, put_string_list,
};

impl ServerError {
    /// Appends its body.
    ///
    /// # Errors
    /// If a text or a list in it is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_int(out, self.code(features));
        put_string(out, &self.message, "message")?;
        match &self.kind {
            Kind::Unavailable {
                consistency,
                required,
                alive,
            } => put_replicas(out, *consistency, *required, *alive),
            Kind::FunctionFailure {
                keyspace,
                function,
                arguments,
            } => {
                put_string(out, keyspace, "keyspace")?;
                put_string(out, function, "function")?;
                put_string_list(out, arguments, "arguments")?;
            }
            Kind::AlreadyExists { keyspace, table } => {
                put_string(out, keyspace, "keyspace")?;
                put_string(out, table, "table")?;
            }
            Kind::Unprepared { id } => put_short_bytes(out, id, "statement id")?,
            Kind::RateLimited {
                write,
                by_coordinator,
            } if features.rate_limit_error.is_some() => {
                out.extend([u8::from(*write), u8::from(*by_coordinator)]);
            }
            other => put_doubt(other, features, out)?,
        }
        Ok(())
    }

    /// Reads its body. An unknown code is an error that says nothing more.
    ///
    /// # Errors
    /// If it is cut short, or names a consistency level that the protocol does not define.
    pub fn decode(reader: &mut Reader<'_>, features: &Features) -> Result<Self, Malformed> {
        let code = reader.int("error code")?;
        let message = reader.string("message")?.to_owned();
        let kind = read_kind(code, reader, features)?;
        Ok(ServerError { kind, message })
    }
}

fn read_kind(code: i32, reader: &mut Reader<'_>, features: &Features) -> Result<Kind, Malformed> {
    Ok(match code {
        0x0000 => Kind::Server,
        0x000a => Kind::Protocol,
        0x0100 => Kind::BadCredentials,
        0x1000 => {
            let (consistency, required, alive) = read_replicas(reader)?;
            Kind::Unavailable {
                consistency,
                required,
                alive,
            }
        }
        0x1001 => Kind::Overloaded,
        0x1002 => Kind::Bootstrapping,
        0x1003 => Kind::Truncate,
        0x1100 | 0x1200 | 0x1300 | 0x1500 | 0x1700 => read_doubt(code, reader, features)?,
        0x1400 => Kind::FunctionFailure {
            keyspace: reader.string("keyspace")?.to_owned(),
            function: reader.string("function")?.to_owned(),
            arguments: {
                let arguments = reader.string_list("arguments")?;
                arguments.into_iter().map(str::to_owned).collect()
            },
        },
        0x1600 => Kind::CdcWriteFailure,
        0x2000 => Kind::Syntax,
        0x2100 => Kind::Unauthorized,
        0x2200 => Kind::Invalid,
        0x2300 => Kind::Config,
        0x2400 => Kind::AlreadyExists {
            keyspace: reader.string("keyspace")?.to_owned(),
            table: reader.string("table")?.to_owned(),
        },
        0x2500 => Kind::Unprepared {
            id: Bytes::copy_from_slice(reader.short_bytes("statement id")?),
        },
        code if features.rate_limit_error == Some(code) => Kind::RateLimited {
            write: reader.byte("operation")? != 0,
            by_coordinator: reader.byte("rejected by coordinator")? != 0,
        },
        code => Kind::Unknown { code },
    })
}

/// Appends what the kinds say that tell how many replicas answered; nothing for the others.
fn put_doubt(kind: &Kind, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
    match kind {
        Kind::WriteTimeout {
            consistency,
            received,
            required,
            write,
        } => {
            put_replicas(out, *consistency, *received, *required);
            put_string(out, write.name(), "write type")?;
            if has_contentions(write, features) {
                put_short(out, 0);
            }
        }
        Kind::ReadTimeout {
            consistency,
            received,
            required,
            data_present,
        } => {
            put_replicas(out, *consistency, *received, *required);
            put_byte(out, (*data_present).into());
        }
        Kind::ReadFailure {
            consistency,
            received,
            required,
            failures,
            reasons,
            data_present,
        } => {
            put_replicas(out, *consistency, *received, *required);
            put_failures(out, *failures, reasons, features)?;
            put_byte(out, (*data_present).into());
        }
        Kind::WriteFailure {
            consistency,
            received,
            required,
            failures,
            reasons,
            write,
        } => {
            put_replicas(out, *consistency, *received, *required);
            put_failures(out, *failures, reasons, features)?;
            put_string(out, write.name(), "write type")?;
        }
        Kind::CasWriteUnknown {
            consistency,
            received,
            required,
        } => put_replicas(out, *consistency, *received, *required),
        _ => {}
    }
    Ok(())
}

/// Reads them.
fn read_doubt(code: i32, reader: &mut Reader<'_>, features: &Features) -> Result<Kind, Malformed> {
    let (consistency, received, required) = read_replicas(reader)?;
    Ok(match code {
        0x1100 => {
            let write = WriteType::named(reader.string("write type")?);
            if has_contentions(&write, features) {
                reader.short("contentions")?;
            }
            Kind::WriteTimeout {
                consistency,
                received,
                required,
                write,
            }
        }
        0x1200 => Kind::ReadTimeout {
            consistency,
            received,
            required,
            data_present: reader.byte("data present")? != 0,
        },
        0x1300 => {
            let (failures, reasons) = read_failures(reader, features)?;
            Kind::ReadFailure {
                consistency,
                received,
                required,
                failures,
                reasons,
                data_present: reader.byte("data present")? != 0,
            }
        }
        0x1500 => {
            let (failures, reasons) = read_failures(reader, features)?;
            Kind::WriteFailure {
                consistency,
                received,
                required,
                failures,
                reasons,
                write: WriteType::named(reader.string("write type")?),
            }
        }
        _ => Kind::CasWriteUnknown {
            consistency,
            received,
            required,
        },
    })
}

/// Whether a write timeout says how often another conditional write came first: "the field only presents when the
/// <writeType> is `CAS`" (version 5, section 9).
fn has_contentions(write: &WriteType, features: &Features) -> bool {
    features.version == Version::V5 && *write == WriteType::Cas
}

fn put_replicas(out: &mut Vec<u8>, consistency: Consistency, first: i32, second: i32) {
    consistency.put(out);
    put_int(out, first);
    put_int(out, second);
}

fn read_replicas(reader: &mut Reader<'_>) -> Result<(Consistency, i32, i32), Malformed> {
    Ok((
        Consistency::decode(reader)?,
        reader.int("replicas")?,
        reader.int("replicas")?,
    ))
}

/// Version 4 says how many replicas failed, version 5 which and why.
fn put_failures(
    out: &mut Vec<u8>,
    failures: i32,
    reasons: &[(IpAddr, u16)],
    features: &Features,
) -> Result<(), TooLong> {
    if features.version < Version::V5 {
        put_int(out, failures);
        return Ok(());
    }
    let (field, length) = ("failures", reasons.len());
    put_int(
        out,
        i32::try_from(length).map_err(|_| TooLong { field, length })?,
    );
    for (node, reason) in reasons {
        put_inet_addr(out, *node);
        put_short(out, *reason);
    }
    Ok(())
}

fn read_failures(
    reader: &mut Reader<'_>,
    features: &Features,
) -> Result<(i32, Vec<(IpAddr, u16)>), Malformed> {
    let at = reader.clone();
    let failures = reader.int("failures")?;
    let reasons = match features.version {
        Version::V4 => Vec::new(),
        // No partition has more replicas.
        Version::V5 if !(0..=65_535).contains(&failures) => {
            return Err(at.malformed("failures", Why::Length));
        }
        Version::V5 => (0..failures)
            .map(|_| Ok((reader.inet_addr("node")?, reader.short("reason")?)))
            .collect::<Result<_, _>>()?,
    };
    Ok((failures, reasons))
}
