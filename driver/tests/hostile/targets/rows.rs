//! Rows with any columns, read as every Rust type that takes them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use bytes::Bytes;
use scylla_orm_driver::frame::response::Rows;
use scylla_orm_driver::value::{
    Cells, Counter, Date, Decimal, Duration, FromCql, Time, TimeUuid, Timestamp, Type, Value,
    Varint,
};

/// A result of rows behind its kind: metadata, count, cells.
pub(crate) fn run(data: &[u8]) {
    match Rows::decode(Bytes::copy_from_slice(data), None) {
        Ok(rows) => cells(&rows),
        Err(malformed) => drop(malformed.to_string()),
    }
}

/// Reads all cells of all rows, as far as they are there.
pub(crate) fn cells(rows: &Rows) {
    let mut left = Cells::new(&rows.body);
    for _ in 0..rows.count {
        for column in rows.metadata.columns.iter() {
            let Ok(cell) = left.next() else { return };
            if Value::decode(&column.ty, cell).is_ok() {
                typed(&column.ty, cell);
            }
        }
    }
}

/// Reads a cell as each type that says it can.
pub(crate) fn typed(ty: &Type, cell: Option<&[u8]>) {
    macro_rules! read {
        ($($rust:ty),* $(,)?) => { $(
            if <$rust>::accepts(ty) {
                let _ = <Option<$rust>>::decode(cell);
            }
        )* };
    }
    read!(
        i8, i16, i32, i64, f32, f64, bool, Counter, Varint, Decimal, String, &str, Vec<u8>, &[u8],
        Bytes, uuid::Uuid, TimeUuid, Timestamp, Date, Time, Duration, IpAddr,
        chrono::NaiveDate, chrono::NaiveTime, chrono::DateTime<chrono::Utc>,
        Vec<i32>, Vec<Option<String>>, HashSet<i64>, BTreeSet<String>, HashMap<String, i32>,
        BTreeMap<i32, Vec<String>>, Vec<Vec<u8>>, (i32,), (Option<i32>, Option<String>),
        [f32; 3], [String; 2], Vec<(i32, String)>,
    );
}
