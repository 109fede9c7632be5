//! By this driver.

use std::hint::black_box;
use std::sync::{Arc, LazyLock};

use scylla_orm_derive::FromRow;
use scylla_orm_driver::value::{Cells, Column, FromRow, Timestamp, Type};

use super::{NAMES, ROWS};

#[derive(FromRow, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Owned {
    id: i64,
    number: i32,
    name: String,
    value: f64,
    at: Timestamp,
}

/// The columns stand in another order: cells are picked.
#[derive(FromRow)]
#[cql(crate = "scylla_orm_driver")]
#[expect(dead_code, reason = "only read from bytes")]
struct Turned {
    number: i32,
    id: i64,
    name: String,
    at: Timestamp,
    value: f64,
}

#[derive(FromRow)]
#[cql(crate = "scylla_orm_driver")]
#[expect(dead_code, reason = "only read from bytes")]
struct Borrowed<'a> {
    id: i64,
    number: i32,
    name: &'a str,
    value: f64,
    at: Timestamp,
}

#[derive(FromRow)]
#[cql(crate = "scylla_orm_driver")]
#[expect(dead_code, reason = "only read from bytes")]
struct BorrowedTurned<'a> {
    number: i32,
    id: i64,
    name: &'a str,
    at: Timestamp,
    value: f64,
}

static COLUMNS: LazyLock<Arc<[Column]>> = LazyLock::new(|| {
    let types = [
        Type::BigInt,
        Type::Int,
        Type::Text,
        Type::Double,
        Type::Timestamp,
    ];
    let column = |(name, ty): (&str, Type)| Column {
        keyspace: "k".into(),
        table: "t".into(),
        name: name.into(),
        ty,
    };
    NAMES.into_iter().zip(types).map(column).collect()
});

fn each<'f, T: FromRow<'f>>(body: &'f [u8], mut to: impl FnMut(T)) {
    let plan = T::plan(&COLUMNS).unwrap();
    let mut cells = Cells::new(body);
    T::read_each(&plan, &mut cells, ROWS, &mut to).unwrap();
}

fn all<'f, T: FromRow<'f>>(body: &'f [u8]) -> Vec<T> {
    let mut rows = Vec::with_capacity(ROWS);
    each(body, |row| rows.push(row));
    rows
}

pub fn owned(body: &[u8]) {
    black_box(all::<Owned>(body));
}

pub fn turned(body: &[u8]) {
    black_box(all::<Turned>(body));
}

pub fn tuples(body: &[u8]) {
    black_box(all::<(i64, i32, String, f64, Timestamp)>(body));
}

pub fn borrowed(body: &[u8]) {
    each::<Borrowed<'_>>(body, |row| {
        black_box(row);
    });
}

pub fn borrowed_turned(body: &[u8]) {
    each::<BorrowedTurned<'_>>(body, |row| {
        black_box(row);
    });
}

/// What is measured reads what it should.
pub fn check(body: &[u8]) {
    let rows = all::<Owned>(body);
    let expected = Owned {
        id: 999,
        number: 999,
        name: "name of 0000999".to_owned(),
        value: 333.0,
        at: Timestamp(1_700_000_000_999),
    };
    assert_eq!(rows.last(), Some(&expected));
}
