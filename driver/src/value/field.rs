//! What a struct's field can be: a type of CQL, or an `Option` of one.
//!
//! It lives here, beside [`CqlType`], because only the crate that owns that trait may say that no `Option` has it.

use super::{Cells, CqlType, Fault, FromCql, Wrote};

/// An empty collection: its number of elements, and nothing else.
const NONE: [u8; 4] = [0; 4];

/// A field that a column is read into and written from: a [`CqlType`], or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of a CQL column",
    label = "no CQL type belongs to this Rust type",
    note = "the types that do are listed in `scylla_orm::driver::value`; an enum can be made one by `#[derive(CqlEnum)]`"
)]
pub trait Field: Sized {
    /// The type without `Option`.
    type Value: CqlType;

    /// Whether null can be read into it. A collection reads null as empty.
    const NULLABLE: bool;

    /// Appends the value's bytes, without their length; false, with nothing appended, if the column is to be null.
    /// An empty collection is null: written as a value, it would only add a tombstone.
    fn cell(&self, out: &mut Vec<u8>) -> bool;

    /// Like [`cell`](Field::cell), for a column declared `frozen`, where an empty collection is a value.
    fn frozen_cell(&self, out: &mut Vec<u8>) -> bool;

    /// Reads the next cell of a row.
    fn take(cells: &mut Cells<'_>) -> Result<Self, Fault>;
}

impl<T: CqlType> Field for T {
    type Value = T;

    const NULLABLE: bool = T::COLLECTION;

    #[inline]
    fn cell(&self, out: &mut Vec<u8>) -> bool {
        let at = out.len();
        let some = self.frozen_cell(out);
        if T::COLLECTION && out.get(at..) == Some(&NONE) {
            out.truncate(at);
            return false;
        }
        some
    }

    #[inline]
    fn frozen_cell(&self, out: &mut Vec<u8>) -> bool {
        self.write(out) == Wrote::Value
    }

    #[inline]
    fn take(cells: &mut Cells<'_>) -> Result<Self, Fault> {
        <T as FromCql<'_>>::take(cells)
    }
}

impl<T: CqlType> Field for Option<T> {
    type Value = T;

    const NULLABLE: bool = true;

    #[inline]
    fn cell(&self, out: &mut Vec<u8>) -> bool {
        self.as_ref().is_some_and(|value| value.cell(out))
    }

    #[inline]
    fn frozen_cell(&self, out: &mut Vec<u8>) -> bool {
        self.as_ref().is_some_and(|value| value.frozen_cell(out))
    }

    #[inline]
    fn take(cells: &mut Cells<'_>) -> Result<Self, Fault> {
        <Self as FromCql<'_>>::take(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Field + PartialEq + std::fmt::Debug>(field: T, bytes: Option<&[u8]>, read: T) {
        let mut out = Vec::new();
        let some = field.cell(&mut out);
        assert_eq!(some.then_some(&out[..]), bytes, "{field:?}");
        let mut row = Vec::new();
        crate::wire::put_bytes(&mut row, bytes, "test").unwrap();
        assert_eq!(<T as Field>::take(&mut Cells::new(&row)), Ok(read));
    }

    #[test]
    fn null_and_empty_collections_are_one() {
        check(7_i8, Some(&[7]), 7);
        check(Some(7_i8), Some(&[7]), Some(7));
        check(None::<i8>, None, None);
        check(Vec::<i8>::new(), None, vec![]);
        check(Some(Vec::<i8>::new()), None, None);
        check(vec![7_i8], Some(&[0, 0, 0, 1, 0, 0, 0, 1, 7]), vec![7]);
        check(String::new(), Some(&[]), String::new());
        let mut out = Vec::new();
        assert!(Vec::<i8>::new().frozen_cell(&mut out));
        assert_eq!(out, NONE);
    }
}
