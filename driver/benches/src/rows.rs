//! 1,000 rows of five columns, from the bytes of an answer to structs; the columns are looked at once per result.

mod own;
mod scylla;

use bytes::Bytes;

use crate::measure::compare;

const ROWS: usize = 1_000;

/// Their columns: `bigint, int, text, double, timestamp`.
const NAMES: [&str; 5] = ["id", "number", "name", "value", "at"];

/// Runs it.
pub fn run() {
    let body = body();
    own::check(&body);
    scylla::check(&body);
    compare(
        "1,000 rows of bigint, int, text of 15, double, timestamp, owned",
        "scylla",
        vec![
            ("own", Box::new(|| own::owned(&body))),
            (
                "own, columns in another order",
                Box::new(|| own::turned(&body)),
            ),
            ("own, tuples", Box::new(|| own::tuples(&body))),
            ("scylla", Box::new(|| scylla::owned(&body))),
            ("scylla, enforce_order", Box::new(|| scylla::ordered(&body))),
        ],
    );
    compare(
        "the same, borrowed, one row at a time",
        "scylla",
        vec![
            ("own", Box::new(|| own::borrowed(&body))),
            (
                "own, columns in another order",
                Box::new(|| own::borrowed_turned(&body)),
            ),
            ("scylla", Box::new(|| scylla::borrowed(&body))),
        ],
    );
}

/// The cells of all rows, as they arrive.
fn body() -> Bytes {
    let mut out = Vec::new();
    let mut cell = |bytes: &[u8]| {
        out.extend_from_slice(&i32::try_from(bytes.len()).unwrap().to_be_bytes());
        out.extend_from_slice(bytes);
    };
    for n in 0..ROWS as i32 {
        cell(&i64::from(n).to_be_bytes());
        cell(&n.to_be_bytes());
        cell(format!("name of {n:07}").as_bytes());
        cell(&(f64::from(n) / 3.0).to_be_bytes());
        cell(&(1_700_000_000_000 + i64::from(n)).to_be_bytes());
    }
    out.into()
}
