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

/// How many types a description may consist of, the nested ones included: a type takes some ten times the bytes that
/// it has on the wire, and schemas stay far below this.
#[derive(Debug)]
pub(super) struct Budget(u32);

impl Default for Budget {
    fn default() -> Self {
        Budget(1 << 20)
    }
}

/// Reads an `[option]`.
pub(super) fn decode(reader: &mut Reader<'_>, left: &mut Budget) -> Result<Type, Malformed> {
    decode_nested(reader, left, MAX_NESTING)
}

fn decode_nested(
    reader: &mut Reader<'_>,
    left: &mut Budget,
    depth: usize,
) -> Result<Type, Malformed> {
    let at = reader.clone();
    left.0 = left
        .0
        .checked_sub(1)
        .ok_or_else(|| at.malformed("type", Why::Length))?;
    let depth = depth
        .checked_sub(1)
        .ok_or_else(|| at.malformed("type", Why::Nesting))?;
    let id = reader.short("type")?;
    if let Some((_, ty)) = NATIVE.iter().find(|(native, _)| *native == id) {
        return Ok(ty.clone());
    }
    let mut nested = |reader: &mut Reader<'_>| decode_nested(reader, left, depth).map(Box::new);
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
                    Ok((name, decode_nested(reader, left, depth)?))
                })
                .collect::<Result<_, _>>()?,
        })),
        0x31 => Type::Tuple(
            (0..reader.short("tuple length")?)
                .map(|_| decode_nested(reader, left, depth))
                .collect::<Result<_, _>>()?,
        ),
        _ => return Err(at.malformed("type", Why::Unknown)),
    })
}

static NATIVE: [(u16, Type); 20] = [
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

/// A class that cannot be understood is still a type: its values are bytes.
fn custom(class: &str) -> Type {
    Type::parse_class(class).unwrap_or_else(|_| Type::Custom(class.into()))
}

/// Appends an `[option]`.
pub(super) fn encode(ty: &Type, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
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
        other => match number(other, features) {
            Some(number) => {
                put_short(out, number);
                Ok(())
            }
            None => {
                put_short(out, 0x00);
                put_string(out, &class(other, features.dialect), "type class")
            }
        },
    }
}

/// The name of a type's class, spelled as servers of this kind do: before the dimension of a vector, and nowhere
/// else, there is a blank, and Cassandra has another one before the comma.
fn class(ty: &Type, dialect: Dialect) -> String {
    let name = ty.class_name();
    match (ty, dialect) {
        (Type::Vector(..), Dialect::Cassandra) => name.replace(", ", " , "),
        _ => name,
    }
}

/// The number of a type without parameters, if it has one here.
fn number(ty: &Type, features: &Features) -> Option<u16> {
    let as_class = features.dialect == Dialect::Cassandra && features.version == Version::V4;
    let mut natives = NATIVE.iter().filter(|(_, native)| native == ty);
    let (number, _) = natives.next()?;
    (*ty != Type::Duration || !as_class).then_some(*number)
}

