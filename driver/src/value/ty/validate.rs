//! Whether bytes are a value of a type.

use super::super::collection::elements;
use super::super::decode::present;
use super::super::vector::take_element;
use super::super::{Cells, Duration, Fault, FromCql, TimeUuid};
use super::Type;

impl Type {
    /// Whether `bytes` are a legal encoding of a value of this type.
    ///
    /// No bytes at all are legal for scalars except `duration`, as ScyllaDB has it; Cassandra also refuses them for
    /// `tinyint`, `smallint`, `date` and `time`. Collections must hold no null.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn validate(&self, bytes: &[u8]) -> Result<(), Fault> {
        match self {
            Type::List(t) | Type::Set(t) => collection(bytes, &[t]),
            Type::Map(k, v) => collection(bytes, &[k, v]),
            Type::Tuple(types) => members(bytes, types.iter()),
            Type::User(ty) => members(bytes, ty.fields.iter().map(|(_, t)| t)),
            Type::Vector(t, n) => vector(bytes, t, *n),
            Type::Frozen(t) => t.validate(bytes),
            Type::Duration => match Duration::decode(Some(bytes))? {
                duration if duration.is_legal() => Ok(()),
                _ => Err(Fault::Range),
            },
            _ if bytes.is_empty() => Ok(()),
            scalar => scalar.validate_scalar(bytes),
        }
    }

    fn validate_scalar(&self, bytes: &[u8]) -> Result<(), Fault> {
        let length = match self {
            Type::Ascii if bytes.is_ascii() => return Ok(()),
            Type::Ascii => return Err(Fault::Utf8),
            Type::Text => return <&str>::decode(Some(bytes)).map(drop),
            Type::TimeUuid => return TimeUuid::decode(Some(bytes)).map(drop),
            Type::Boolean | Type::TinyInt => bytes.len() == 1,
            Type::SmallInt => bytes.len() == 2,
            Type::Date | Type::Float | Type::Int => bytes.len() == 4,
            Type::BigInt | Type::Counter | Type::Double | Type::Time | Type::Timestamp => {
                bytes.len() == 8
            }
            Type::Uuid => bytes.len() == 16,
            Type::Inet => bytes.len() == 4 || bytes.len() == 16,
            Type::Decimal => bytes.len() > 4,
            _ => true,
        };
        if length { Ok(()) } else { Err(Fault::Length) }
    }
}

fn collection(bytes: &[u8], cells: &[&Type]) -> Result<(), Fault> {
    let (count, mut rest) = elements(bytes)?;
    for _ in 0..count {
        for ty in cells {
            ty.validate(present(rest.next()?)?)?;
        }
    }
    nothing_left(rest.rest())
}

/// Trailing members may be missing, and each may be null.
fn members<'t>(bytes: &[u8], types: impl Iterator<Item = &'t Type>) -> Result<(), Fault> {
    let mut cells = Cells::new(bytes);
    for ty in types {
        if cells.rest().is_empty() {
            break;
        }
        if let Some(member) = cells.next()? {
            ty.validate(member)?;
        }
    }
    nothing_left(cells.rest())
}

fn vector(mut bytes: &[u8], element: &Type, count: u16) -> Result<(), Fault> {
    let width = element.width();
    for _ in 0..count {
        element.validate(take_element(&mut bytes, width)?)?;
    }
    nothing_left(bytes)
}

fn nothing_left(rest: &[u8]) -> Result<(), Fault> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(Fault::Length)
    }
}
