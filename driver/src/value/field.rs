//! What a struct's field can be: a type of CQL, or an `Option` of one.
//!
//! It lives here, beside [`CqlType`], because only the crate that owns that trait may say that no `Option` has it.

use super::{Cells, CqlType, Fault, FromCql, Wrote};

/// An empty collection: its number of elements, and nothing else.
const NONE: [u8; 4] = [0; 4];

/// A field that a column is read into and written from: a [`CqlType`], or an `Option` of one.
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
