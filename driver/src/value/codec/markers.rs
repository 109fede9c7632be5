//! Structs as the values of a statement: each marker takes the field of its name.

use super::fields::place as place_among;
use crate::value::row::column_type;
use crate::value::tuple::counted;
use crate::value::{Column, Mismatch, Type};

/// A struct whose fields go to the markers of their names: what `#[cql(flatten)]` takes in.
///
/// The lifetime means nothing. With it the impl of `ToRow` can lean on this one without repeating its errors, since the
/// compiler takes what is said `for<'any>` as it is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be flattened",
    label = "its fields have no names to go by",
    note = "it has to be a struct with named fields and `#[derive(ToRow)]`"
)]
pub trait NamedFields<'any> {
    /// Their names, without those of flattened structs.
    const NAMES: &'static [&'static str];

    /// How many there are, with those of flattened structs.
    const COUNT: usize;

    /// The place of the field of this name.
    fn place(name: &str) -> Option<usize>;

    /// The name and the Rust type of the field at a place.
    fn describe(index: usize) -> (&'static str, &'static str);

    /// Whether the field at a place can be sent to a marker of type `ty`.
    fn fits_at(&self, index: usize, ty: &Type) -> bool;

    /// Appends the field at a place as a `[value]`.
    fn put_at(&self, index: usize, ty: &Type, out: &mut Vec<u8>);
}

/// [`ToRow::check`](crate::value::ToRow::check): each marker has a field that fits it, and each field a marker.
pub fn check_markers<R: NamedFields<'static>>(row: &R, markers: &[Column]) -> Result<(), Mismatch> {
    // One bit for each field that has a marker; statements with more fields are looked through once more below.
    let mut seen = 0_u128;
    for (at, marker) in markers.iter().enumerate() {
        let index = place::<R>(at, &marker.name).ok_or_else(|| Mismatch::Unbound {
            marker: marker.name.clone(),
            rust: std::any::type_name::<R>(),
        })?;
        if !row.fits_at(index, &marker.ty) {
            return Err(Mismatch::named(at, marker, R::describe(index).1));
        }
        seen |= u32::try_from(index).map_or(0, |bit| 1_u128.checked_shl(bit).unwrap_or(0));
    }
    if usize::try_from(seen.count_ones()) == Ok(R::COUNT) {
        return Ok(());
    }
    let mut fields = (0..R::COUNT).map(|index| R::describe(index).0);
    match fields.find(|name| !markers.iter().any(|m| *m.name == **name)) {
        Some(field) => Err(Mismatch::Unused {
            field: field.into(),
            rust: std::any::type_name::<R>(),
        }),
        None => Ok(()),
    }
}

/// [`ToRow::write_row`](crate::value::ToRow::write_row).
pub fn put_markers<R: NamedFields<'static>>(row: &R, markers: &[Column], out: &mut Vec<u8>) -> u16 {
    for (at, marker) in markers.iter().enumerate() {
        if let Some(index) = place::<R>(at, &marker.name) {
            row.put_at(index, &marker.ty, out);
        }
    }
    // No statement has more markers.
    u16::try_from(markers.len()).unwrap_or(u16::MAX)
}

/// [`check_markers`] for a struct whose `count` fields go to the markers by their order.
pub fn check_order(
    markers: &[Column],
    count: usize,
    fits: impl Fn(usize, &Type) -> bool,
    rust: impl Fn(usize) -> &'static str,
) -> Result<(), Mismatch> {
    counted(markers, count)?;
    let mut all = markers.iter().enumerate();
    match all.find(|(index, marker)| !fits(*index, &marker.ty)) {
        Some((index, marker)) => Err(Mismatch::named(index, marker, rust(index))),
        None => Ok(()),
    }
}

/// [`put_markers`] for a struct whose `count` fields go to the markers by their order.
pub fn put_order(
    markers: &[Column],
    count: usize,
    out: &mut Vec<u8>,
    put: impl Fn(usize, &Type, &mut Vec<u8>),
) -> u16 {
    for index in 0..count {
        put(index, column_type(markers, index), out);
    }
    // No statement has more markers.
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[inline]
fn place<R: NamedFields<'static>>(guess: usize, name: &str) -> Option<usize> {
    place_among(R::NAMES, guess, name).or_else(|| R::place(name))
}
