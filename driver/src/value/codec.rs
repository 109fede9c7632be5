//! What derived code calls. Not a part of the interface: it changes with the derives.

mod columns;
mod fields;
mod markers;

pub use super::{
    At, Cells, Column, Fault, FromCql, FromRow, Mismatch, ToCql, ToRow, Type, Wrote, ty::members,
};
pub use columns::{Plan, ReadRow, read_row, read_rows};
pub use fields::{Members, fits_fields, fits_parts, put_fields, put_parts};
pub use markers::{NamedFields, check_markers, check_order, put_markers, put_order};

/// What stands for a type that nobody told: values are then written and read as the Rust type alone says.
pub fn untyped() -> &'static Type {
    &super::ty::UNKNOWN
}

/// Appends a part as a `[value]`; `None` is a type that nobody told.
pub fn put(value: &impl ToCql, ty: Option<&Type>, out: &mut Vec<u8>) {
    match ty {
        Some(ty) => value.write_value_as(ty, out),
        None => value.write_value(out),
    }
}

/// Whether a column of type `ty` can be read as what `from_cql`, of a `#[cql(with = "…")]`, takes.
pub fn accepts_by<'f, C: FromCql<'f>, T>(_: impl Fn(C) -> Result<T, Fault>, ty: &Type) -> bool {
    C::accepts(ty)
}

/// What was read by way of a `#[cql(with = "…")]`, or the default for null.
pub fn by_or_default<C, T: Default>(
    from_cql: impl Fn(C) -> Result<T, Fault>,
    read: Option<C>,
) -> Result<T, Fault> {
    read.map_or_else(|| Ok(T::default()), from_cql)
}
