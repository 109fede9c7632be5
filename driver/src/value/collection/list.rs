//! Lists.

use std::cmp::Ordering;

use super::super::ty::sequence;
use super::super::{CqlType, Fault, FromCql, ToCql, Type, Wrote};
use super::{Elements, put, put_sorted};

/// A list fits a set as well: the bytes are of the same form. It is then sent in the server's order.
impl<T: ToCql> ToCql for [T] {
    fn fits(&self, ty: &Type) -> bool {
        match ty.bare() {
            Type::List(element) | Type::Set(element) => self.iter().all(|v| v.fits(element)),
            _ => false,
        }
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        put(out, self, |v, out| v.write_value(out));
        Wrote::Value
    }

    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        let element = ty.element();
        let write = |v: &T, out: &mut Vec<u8>| v.write_value_as(element, out);
        match ty.bare() {
            Type::Set(_) => put_sorted(out, 1, self, write, |a, b| element.compare(a, b)),
            _ => put(out, self, write),
        }
        Wrote::Value
    }
}

impl<T: ToCql> ToCql for Vec<T> {
    fn fits(&self, ty: &Type) -> bool {
        self.as_slice().fits(ty)
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        self.as_slice().write(out)
    }

    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        self.as_slice().write_as(ty, out)
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        sequence(a, b, |_, a, b| T::order(a, b))
    }
}

impl<'f, T: FromCql<'f>> FromCql<'f> for Vec<T> {
    fn accepts(ty: &Type) -> bool {
        match ty.bare() {
            Type::List(element) | Type::Set(element) => T::accepts(element),
            _ => false,
        }
    }

    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        let elements = Elements::new(cell)?;
        let mut list = Vec::with_capacity(elements.room(1));
        elements.each(|v| list.push(v))?;
        Ok(list)
    }

    fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        let elements = Elements::new(cell)?;
        let mut list = Vec::with_capacity(elements.room(1));
        elements.each_as(ty.element(), |v| list.push(v))?;
        Ok(list)
    }
}

impl<T: CqlType> CqlType for Vec<T> {
    const COLLECTION: bool = true;

    fn cql_type() -> Type {
        Type::List(Box::new(T::cql_type()))
    }
}
