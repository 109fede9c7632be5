//! Values of no bytes, where their type has no such value.

use std::cmp::Ordering;

use super::{CqlType, Fault, FromCql, ToCql, Type, Wrote};

/// A value, or no bytes where there should be one.
///
/// Servers accept a value of no bytes for most types, `int` and `timestamp` among them: it is neither null nor a number,
/// and only old clients wrote it. Read as an `i32` it is [`Fault::Length`], read as an `Option<i32>` it is `None`; with
/// `MaybeEmpty<i32>`, and `Option<MaybeEmpty<i32>>`, it is told apart. Text and blobs of no bytes are values like others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum MaybeEmpty<T> {
    /// No bytes.
    #[default]
    Empty,
    /// A value.
    Value(T),
}

impl<T> MaybeEmpty<T> {
    /// The value, if it is one.
    pub fn into_option(self) -> Option<T> {
        match self {
            MaybeEmpty::Empty => None,
            MaybeEmpty::Value(value) => Some(value),
        }
    }
}

impl<T: ToCql> ToCql for MaybeEmpty<T> {
    fn fits(&self, ty: &Type) -> bool {
        match self {
            MaybeEmpty::Empty => ty.validate(&[]).is_ok(),
            MaybeEmpty::Value(value) => value.fits(ty),
        }
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        match self {
            MaybeEmpty::Empty => Wrote::Value,
            MaybeEmpty::Value(value) => value.write(out),
        }
    }

    #[inline]
    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        match self {
            MaybeEmpty::Empty => Wrote::Value,
            MaybeEmpty::Value(value) => value.write_as(ty, out),
        }
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        T::order(a, b)
    }
}

impl<'f, T: FromCql<'f>> FromCql<'f> for MaybeEmpty<T> {
    fn accepts(ty: &Type) -> bool {
        T::accepts(ty)
    }

    #[inline]
    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        or_empty(cell, T::decode(cell))
    }

    #[inline]
    fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        or_empty(cell, T::decode_as(ty, cell))
    }
}

#[inline]
fn or_empty<T>(cell: Option<&[u8]>, read: Result<T, Fault>) -> Result<MaybeEmpty<T>, Fault> {
    match (cell, read) {
        (Some([]), Err(_)) => Ok(MaybeEmpty::Empty),
        (_, read) => read.map(MaybeEmpty::Value),
    }
}

impl<T: CqlType> CqlType for MaybeEmpty<T> {
    fn cql_type() -> Type {
        T::cql_type()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, written};
    use super::*;

    #[test]
    fn no_bytes_are_told_from_null_and_from_values() {
        check(MaybeEmpty::Value(7), &Type::Int, "00000007");
        check(MaybeEmpty::Value(String::new()), &Type::Text, "");
        let empty = MaybeEmpty::<i32>::Empty;
        assert!(empty.fits(&Type::Int) && !empty.fits(&Type::List(Box::new(Type::Int))));
        assert_eq!(written(&empty), b"");
        assert_eq!(MaybeEmpty::<i32>::decode(Some(&[])), Ok(empty));
        assert_eq!(MaybeEmpty::<i32>::decode(None), Err(Fault::Null));
        assert_eq!(Option::<MaybeEmpty<i32>>::decode(None), Ok(None));
        assert_eq!(Option::decode(Some(&[])), Ok(Some(empty)));
        assert_eq!(MaybeEmpty::<i32>::decode(Some(&[0])), Err(Fault::Length));
        assert_eq!(i32::decode(Some(&[])), Err(Fault::Length));
        assert_eq!(Option::<i32>::decode(Some(&[])), Ok(None));
    }
}
