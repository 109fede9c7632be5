//! Null and unset.

use std::cmp::Ordering;

use super::{Cells, Fault, FromCql, ToCql, Type, Wrote};

/// A value that is not set: a write leaves the column as it is, without a tombstone. It fits every type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Unset;

/// A value, or none for now: a write leaves the column as it is.
///
/// `MaybeUnset<Option<T>>` tells all three apart: a value, null, and unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MaybeUnset<T> {
    /// This value.
    Set(T),
    /// Leave what is there.
    #[default]
    Unset,
}

impl<T> From<Option<T>> for MaybeUnset<T> {
    /// `None` becomes unset, not null.
    fn from(value: Option<T>) -> Self {
        value.map_or(MaybeUnset::Unset, MaybeUnset::Set)
    }
}

impl ToCql for Unset {
    #[inline]
    fn fits(&self, _: &Type) -> bool {
        true
    }

    #[inline]
    fn write(&self, _: &mut Vec<u8>) -> Wrote {
        Wrote::Unset
    }
}

impl<T: ToCql> ToCql for MaybeUnset<T> {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        match self {
            MaybeUnset::Set(value) => value.fits(ty),
            MaybeUnset::Unset => true,
        }
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        match self {
            MaybeUnset::Set(value) => value.write(out),
            MaybeUnset::Unset => Wrote::Unset,
        }
    }

    #[inline]
    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        match self {
            MaybeUnset::Set(value) => value.write_as(ty, out),
            MaybeUnset::Unset => Wrote::Unset,
        }
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        T::order(a, b)
    }
}

/// `None` is null, and null fits every type.
impl<T: ToCql> ToCql for Option<T> {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        self.as_ref().is_none_or(|value| value.fits(ty))
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        match self {
            Some(value) => value.write(out),
            None => Wrote::Null,
        }
    }

    #[inline]
    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        match self {
            Some(value) => value.write_as(ty, out),
            None => Wrote::Null,
        }
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        T::order(a, b)
    }
}

/// Null is `None`. So is a value of no bytes where `T` has none such, which old clients could write into a column
/// of almost any type: to those who read the row, there is no number in it.
impl<'f, T: FromCql<'f>> FromCql<'f> for Option<T> {
    fn accepts(ty: &Type) -> bool {
        T::accepts(ty)
    }

    #[inline]
    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        match cell {
            None => Ok(None),
            Some(bytes) => match T::decode(cell) {
                Err(_) if bytes.is_empty() => Ok(None),
                read => read.map(Some),
            },
        }
    }

    #[inline]
    fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        match cell {
            None => Ok(None),
            Some(bytes) => match T::decode_as(ty, cell) {
                Err(_) if bytes.is_empty() => Ok(None),
                read => read.map(Some),
            },
        }
    }

    #[inline]
    fn take(cells: &mut Cells<'f>) -> Result<Self, Fault> {
        Self::decode(cells.next()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_unset_are_marks_in_place_of_a_length() {
        let check = |value: &dyn ToCql, expected: &[u8]| {
            let mut out = Vec::new();
            value.write_value(&mut out);
            assert_eq!(out, expected);
            assert!(value.fits(&Type::TinyInt));
        };
        check(&Some(7_i8), &[0, 0, 0, 1, 7]);
        check(&None::<i8>, &[0xff; 4]);
        check(&Unset, &[0xff, 0xff, 0xff, 0xfe]);
        check(&MaybeUnset::Set(Some(7_i8)), &[0, 0, 0, 1, 7]);
        check(&MaybeUnset::Set(None::<i8>), &[0xff; 4]);
        check(&MaybeUnset::from(None::<i8>), &[0xff, 0xff, 0xff, 0xfe]);
    }

    #[test]
    fn null_and_the_number_of_no_bytes_read_as_none() {
        assert_eq!(Option::<i8>::decode(None), Ok(None));
        assert_eq!(Option::<i8>::decode(Some(&[])), Ok(None));
        assert_eq!(Option::<String>::decode(Some(&[])), Ok(Some(String::new())));
        assert_eq!(Option::<i8>::decode(Some(&[1, 2])), Err(Fault::Length));
    }
}
