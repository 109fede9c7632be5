//! CAST: a value of one type as a value of another.

use std::net::IpAddr;

use scylla_orm_driver::value::{Decimal, Type, Value, Varint};

use crate::exec::function::identifier;
use crate::exec::term::{literal::written, time};
use crate::failure::Failure;

/// Whether there is a cast between two types.
pub(crate) fn exists(from: &Type, to: &Type) -> bool {
    let (from, to) = (&from.thawed(), &to.thawed());
    from == to
        || is_number(from) && is_number(to) && !matches!(to, Type::Counter)
        || *to == Type::Text && !matches!(from, Type::Blob)
        || *to == Type::Ascii && matches!(from, Type::Boolean | Type::Inet | Type::Uuid)
        || matches!(
            (from, to),
            (Type::TimeUuid, Type::Timestamp | Type::Date)
                | (Type::Timestamp, Type::Date)
                | (Type::Date, Type::Timestamp)
        )
}

/// The value as a value of type `to`; `None` where it has none.
///
/// # Errors
/// A number that does not fit.
pub(crate) fn cast(value: &[u8], from: &Type, to: &Type) -> Result<Option<Vec<u8>>, Failure> {
    let (from, to) = (&from.thawed(), &to.thawed());
    if from == to {
        return Ok(Some(value.to_vec()));
    }
    let cast = match (from, to) {
        (_, Type::Text | Type::Ascii) => text(value, from).map(String::into_bytes),
        (Type::TimeUuid, Type::Timestamp) => {
            identifier::millis(value).map(|ms| ms.to_be_bytes().to_vec())
        }
        (Type::TimeUuid, Type::Date) => {
            identifier::millis(value).and_then(|ms| date(ms.div_euclid(86_400_000)))
        }
        (Type::Timestamp, Type::Date) => long(value).and_then(|ms| date(ms.div_euclid(86_400_000))),
        (Type::Date, Type::Timestamp) => days(value)
            .and_then(|days| days.checked_mul(86_400_000))
            .map(|ms| ms.to_be_bytes().to_vec()),
        _ => match Number::read(value, from) {
            Some(number) => return number.write(to).map(Some),
            None => None,
        },
    };
    Ok(cast)
}

/// A `date` of so many days since 1970.
pub(super) fn date(days: i64) -> Option<Vec<u8>> {
    let shifted = u32::try_from(days.checked_add(1 << 31)?).ok()?;
    Some(shifted.to_be_bytes().to_vec())
}

fn days(date: &[u8]) -> Option<i64> {
    let shifted = u32::from_be_bytes(date.try_into().ok()?);
    Some(i64::from(shifted) - (1 << 31))
}

fn long(value: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(value.try_into().ok()?))
}

/// A number of any type, wide enough for what the casts need.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    Whole(i128),
    Real(f64),
    Decimal(Decimal),
}

