//! CAST: a value of one type as a value of another.

use std::net::{IpAddr, Ipv6Addr};

use scylla_orm_driver::value::{Type, Value};

use crate::exec::function::identifier;
use crate::exec::function::number::{self, Number, is_number};
use crate::exec::term::time;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// Whether there is a cast between two types.
pub(crate) fn exists(from: &Type, to: &Type) -> bool {
    let (from, to) = (&from.thawed(), &to.thawed());
    from == to
        || is_number(from) && is_number(to) && !matches!(to, Type::Counter)
        || *to == Type::Text && is_shown(from)
        || *to == Type::Ascii && is_shown(from) && *from != Type::Text
        || matches!(
            (from, to),
            (Type::TimeUuid, Type::Timestamp | Type::Date)
                | (Type::Timestamp, Type::Date)
                | (Type::Date, Type::Timestamp)
        )
}

/// Whether a type has a cast to text.
fn is_shown(ty: &Type) -> bool {
    is_number(ty)
        || matches!(
            ty,
            Type::Ascii
                | Type::Text
                | Type::Boolean
                | Type::Inet
                | Type::Uuid
                | Type::TimeUuid
                | Type::Timestamp
                | Type::Date
                | Type::Time
        )
}

/// The value as a value of type `to`; `None` where it has none.
///
/// # Errors
/// A number that does not fit.
pub(crate) fn cast(
    value: &[u8],
    from: &Type,
    to: &Type,
    flavor: Flavor,
) -> Result<Option<Vec<u8>>, Failure> {
    // Of a moment before 1970 Cassandra finds the day towards 1970.
    let day = |millis: i64| match flavor {
        Flavor::Scylla => date(millis.div_euclid(86_400_000)),
        Flavor::Cassandra => date(millis / 86_400_000),
    };
    let (from, to) = (&from.thawed(), &to.thawed());
    if from == to {
        return Ok(Some(value.to_vec()));
    }
    let cast = match (from, to) {
        (_, Type::Text | Type::Ascii) => text(value, from, flavor).map(String::into_bytes),
        (Type::TimeUuid, Type::Timestamp) => {
            identifier::millis(value).map(|ms| ms.to_be_bytes().to_vec())
        }
        (Type::TimeUuid, Type::Date) => identifier::millis(value).and_then(day),
        (Type::Timestamp, Type::Date) => long(value).and_then(day),
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

/// A value as the text that CAST makes of it.
fn text(value: &[u8], from: &Type, flavor: Flavor) -> Option<String> {
    Some(match from {
        Type::Text | Type::Ascii => String::from_utf8_lossy(value).into_owned(),
        Type::Timestamp => time::show_timestamp(long(value)?),
        Type::Date => time::show_date(days(value)?),
        Type::Time => time::show_time(long(value)?),
        Type::Float => number::show_float(f32::from_be_bytes(value.try_into().ok()?)),
        Type::Double => number::show_double(f64::from_be_bytes(value.try_into().ok()?)),
        Type::Inet => match value.len() {
            4 => IpAddr::from(<[u8; 4]>::try_from(value).ok()?).to_string(),
            _ if flavor == Flavor::Scylla => {
                IpAddr::from(<[u8; 16]>::try_from(value).ok()?).to_string()
            }
            // Java leaves out no zeros.
            _ => {
                let segments = Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?).segments();
                segments.map(|segment| format!("{segment:x}")).join(":")
            }
        },
        _ => Value::decode(from, Some(value)).ok()??.to_string(),
    })
}
