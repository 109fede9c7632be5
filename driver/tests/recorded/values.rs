//! Each value is legal, is read as a value of its column's type, and written back to the bytes that were on the wire.

use std::cmp::Ordering;

use scylla_orm_driver::frame::response::{QueryResult, Response};
use scylla_orm_driver::value::{Cells, Column, ToCql, Type, Value, Wrote};

use super::tape::{self, digits};

#[test]
fn values_are_written_back_to_the_same_bytes() {
    let mut values = 0;
    each_cell(|place, column, cell| {
        let Some(bytes) = cell else { return };
        let ty = &column.ty;
        let value = Value::decode(ty, cell)
            .unwrap_or_else(|e| panic!("{place}: {ty}: {e}"))
            .expect("the cell is not null");
        let mut out = Vec::new();
        assert_eq!(value.write(&mut out), Wrote::Value);
        assert_eq!(digits(&out), digits(bytes), "{place}: {value} as {ty}");
        assert_eq!(ty.validate(bytes), Ok(()), "{place}: {value} as {ty}");
        assert!(value.fits(ty), "{place}: {value} as {ty}");
        values += 1;
    });
    assert!(values > 300, "{values} values");
}

/// Cassandra's own order: within sets and the keys of maps, each comes before the next.
#[test]
fn sets_and_maps_come_in_the_order_that_we_compute() {
    let mut pairs = 0;
    each_cell(|place, column, cell| {
        let (key, cells) = match &column.ty {
            Type::Set(key) => (key, 1),
            Type::Map(key, _) => (key, 2),
            _ => return,
        };
        let Some(bytes) = cell.and_then(|bytes| bytes.get(4..)) else {
            return;
        };
        let (mut left, mut before) = (Cells::new(bytes), None);
        while !left.rest().is_empty() {
            let this = left.next().unwrap().unwrap();
            for _ in 1..cells {
                left.next().unwrap();
            }
            if let Some(before) = before.replace(this) {
                assert_eq!(
                    key.compare(before, this),
                    Ordering::Less,
                    "{place}: {}",
                    column.ty
                );
                pairs += 1;
            }
        }
    });
    assert!(pairs > 20, "{pairs} pairs");
}

fn each_cell(mut check: impl FnMut(&str, &Column, Option<&[u8]>)) {
    for frame in tape::all().iter().filter(|frame| frame.header.response) {
        let Ok((_, Response::Result(QueryResult::Rows(rows)))) = frame.response(frame.body())
        else {
            continue;
        };
        let mut cells = Cells::new(&rows.body);
        for _ in 0..rows.count {
            for column in rows.metadata.columns.iter() {
                check(&frame.place, column, cells.next().unwrap());
            }
        }
    }
}
