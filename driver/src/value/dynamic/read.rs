//! Values of any type from their bytes.

use super::super::collection::elements;
use super::super::decode::present;
use super::super::vector::take_element;
use super::super::{Cells, Fault, FromCql, Type};
use super::Value;

impl Value {
    /// Reads a cell of a column of type `ty`; `None` is null.
    ///
    /// # Errors
    /// The bytes are not a value of the type.
    pub fn decode(ty: &Type, cell: Option<&[u8]>) -> Result<Option<Value>, Fault> {
        cell.map(|bytes| Value::read(ty, bytes)).transpose()
    }

    fn read(ty: &Type, bytes: &[u8]) -> Result<Value, Fault> {
        let cell = Some(bytes);
        Ok(match ty {
            Type::Ascii | Type::Text => Value::Text(String::decode(cell)?),
            Type::Blob => Value::Blob(bytes.to_vec()),
            Type::Duration => Value::Duration(FromCql::decode(cell)?),
            Type::List(t) => Value::List(list(t, bytes)?),
            Type::Set(t) => Value::Set(list(t, bytes)?),
            Type::Map(k, v) => Value::Map(map(k, v, bytes)?),
            Type::Tuple(types) => Value::Tuple(members(types.iter(), bytes)?),
            Type::User(ty) => {
                let fields = members(ty.fields.iter().map(|(_, ty)| ty), bytes)?;
                Value::User(ty.clone(), fields)
            }
            Type::Vector(t, n) => Value::Vector(vector(t, *n, bytes)?),
            Type::Frozen(t) => Value::read(t, bytes)?,
            Type::Custom(class) => Value::Custom(class.clone(), bytes.to_vec()),
            _ if bytes.is_empty() => Value::Empty,
            scalar => Value::read_scalar(scalar, cell)?,
        })
    }

    fn read_scalar(ty: &Type, cell: Option<&[u8]>) -> Result<Value, Fault> {
        Ok(match ty {
            Type::BigInt => Value::BigInt(FromCql::decode(cell)?),
            Type::Boolean => Value::Boolean(FromCql::decode(cell)?),
            Type::Counter => Value::Counter(FromCql::decode(cell)?),
            Type::Date => Value::Date(FromCql::decode(cell)?),
            Type::Decimal => Value::Decimal(FromCql::decode(cell)?),
            Type::Double => Value::Double(FromCql::decode(cell)?),
            Type::Float => Value::Float(FromCql::decode(cell)?),
            Type::Inet => Value::Inet(FromCql::decode(cell)?),
            Type::Int => Value::Int(FromCql::decode(cell)?),
            Type::SmallInt => Value::SmallInt(FromCql::decode(cell)?),
            Type::Time => Value::Time(FromCql::decode(cell)?),
            Type::Timestamp => Value::Timestamp(FromCql::decode(cell)?),
            Type::TimeUuid => Value::TimeUuid(FromCql::decode(cell)?),
            Type::TinyInt => Value::TinyInt(FromCql::decode(cell)?),
            Type::Uuid => Value::Uuid(FromCql::decode(cell)?),
            Type::VarInt => Value::VarInt(FromCql::decode(cell)?),
            _ => return Err(Fault::Range),
        })
    }
}

/// Of any type. Where no type is told, a value is a blob.
impl FromCql<'_> for Value {
    fn accepts(_: &Type) -> bool {
        true
    }

    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        present(cell).map(|bytes| Value::Blob(bytes.to_vec()))
    }

    fn decode_as(ty: &Type, cell: Option<&[u8]>) -> Result<Self, Fault> {
        Value::read(ty, present(cell)?)
    }
}

fn list(ty: &Type, bytes: &[u8]) -> Result<Vec<Value>, Fault> {
    let (count, mut cells) = elements(bytes)?;
    let mut list = Vec::new();
    for _ in 0..count {
        list.push(Value::read(ty, present(cells.next()?)?)?);
    }
    nothing_left(cells.rest()).map(|()| list)
}

fn map(key: &Type, value: &Type, bytes: &[u8]) -> Result<Vec<(Value, Value)>, Fault> {
    let (count, mut cells) = elements(bytes)?;
    let mut map = Vec::new();
    for _ in 0..count {
        let key = Value::read(key, present(cells.next()?)?)?;
        map.push((key, Value::read(value, present(cells.next()?)?)?));
    }
    nothing_left(cells.rest()).map(|()| map)
}

