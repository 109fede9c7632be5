//! What generated code names, and nothing else does. Not a part of the interface: it changes with the derive.

pub use scylla_orm_driver::private::codec;
pub use scylla_orm_driver::value::{Cells, CqlType, Fault, Field, FromCql, ToCql, Type, Wrote};

pub use crate::column::{
    Bind, Col, ContainsOps, CounterOps, EqOps, ListOps, MapOps, One, RangeOps, RemoveOps, SetOps,
    SetValue, TextOps,
};
pub use crate::rules::{
    Asc, Bound, ByKeyOnly, Ck, Counted, Desc, Free, InOrder, Indexed, Indexless, KeyOnly, Missing,
    Needed, Once, Pk, Regular, S, Static, Unbounded, Unindexed, Unordered, Where, Z,
};
pub use crate::table::{
    Column, ColumnDef, ColumnOf, Counting, CqlEnum, CqlOf, Kind, ModelId, NoCounters, Plain, Table,
    TableDef, ValueOf, Whole, Writable,
};

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

/// Whether a column is a list, a set or a map.
pub const fn collection<K: Column>() -> bool {
    <ValueOf<K> as CqlType>::COLLECTION
}

// The four below are generic over the column, not over its field's type, so that a field whose type is none of CQL is
// one error, at the column, and not another at each use.

/// Reads the next cell into the column's field.
#[inline]
pub fn take<K: Column>(cells: &mut Cells<'_>) -> Result<K::Field, (u16, Fault)> {
    // Not `map_err`: its closure would be one more function per column to compile.
    match Field::take(cells) {
        Ok(field) => Ok(field),
        Err(fault) => Err((u16::from(K::INDEX), fault)),
    }
}

/// The same, for a column that reads null as its type's default.
#[inline]
pub fn take_or_default<K: Column<Field: Default>>(
    cells: &mut Cells<'_>,
) -> Result<K::Field, (u16, Fault)> {
    let mut ahead = cells.clone();
    if let Ok(None) = ahead.next() {
        *cells = ahead;
        return Ok(Default::default());
    }
    take::<K>(cells)
}

/// Appends the bytes of the column's field, without their length; false is null.
#[inline]
pub fn cell<K: Column>(field: &K::Field, out: &mut Vec<u8>) -> bool {
    field.cell(out)
}

/// The same, for a column that is frozen.
#[inline]
pub fn frozen_cell<K: Column>(field: &K::Field, out: &mut Vec<u8>) -> bool {
    field.frozen_cell(out)
}