fn put_count(out: &mut Vec<u8>, length: usize, field: &'static str) -> Result<(), TooLong> {
    put_short(
        out,
        u16::try_from(length).map_err(|_| TooLong { field, length })?,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check::{digits, hex};

    fn decode_one(reader: &mut Reader<'_>) -> Result<Type, Malformed> {
        decode(reader, &mut Budget::default())
    }

    fn check_as(features: Features, ty: &Type, expected: &Type, bytes: &str) {
        let mut out = Vec::new();
        encode(ty, &features, &mut out).unwrap();
        assert_eq!(digits(&out), digits(&hex(bytes)));
        let mut reader = Reader::new(&out);
        assert_eq!(decode_one(&mut reader).as_ref(), Ok(expected));
        assert_eq!(reader.end("type"), Ok(()));
        for length in 0..out.len() {
            assert!(decode_one(&mut Reader::new(&out[..length])).is_err());
        }
    }

    fn check(ty: &Type, bytes: &str) {
        check_as(Features::default(), ty, ty, bytes);
    }

    #[test]
    fn numbers() {
        check(&Type::Ascii, "0001");
        check(&Type::Text, "000d");
        check(&Type::Duration, "0015");
        for (number, ty) in &NATIVE {
            check(ty, &format!("{number:04x}"));
        }
    }

    #[test]
    fn parameters() {
        let text = || Box::new(Type::Text);
        check(&Type::List(text()), "0020 000d");
        check(&Type::Map(text(), Box::new(Type::Int)), "0021 000d 0009");
        check(&Type::Set(Box::new(Type::List(text()))), "0022 0020 000d");
        check(
            &Type::Tuple(vec![Type::Int, Type::Text]),
            "0031 0002 0009 000d",
        );
        let user = UserType {
            keyspace: "ks".into(),
            name: "address".into(),
            fields: vec![("street".into(), Type::Text), ("no".into(), Type::Int)],
        };
        check(
            &Type::User(Arc::new(user)),
            "0030 0002 6b73 0007 61646472657373 0002 0006 737472656574 000d 0002 6e6f 0009",
        );
        check(&Type::Custom("x.Y".into()), "0000 0003 782e59");
        let list = Type::List(text());
        let frozen = Type::Frozen(Box::new(list.clone()));
        check_as(Features::default(), &frozen, &list, "0020 000d");
    }

    #[test]
    fn vectors_are_a_class() {
        let vector = Type::Vector(Box::new(Type::Float), 3);
        let marshal = "6f72672e6170616368652e63617373616e6472612e64622e6d61727368616c2e";
        let begin = format!("{marshal} 566563746f7254797065 28 {marshal} 466c6f617454797065");
        let scylla = format!("0000 0058 {begin} 2c 20 33 29");
        check_as(Features::of(Dialect::Scylla), &vector, &vector, &scylla);
        let cassandra = format!("0000 0059 {begin} 20 2c 20 33 29");
        check_as(
            Features::of(Dialect::Cassandra),
            &vector,
            &vector,
            &cassandra,
        );
    }

    #[test]
    fn a_class_that_is_not_understood_is_custom() {
        for class in [
            "x.Y",
            "org.apache.cassandra.db.marshal.ListType(",
            "",
            "(",
            ")",
        ] {
            let custom = Type::Custom(class.into());
            let mut out = Vec::new();
            encode(&custom, &Features::default(), &mut out).unwrap();
            assert_eq!(decode_one(&mut Reader::new(&out)), Ok(custom));
        }
    }

    #[test]
    fn durations_of_cassandra_are_a_class_in_version_4() {
        let mut features = Features::of(Dialect::Cassandra);
        let duration = Type::Duration;
        let class = "0000 002c 6f72672e6170616368652e63617373616e6472612e64622e6d61727368616c2e
            4475726174696f6e54797065";
        check_as(features, &duration, &duration, class);
        features.version = Version::V5;
        check_as(features, &duration, &duration, "0015");
    }

    #[test]
    #[cfg_attr(miri, ignore = "reads descriptions of a million types")]
    fn what_is_refused() {
        let why =
            |bytes: &[u8]| decode_one(&mut Reader::new(bytes)).map_err(|malformed| malformed.why);
        assert_eq!(why(&[0, 0x0a]), Err(Why::Unknown));
        assert_eq!(why(&[0xff, 0xff]), Err(Why::Unknown));
        assert_eq!(why(&[0, 0x31, 0xff, 0xff]), Err(Why::Short));
        let nested = |depth| {
            let mut bytes = [0, 0x20].repeat(depth - 1);
            bytes.extend([0, 0x09]);
            bytes
        };
        assert!(why(&nested(MAX_NESTING)).is_ok());
        assert_eq!(why(&nested(MAX_NESTING + 1)), Err(Why::Nesting));
        assert_eq!(why(&nested(1_000_000)), Err(Why::Nesting));
        let tuple = [&[0, 0x31, 0xff, 0xff][..], &[0, 9].repeat(0xffff)].concat();
        let tuples = [&[0, 0x31, 0, 17][..], &tuple.repeat(17)].concat();
        assert_eq!(why(&tuples), Err(Why::Length));
    }
}
