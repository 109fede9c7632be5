//! What generated code names, and nothing else does. Not a part of the interface: it changes with the derive.

pub use scylla_orm_driver::value::{Cells, CqlType, Fault, Field, FromCql, ToCql, Type, Wrote};

pub use crate::column::{
    Bind, Col, ContainsOps, CounterOps, EqOps, Frozen, ListOps, MapOps, One, RangeOps, RemoveOps, SetOps, SetValue,
    TextOps,
};
pub use crate::rules::{
    Asc, Bound, ByKeyOnly, Ck, Counted, Desc, Free, InOrder, Indexed, Indexless, KeyOnly, Missing, Needed, Pk, Regular,
    S, Static, Unbounded, Unindexed, Where, Z,
};
pub use crate::table::{Column, ColumnDef, ColumnOf, Kind, ModelId, NoCounters, Table, TableDef, ValueOf, Writable};

/// A column whose flags are all false, but for what its field's type says.
pub const fn column<K: Column>(name: &'static str, field: &'static str, kind: Kind) -> ColumnDef {
    ColumnDef {
        name,
        field,
        ty: <ValueOf<K> as CqlType>::cql_type,
        kind,
        descending: false,
        indexed: false,
        frozen: false,
        nullable: nullable::<K>(),
    }
}

/// Whether null can be read into a column's field.
pub const fn nullable<K: Column>() -> bool {
    <K::Field as Field>::NULLABLE
}

/// Reads the next cell, of the column at `index`.
#[inline]
pub fn take<F: Field>(cells: &mut Cells<'_>, index: u16) -> Result<F, (u16, Fault)> {
    F::take(cells).map_err(|fault| (index, fault))
}

/// The same, for a column that reads null as the type's default.
#[inline]
pub fn take_or_default<F: Field + Default>(cells: &mut Cells<'_>, index: u16) -> Result<F, (u16, Fault)> {
    let mut ahead = cells.clone();
    if let Ok(None) = ahead.next() {
        *cells = ahead;
        return Ok(F::default());
    }
    take(cells, index)
}
