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

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::{Fault, FromCql, ToCql, Type};
    use super::*;

    #[test]
    fn bytes_are_those_of_the_specification() {
        check(1_i8, &Type::TinyInt, "01");
        check(-1_i8, &Type::TinyInt, "ff");
        check(-2_i16, &Type::SmallInt, "fffe");
        check(i32::MIN, &Type::Int, "80000000");
        check(1_i64, &Type::BigInt, "0000000000000001");
        check(Counter(-1), &Type::Counter, "ffffffffffffffff");
        check(1.5_f32, &Type::Float, "3fc00000");
        check(-0.0_f64, &Type::Double, "8000000000000000");
        check(true, &Type::Boolean, "01");
        check(false, &Type::Boolean, "00");
    }

    #[test]
    fn any_byte_but_zero_is_true() {
        assert_eq!(bool::decode(Some(&[7])), Ok(true));
    }

    #[test]
    fn other_lengths_and_null_are_faults() {
        assert_eq!(i32::decode(None), Err(Fault::Null));
        assert_eq!(i32::decode(Some(&[])), Err(Fault::Length));
        assert_eq!(i32::decode(Some(&[0; 3])), Err(Fault::Length));
        assert_eq!(bool::decode(Some(&[0; 2])), Err(Fault::Length));
    }

    #[test]
    fn types_are_not_mixed() {
        assert!(!1_i32.fits(&Type::BigInt));
        assert!(!1_i64.fits(&Type::Counter));
        assert!(!Counter(1).fits(&Type::BigInt));
        assert!(!i64::accepts(&Type::Timestamp));
    }
}
