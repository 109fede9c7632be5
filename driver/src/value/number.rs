//! Numbers of fixed width, booleans and counters.

use std::fmt;

use super::fixed::fixed;

/// A counter: a number that statements add to, and never set.
///
/// Its own type, so that a `bigint` is not taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Counter(pub i64);

fixed!(i8, TinyInt, i8::to_be_bytes, i8::from_be_bytes);
fixed!(i16, SmallInt, i16::to_be_bytes, i16::from_be_bytes);
fixed!(i32, Int, i32::to_be_bytes, i32::from_be_bytes);
fixed!(i64, BigInt, i64::to_be_bytes, i64::from_be_bytes);
fixed!(f32, Float, f32::to_be_bytes, f32::from_be_bytes);
fixed!(f64, Double, f64::to_be_bytes, f64::from_be_bytes);
fixed!(
    Counter,
    Counter,
    Counter::to_be_bytes,
    Counter::from_be_bytes
);
// Any byte but zero is true, as for the servers.
fixed!(bool, Boolean, |b: bool| [u8::from(b)], |[b]: [u8; 1]| b
    != 0);

impl Counter {
    fn to_be_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    fn from_be_bytes(bytes: [u8; 8]) -> Self {
        Counter(i64::from_be_bytes(bytes))
    }
}

impl From<i64> for Counter {
    fn from(count: i64) -> Self {
        Counter(count)
    }
}

impl From<Counter> for i64 {
    fn from(count: Counter) -> Self {
        count.0
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