impl Number {
    /// A value of a numeric type; none if it is empty, or a `varint` beyond 128 bits.
    pub(crate) fn read(value: &[u8], ty: &Type) -> Option<Number> {
        Some(match ty {
            Type::TinyInt => Number::Whole(i8::from_be_bytes(value.try_into().ok()?).into()),
            Type::SmallInt => Number::Whole(i16::from_be_bytes(value.try_into().ok()?).into()),
            Type::Int => Number::Whole(i32::from_be_bytes(value.try_into().ok()?).into()),
            Type::BigInt | Type::Counter | Type::Timestamp => Number::Whole(long(value)?.into()),
            Type::VarInt => Number::Whole(varint(value)?),
            Type::Float => Number::Real(f32::from_be_bytes(value.try_into().ok()?).into()),
            Type::Double => Number::Real(f64::from_be_bytes(value.try_into().ok()?)),
            Type::Decimal => match Value::decode(ty, Some(value)) {
                Ok(Some(Value::Decimal(decimal))) => Number::Decimal(decimal),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The number as a value of a numeric type. What is too large wraps, as a Java cast does; a fraction is cut.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast in CQL loses what does not fit"
    )]
    pub(crate) fn write(&self, to: &Type) -> Result<Vec<u8>, Failure> {
        let unfit = || Failure::invalid(format!("the number does not fit into type {to}"));
        Ok(match to {
            Type::Float => (self.real() as f32).to_be_bytes().to_vec(),
            Type::Double => self.real().to_be_bytes().to_vec(),
            Type::Decimal => written(&match self {
                Number::Decimal(decimal) => decimal.clone(),
                Number::Whole(whole) => whole.to_string().parse().map_err(|_| unfit())?,
                Number::Real(real) => real.to_string().parse().map_err(|_| unfit())?,
            }),
            Type::VarInt => written(
                &self
                    .whole()
                    .to_string()
                    .parse::<Varint>()
                    .map_err(|_| unfit())?,
            ),
            _ => {
                let bytes = self.whole().to_be_bytes();
                let width = match to {
                    Type::TinyInt => 1,
                    Type::SmallInt => 2,
                    Type::Int => 4,
                    _ => 8,
                };
                bytes
                    .get(16 - width..)
                    .map(<[u8]>::to_vec)
                    .ok_or_else(unfit)?
            }
        })
    }

    pub(crate) fn real(&self) -> f64 {
        match self {
            Number::Whole(whole) => *whole as f64,
            Number::Real(real) => *real,
            Number::Decimal(decimal) => decimal.to_string().parse().unwrap_or(f64::NAN),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast in CQL cuts a fraction"
    )]
    fn whole(&self) -> i128 {
        match self {
            Number::Whole(whole) => *whole,
            Number::Real(real) => *real as i128,
            Number::Decimal(decimal) => self.cut(decimal),
        }
    }

    /// A decimal without its fraction.
    fn cut(&self, decimal: &Decimal) -> i128 {
        let unscaled: i128 = decimal.unscaled.to_string().parse().unwrap_or(0);
        let power = 10i128.checked_pow(decimal.scale.unsigned_abs());
        match power {
            Some(power) if decimal.scale >= 0 => unscaled / power,
            Some(power) => unscaled.wrapping_mul(power),
            None => 0,
        }
    }
}

pub(crate) fn is_number(ty: &Type) -> bool {
    matches!(
        ty,
        Type::TinyInt
            | Type::SmallInt
            | Type::Int
            | Type::BigInt
            | Type::Counter
            | Type::VarInt
            | Type::Float
            | Type::Double
            | Type::Decimal
    )
}

/// A two's complement number of up to 16 bytes.
fn varint(bytes: &[u8]) -> Option<i128> {
    let sign = if *bytes.first()? >= 0x80 { 0xff } else { 0 };
    let mut wide = [sign; 16];
    let start = 16usize.checked_sub(bytes.len())?;
    wide.get_mut(start..)?.copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

/// A value as the text that CAST makes of it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the value was an f32 before"
)]
fn text(value: &[u8], from: &Type) -> Option<String> {
    Some(match from {
        Type::Text | Type::Ascii => String::from_utf8_lossy(value).into_owned(),
        Type::Timestamp => time::show_timestamp(long(value)?),
        Type::Date => time::show_date(days(value)?),
        Type::Time => time::show_time(long(value)?),
        Type::Float => java(f32::from_be_bytes(value.try_into().ok()?).into(), |v| {
            (v as f32).to_string()
        }),
        Type::Double => java(f64::from_be_bytes(value.try_into().ok()?), |v| {
            v.to_string()
        }),
        Type::Inet => match value.len() {
            4 => IpAddr::from(<[u8; 4]>::try_from(value).ok()?).to_string(),
            _ => IpAddr::from(<[u8; 16]>::try_from(value).ok()?).to_string(),
        },
        _ => Value::decode(from, Some(value)).ok()??.to_string(),
    })
}

/// A number as Java shows it: `1.0`, `NaN`, `Infinity`.
fn java(value: f64, shortest: impl Fn(f64) -> String) -> String {
    let text = shortest(value);
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value.is_nan() || text.contains(['.', 'e']) {
        text
    } else {
        format!("{text}.0")
    }
}
