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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::testing::hex;
    use super::super::UserType;
    use super::*;

    fn check(ty: &str, bytes: &str, expected: Result<(), Fault>) {
        let user = UserType {
            keyspace: "k".into(),
            name: "u".into(),
            fields: vec![("a".into(), Type::TinyInt), ("b".into(), Type::Text)],
        };
        let ty = Type::parse(ty, &|_| Some(Arc::new(user.clone()))).unwrap();
        assert_eq!(ty.validate(&hex(bytes)), expected, "{ty}: {bytes}");
    }

    #[test]
    fn scalars_have_their_lengths_or_none() {
        let widths = [
            ("tinyint", 1),
            ("boolean", 1),
            ("smallint", 2),
            ("int", 4),
            ("float", 4),
            ("date", 4),
            ("inet", 4),
            ("bigint", 8),
            ("double", 8),
            ("counter", 8),
            ("time", 8),
            ("timestamp", 8),
            ("uuid", 16),
            ("inet", 16),
        ];
        for (ty, width) in widths {
            check(ty, "", Ok(()));
            check(ty, &"00".repeat(width), Ok(()));
            check(ty, &"00".repeat(width + 1), Err(Fault::Length));
        }
        check("decimal", "00000000", Err(Fault::Length));
        check("varint", "00000000000000000000000001", Ok(()));
        check("blob", "ff", Ok(()));
        check("'org.example.Point'", "ff", Ok(()));
    }

    #[test]
    fn composites_have_legal_parts() {
        check("list<tinyint>", "", Err(Fault::Short));
        check("list<tinyint>", "00000001 00000001 05", Ok(()));
        check(
            "list<tinyint>",
            "00000001 00000002 0505",
            Err(Fault::Length),
        );
        check("list<tinyint>", "00000001 ffffffff", Err(Fault::Null));
        check(
            "map<tinyint, text>",
            "00000001 00000001 05 00000001 61",
            Ok(()),
        );
        check(
            "map<tinyint, text>",
            "00000001 00000001 05 00000001 ff",
            Err(Fault::Utf8),
        );
        check(
            "map<tinyint, text>",
            "00000001 00000001 05",
            Err(Fault::Short),
        );
        check("u", "", Ok(()));
        check("u", "00000001 05", Ok(()));
        check("u", "00000001 05 ffffffff", Ok(()));
        check("u", "00000001 05 00000001 ff", Err(Fault::Utf8));
        check("u", "00000001 05 00000001 61 ffffffff", Err(Fault::Length));
        check(
            "frozen<tuple<tinyint>>",
            "00000002 0505",
            Err(Fault::Length),
        );
    }
}
