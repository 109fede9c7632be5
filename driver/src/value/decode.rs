//! From CQL to Rust.

use std::fmt;

use super::Type;

/// Why bytes are not the value that they should be. One byte, so that the loop over a result carries nothing
/// heavy; row and column are added outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The row or the collection ends before the value does.
    Short,
    /// Null, where the Rust type has no room for it.
    Null,
    /// The value does not have the length that its type needs.
    Length,
    /// Text that is not UTF-8, or not ASCII.
    Utf8,
    /// The value is legal in CQL but outside the range of the Rust type.
    Range,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Short => "the bytes end before the value does",
            Fault::Null => "it is null, and the Rust type has no room for null (use `Option`)",
            Fault::Length => "its length is not one that its type can have",
            Fault::Utf8 => "its text is not UTF-8, or not ASCII",
            Fault::Range => "its value is outside the range of the type",
        })
    }
}

impl std::error::Error for Fault {}

/// The cells of a row, and of the rows after it, one after another.
#[derive(Debug, Clone)]
pub struct Cells<'f> {
    rest: &'f [u8],
}

impl<'f> Cells<'f> {
    /// Over `[bytes]` cells that lie one behind the other.
    pub fn new(bytes: &'f [u8]) -> Self {
        Cells { rest: bytes }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'f [u8] {
        self.rest
    }

    /// The next cell; `None` is null.
    #[inline]
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator would hide the end of the bytes, which is a fault"
    )]
    pub fn next(&mut self) -> Result<Option<&'f [u8]>, Fault> {
        let (length, rest) = self.rest.split_first_chunk::<4>().ok_or(Fault::Short)?;
        match usize::try_from(i32::from_be_bytes(*length)) {
            Err(_) => {
                self.rest = rest;
                Ok(None)
            }
            Ok(n) => {
                let (cell, rest) = rest.split_at_checked(n).ok_or(Fault::Short)?;
                self.rest = rest;
                Ok(Some(cell))
            }
        }
    }

    /// The next cell, if it is not null and has exactly `N` bytes: the straight way for types of fixed width.
    #[inline]
    pub fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        // One look at the end of the bytes for both, and one comparison for the length as it stands there.
        let (head, rest) = self.rest.split_at_checked(4 + N)?;
        let (length, cell) = head.split_first_chunk::<4>()?;
        if u32::from_be_bytes(*length) as usize != N {
            return None;
        }
        self.rest = rest;
        cell.try_into().ok()
    }
}

/// A Rust value that can be read from a CQL value, borrowed from the answer (`'f`) or owned.
///
/// `#[derive(FromCql)]` of `scylla-orm-derive` writes it for structs (user-defined types), tuple structs (tuples; one
/// field alone is read as itself) and enums (text or numbers).
#[diagnostic::on_unimplemented(
    message = "a CQL value cannot be read as `{Self}`",
    label = "no CQL type belongs to this Rust type",
    note = "the types that do are listed in `scylla_orm::driver::value`; a struct or an enum can be made one by `#[derive(FromCql)]`"
)]
pub trait FromCql<'f>: Sized {
    /// Whether a column of type `ty`, which may hold `Frozen`, can be read as this. Asked once per result.
    fn accepts(ty: &Type) -> bool;

    /// Reads one cell; `None` is null.
    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault>;

    /// Reads one cell of a column of type `ty`, which it [`accepts`](FromCql::accepts).
    ///
    /// What holds other values hands their types on. It is what a user-defined type needs, whose fields arrive in the
    /// server's order; the others do what [`decode`](FromCql::decode) does.
    #[inline]
    fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        let _ = ty;
        Self::decode(cell)
    }

    /// Reads the next cell of a row. Types of fixed width override it with [`Cells::fixed`].
    #[inline]
    fn take(cells: &mut Cells<'f>) -> Result<Self, Fault> {
        Self::decode(cells.next()?)
    }

    /// Reads the next cell of a row, of a column of type `ty`. What overrides [`take`](FromCql::take) overrides it too.
    #[inline]
    fn take_as(ty: &Type, cells: &mut Cells<'f>) -> Result<Self, Fault> {
        Self::decode_as(ty, cells.next()?)
    }
}

/// The bytes of a cell that must not be null.
#[inline]
pub(crate) fn present(cell: Option<&[u8]>) -> Result<&[u8], Fault> {
    cell.ok_or(Fault::Null)
}

/// The bytes of a cell that must not be null and must have `N` bytes.
#[inline]
pub(crate) fn exactly<const N: usize>(cell: Option<&[u8]>) -> Result<[u8; N], Fault> {
    present(cell)?.try_into().map_err(|_| Fault::Length)
}
