//! Literals of one word, encoded as the type that their place has.

use std::net::IpAddr;

use scylla_orm_driver::value::{Decimal, Duration, ToCql, Type, Varint};

use crate::exec::term::{duration, time};
use crate::parse::syntax::{Constant, ConstantKind};

/// Why a literal is not a value of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// A literal of this kind never is.
    Kind,
    /// This one is not.
    Value,
}

/// The bytes of `constant` as a value of `ty`.
pub(crate) fn encode(constant: &Constant, ty: &Type) -> Result<Vec<u8>, Unfit> {
    use ConstantKind as K;
    let text = &*constant.text;
    let encoded = match (constant.kind, ty) {
        (_, Type::Frozen(inner)) => return encode(constant, inner),
        (K::String, Type::Text) => Some(text.as_bytes().to_vec()),
        (K::String, Type::Ascii) => text.is_ascii().then(|| text.as_bytes().to_vec()),
        (K::String, Type::Inet) => text.parse().ok().map(inet),
        (K::String | K::Integer, Type::Date | Type::Time | Type::Timestamp) => temporal(text, ty),
        (K::Duration, Type::Duration) => duration::parse(text).map(duration_bytes),
        (K::Integer, Type::TinyInt) => text.parse().ok().map(|v: i8| v.to_be_bytes().to_vec()),
        (K::Integer, Type::SmallInt) => text.parse().ok().map(|v: i16| v.to_be_bytes().to_vec()),
        (K::Integer, Type::Int) => text.parse().ok().map(|v: i32| v.to_be_bytes().to_vec()),
        (K::Integer, Type::BigInt | Type::Counter) => {
            text.parse().ok().map(|v: i64| v.to_be_bytes().to_vec())
        }
        (K::Integer, Type::VarInt) => text.parse().ok().map(|v: Varint| written(&v)),
        (K::Integer | K::Float, Type::Decimal) => text.parse().ok().map(|v: Decimal| written(&v)),
        (K::Integer | K::Float, Type::Float) => {
            text.parse().ok().map(|v: f32| v.to_be_bytes().to_vec())
        }
        (K::Integer | K::Float, Type::Double) => {
            text.parse().ok().map(|v: f64| v.to_be_bytes().to_vec())
        }
        (K::Boolean, Type::Boolean) => Some(vec![u8::from(text == "true")]),
        (K::Uuid, Type::Uuid) => uuid(text, None),
        (K::Uuid, Type::TimeUuid) => uuid(text, Some(1)),
        (K::Hex, Type::Blob) => hex(text),
        _ => return Err(Unfit::Kind),
    };
    encoded.ok_or(Unfit::Value)
}

/// The type that a literal has where nothing else says it.
pub(crate) fn natural(kind: ConstantKind, text: &str) -> Type {
    match kind {
        ConstantKind::String => Type::Text,
        ConstantKind::Integer if text.parse::<i32>().is_ok() => Type::Int,
        ConstantKind::Integer if text.parse::<i64>().is_ok() => Type::BigInt,
        ConstantKind::Integer => Type::VarInt,
        ConstantKind::Float => Type::Double,
        ConstantKind::Boolean => Type::Boolean,
        ConstantKind::Uuid => Type::Uuid,
        ConstantKind::Hex => Type::Blob,
        ConstantKind::Duration => Type::Duration,
    }
}

/// The bytes of a value that is not null.
pub(crate) fn written(value: &impl ToCql) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}

fn temporal(text: &str, ty: &Type) -> Option<Vec<u8>> {
    match ty {
        Type::Date => {
            let shifted = match text.parse::<u32>() {
                Ok(raw) => raw,
                Err(_) => u32::try_from(time::date(text)?.checked_add(1 << 31)?).ok()?,
            };
            Some(shifted.to_be_bytes().to_vec())
        }
        Type::Time => {
            let nanos = match text.parse::<i64>() {
                Ok(nanos) => nanos,
                Err(_) => time::time_of_day(text)?,
            };
            (0..86_400_000_000_000)
                .contains(&nanos)
                .then(|| nanos.to_be_bytes().to_vec())
        }
        _ => {
            let millis = match text.parse::<i64>() {
                Ok(millis) => millis,
                Err(_) => time::timestamp(text)?,
            };
            Some(millis.to_be_bytes().to_vec())
        }
    }
}

fn duration_bytes((months, days, nanos): duration::Parts) -> Vec<u8> {
    written(&Duration {
        months,
        days,
        nanos,
    })
}

fn inet(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(a) => a.octets().to_vec(),
        IpAddr::V6(a) => a.octets().to_vec(),
    }
}

fn uuid(text: &str, version: Option<usize>) -> Option<Vec<u8>> {
    let uuid = uuid::Uuid::try_parse(text).ok()?;
    let fits = version.is_none_or(|version| uuid.get_version_num() == version);
    fits.then(|| uuid.as_bytes().to_vec())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"))?;
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: ConstantKind, text: &str, ty: Type, expected: Result<&[u8], Unfit>) {
        let constant = Constant {
            kind,
            text: text.into(),
        };
        let encoded = encode(&constant, &ty);
        assert_eq!(encoded.as_deref(), expected.as_deref(), "{text} as {ty:?}");
    }

    #[test]
    fn literals_take_the_type_of_their_place() {
        use ConstantKind as K;
        check(K::Integer, "-1", Type::Int, Ok(&[0xff; 4]));
        check(K::Integer, "1", Type::BigInt, Ok(&[0, 0, 0, 0, 0, 0, 0, 1]));
        check(K::Integer, "128", Type::TinyInt, Err(Unfit::Value));
        check(K::Integer, "1", Type::Text, Err(Unfit::Kind));
        check(K::Integer, "255", Type::VarInt, Ok(&[0, 255]));
        check(
            K::Float,
            "-1.50",
            Type::Decimal,
            Ok(&[0, 0, 0, 2, 0xff, 0x6a]),
        );
        check(
            K::Integer,
            "1",
            Type::Double,
            Ok(&[0x3f, 0xf0, 0, 0, 0, 0, 0, 0]),
        );
        check(K::Float, "1.5", Type::Int, Err(Unfit::Kind));
        check(K::String, "é", Type::Ascii, Err(Unfit::Value));
        check(K::String, "1970-01-02", Type::Date, Ok(&[0x80, 0, 0, 1]));
        check(K::String, "127.0.0.1", Type::Inet, Ok(&[127, 0, 0, 1]));
        check(K::Hex, "0xCAfe", Type::Blob, Ok(&[0xca, 0xfe]));
        check(K::Hex, "0xc", Type::Blob, Err(Unfit::Value));
        check(K::Duration, "1mo2d3ns", Type::Duration, Ok(&[2, 4, 6]));
        check(K::Boolean, "true", Type::Boolean, Ok(&[1]));
    }
}