/// Members that the sender's version of the type did not have are missing here too.
fn members<'t>(
    types: impl Iterator<Item = &'t Type>,
    bytes: &[u8],
) -> Result<Vec<Option<Value>>, Fault> {
    let mut cells = Cells::new(bytes);
    let mut members = Vec::new();
    for ty in types {
        if cells.rest().is_empty() {
            break;
        }
        members.push(Value::decode(ty, cells.next()?)?);
    }
    nothing_left(cells.rest()).map(|()| members)
}

fn vector(ty: &Type, count: u16, mut bytes: &[u8]) -> Result<Vec<Value>, Fault> {
    let width = ty.width();
    let mut vector = Vec::new();
    for _ in 0..count {
        vector.push(Value::read(ty, take_element(&mut bytes, width)?)?);
    }
    nothing_left(bytes).map(|()| vector)
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
    use std::cmp::Ordering;

    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::super::super::ToCql;
    use super::super::super::testing::written;
    use super::*;

    const TYPES: &[&str] = &[
        "ascii",
        "bigint",
        "blob",
        "boolean",
        "date",
        "decimal",
        "double",
        "duration",
        "float",
        "inet",
        "int",
        "smallint",
        "text",
        "time",
        "timestamp",
        "timeuuid",
        "tinyint",
        "uuid",
        "varint",
        "list<smallint>",
        "set<varint>",
        "map<tinyint, text>",
        "tuple<int, text, list<tinyint>>",
        "vector<text, 2>",
        "vector<int, 2>",
        "list<frozen<map<tinyint, frozen<tuple<text, decimal>>>>>",
        "'org.example.Point'",
    ];

    /// Bytes of which many are lengths and counts that could be right.
    fn bytes(random: &mut StdRng) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..random.random_range(0..6) {
            match random.random_range(0..4) {
                0 => bytes.extend_from_slice(&random.random::<[u8; 4]>()),
                1 => bytes.push(random.random()),
                _ => bytes.extend_from_slice(&[0, 0, 0, random.random_range(0..4)]),
            }
        }
        bytes
    }

    #[test]
    fn any_bytes_are_a_fault_or_a_value_that_survives_the_journey() {
        let mut random = StdRng::seed_from_u64(7);
        for name in TYPES {
            let ty = Type::parse(name, &|_| None).unwrap();
            let mut legal = 0;
            for _ in 0..if cfg!(miri) { 12 } else { 4_000 } {
                let bytes = bytes(&mut random);
                let read = Value::decode(&ty, Some(&bytes));
                let Ok(Some(value)) = read else {
                    assert!(
                        ty.validate(&bytes).is_err(),
                        "{ty}: {bytes:02x?} is valid, but {read:?}"
                    );
                    continue;
                };
                legal += 1;
                assert!(value.fits(&ty), "{ty}: {value} of {bytes:02x?}");
                // Sets may come in any order and numbers with leading zeros; what is written is equal in the order.
                let again = written(&value);
                assert_eq!(ty.compare(&again, &again), Ordering::Equal);
                let second = Value::decode(&ty, Some(&again)).unwrap().unwrap();
                assert_eq!(written(&second), again, "{ty}: {value}");
            }
            assert!(legal > 0 || cfg!(miri), "{ty}: no bytes were a value");
        }
    }

    #[test]
    fn the_order_is_total() {
        let mut random = StdRng::seed_from_u64(8);
        for name in TYPES {
            let ty = Type::parse(name, &|_| None).unwrap();
            let mut some: Vec<_> = (0..if cfg!(miri) { 4 } else { 60 })
                .map(|_| bytes(&mut random))
                .collect();
            some.sort_by(|a, b| ty.compare(a, b));
            for (i, a) in some.iter().enumerate() {
                for b in some.iter().skip(i) {
                    assert_ne!(
                        ty.compare(a, b),
                        Ordering::Greater,
                        "{ty}: {a:02x?} {b:02x?}"
                    );
                    assert_eq!(ty.compare(a, b), ty.compare(b, a).reverse(), "{ty}");
                }
            }
        }
    }
}
