//! Types on the wire: the `[option]` of a column.
//!
//! What has no number of its own goes as the name of the server's class: vectors everywhere, and in version 4
//! Cassandra's durations. `frozen` is never said.

use std::sync::Arc;

use super::{Dialect, Features, Version};
use crate::value::{Type, UserType};
use crate::wire::{Malformed, Reader, TooLong, Why, put_short, put_string};

/// How deep types may nest. Schemas stay far below it; without a limit a few kilobytes could exhaust the stack.
const MAX_NESTING: usize = 32;

const DURATION: &str = "org.apache.cassandra.db.marshal.DurationType";

/// Reads an `[option]`.
pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Type, Malformed> {
    decode_nested(reader, MAX_NESTING)
}

fn decode_nested(reader: &mut Reader<'_>, depth: usize) -> Result<Type, Malformed> {
    let at = reader.clone();
    let depth = depth
        .checked_sub(1)
        .ok_or_else(|| at.malformed("type", Why::Nesting))?;
    let id = reader.short("type")?;
    if let Some((_, ty)) = NATIVE.iter().find(|(native, _)| *native == id) {
        return Ok(ty.clone());
    }
    let nested = |reader: &mut Reader<'_>| decode_nested(reader, depth).map(Box::new);
    Ok(match id {
        0x00 => custom(reader.string("type class")?),
        0x20 => Type::List(nested(reader)?),
        0x21 => Type::Map(nested(reader)?, nested(reader)?),
        0x22 => Type::Set(nested(reader)?),
        0x30 => Type::User(Arc::new(UserType {
            keyspace: reader.string("type keyspace")?.into(),
            name: reader.string("type name")?.into(),
            fields: (0..reader.short("type field count")?)
                .map(|_| {
                    let name = reader.string("type field")?.into();
                    Ok((name, decode_nested(reader, depth)?))
                })
                .collect::<Result<_, _>>()?,
        })),
        0x31 => Type::Tuple(
            (0..reader.short("tuple length")?)
                .map(|_| decode_nested(reader, depth))
                .collect::<Result<_, _>>()?,
        ),
        _ => return Err(at.malformed("type", Why::Unknown)),
    })
}

const NATIVE: [(u16, Type); 20] = [
    (0x01, Type::Ascii),
    (0x02, Type::BigInt),
    (0x03, Type::Blob),
    (0x04, Type::Boolean),
    (0x05, Type::Counter),
    (0x06, Type::Decimal),
    (0x07, Type::Double),
    (0x08, Type::Float),
    (0x09, Type::Int),
    (0x0b, Type::Timestamp),
    (0x0c, Type::Uuid),
    (0x0d, Type::Text),
    (0x0e, Type::VarInt),
    (0x0f, Type::TimeUuid),
    (0x10, Type::Inet),
    (0x11, Type::Date),
    (0x12, Type::Time),
    (0x13, Type::SmallInt),
    (0x14, Type::TinyInt),
    (0x15, Type::Duration),
];

fn custom(class: &str) -> Type {
    match class {
        DURATION => Type::Duration,
        other => Type::Custom(other.into()),
    }
}

/// Appends an `[option]`.
pub(super) fn encode(ty: &Type, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
    let custom = |out: &mut Vec<u8>, class: &str| {
        put_short(out, 0x00);
        put_string(out, class, "type class")
    };
    match ty {
        Type::Frozen(inner) => encode(inner, features, out),
        Type::List(inner) => {
            put_short(out, 0x20);
            encode(inner, features, out)
        }
        Type::Map(key, value) => {
            put_short(out, 0x21);
            encode(key, features, out)?;
            encode(value, features, out)
        }
        Type::Set(inner) => {
            put_short(out, 0x22);
            encode(inner, features, out)
        }
        Type::User(user) => {
            put_short(out, 0x30);
            put_string(out, &user.keyspace, "type keyspace")?;
            put_string(out, &user.name, "type name")?;
            put_count(out, user.fields.len(), "type fields")?;
            user.fields.iter().try_for_each(|(name, ty)| {
                put_string(out, name, "type field")?;
                encode(ty, features, out)
            })
        }
        Type::Tuple(members) => {
            put_short(out, 0x31);
            put_count(out, members.len(), "tuple members")?;
            members.iter().try_for_each(|ty| encode(ty, features, out))
        }
        Type::Custom(class) => custom(out, class),
        Type::Duration
            if features.dialect == Dialect::Cassandra && features.version == Version::V4 =>
        {
            custom(out, DURATION)
        }
        native => match NATIVE.iter().find(|(_, ty)| ty == native) {
            Some((id, _)) => {
                put_short(out, *id);
                Ok(())
            }
            None => custom(out, ""),
        },
    }
}

fn put_count(out: &mut Vec<u8>, length: usize, field: &'static str) -> Result<(), TooLong> {
    put_short(
        out,
        u16::try_from(length).map_err(|_| TooLong { field, length })?,
    );
    Ok(())
}
