//! By the `scylla` crate.

use std::hint::black_box;
use std::sync::LazyLock;

use bytes::Bytes;
use scylla_cql_core::deserialize::FrameSlice;
use scylla_cql_core::deserialize::result::{RawRowIterator, TypedRowIterator};
use scylla_cql_core::deserialize::row::DeserializeRow;
use scylla_cql_core::frame::response::result::{ColumnSpec, ColumnType, NativeType, TableSpec};
use scylla_cql_core::value::CqlTimestamp;

use super::{NAMES, ROWS};

#[derive(scylla_cql_core::DeserializeRow, Debug, PartialEq)]
#[scylla(crate = "scylla_cql_core")]
struct Owned {
    id: i64,
    number: i32,
    name: String,
    value: f64,
    at: CqlTimestamp,
}

#[derive(scylla_cql_core::DeserializeRow)]
#[scylla(crate = "scylla_cql_core", flavor = "enforce_order")]
#[expect(dead_code, reason = "only read from bytes")]
struct Ordered {
    id: i64,
    number: i32,
    name: String,
    value: f64,
    at: CqlTimestamp,
}

#[derive(scylla_cql_core::DeserializeRow)]
#[scylla(crate = "scylla_cql_core")]
#[expect(dead_code, reason = "only read from bytes")]
struct Borrowed<'a> {
    id: i64,
    number: i32,
    name: &'a str,
    value: f64,
    at: CqlTimestamp,
}

static COLUMNS: LazyLock<Vec<ColumnSpec<'static>>> = LazyLock::new(|| {
    let types = [
        NativeType::BigInt,
        NativeType::Int,
        NativeType::Text,
        NativeType::Double,
        NativeType::Timestamp,
    ];
    let column = |(name, ty)| {
        ColumnSpec::borrowed(name, ColumnType::Native(ty), TableSpec::borrowed("k", "t"))
    };
    NAMES.into_iter().zip(types).map(column).collect()
});

fn each<'f, T: DeserializeRow<'f, 'static>>(body: &'f Bytes, mut to: impl FnMut(T)) {
    let raw = RawRowIterator::new(ROWS, &COLUMNS, FrameSlice::new(body));
    for row in TypedRowIterator::<T>::new(raw).unwrap() {
        to(row.unwrap());
    }
}

fn all<'f, T: DeserializeRow<'f, 'static>>(body: &'f Bytes) -> Vec<T> {
    let mut rows = Vec::with_capacity(ROWS);
    each(body, |row| rows.push(row));
    rows
}

pub fn owned(body: &Bytes) {
    black_box(all::<Owned>(body));
}

pub fn ordered(body: &Bytes) {
    black_box(all::<Ordered>(body));
}

pub fn borrowed(body: &Bytes) {
    each::<Borrowed<'_>>(body, |row| {
        black_box(row);
    });
}

/// What is measured reads what it should.
pub fn check(body: &Bytes) {
    let rows = all::<Owned>(body);
    let expected = Owned {
        id: 999,
        number: 999,
        name: "name of 0000999".to_owned(),
        value: 333.0,
        at: CqlTimestamp(1_700_000_000_999),
    };
    assert_eq!(rows.last(), Some(&expected));
}
