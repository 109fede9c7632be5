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
