//! Integers of any size.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::decode::present;
use super::{CqlType, Fault, FromCql, OutOfRange, ParseValueError, ToCql, Type, Wrote};

/// An integer of any size, as CQL's `varint`.
///
/// Converts from and to Rust's integers, and from and to decimal text. Its order is that of numbers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Varint {
    /// Two's complement, big-endian, the fewest bytes that hold the sign; never empty. So equal numbers are equal bytes.
    bytes: Vec<u8>,
}

impl Varint {
    /// From two's complement big-endian bytes; they need not be the fewest. No bytes are zero.
    pub fn from_be_bytes(bytes: &[u8]) -> Self {
        let bytes = match minimal(bytes) {
            [] => vec![0],
            bytes => bytes.to_vec(),
        };
        Varint { bytes }
    }

    /// Two's complement, big-endian, the fewest bytes that hold the sign.
    pub fn as_be_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it is less than zero.
    pub fn is_negative(&self) -> bool {
        is_negative(&self.bytes)
    }

    /// Without its sign: big-endian, without leading zeros.
    fn magnitude(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        if self.is_negative() {
            negate(&mut bytes);
        }
        let zeros = bytes.iter().take_while(|&&b| b == 0).count();
        bytes.split_off(zeros)
    }

    /// The digits of its absolute value; "0" for zero.
    pub(super) fn digits(&self) -> String {
        /// The largest power of ten in 32 bits, so that one long division yields nine digits.
        const GROUP: u64 = 1_000_000_000;
        let mut number = self.magnitude();
        let mut groups = Vec::new();
        while !number.is_empty() {
            let mut remainder = 0_u64;
            for byte in &mut number {
                let n = remainder << 8 | u64::from(*byte);
                *byte = u8::try_from(n / GROUP).expect("the remainder is less than the divisor");
                remainder = n % GROUP;
            }
            groups.push(remainder);
            let zeros = number.iter().take_while(|&&b| b == 0).count();
            number.drain(..zeros);
        }
        let mut groups = groups.into_iter().rev();
        let first = groups.next().unwrap_or(0).to_string();
        groups.fold(first, |digits, group| format!("{digits}{group:09}"))
    }

    /// From the digits of its absolute value.
    pub(super) fn from_digits(negative: bool, digits: &str) -> Option<Self> {
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        // As many as fit into a limb, so that a long number takes few long multiplications.
        const GROUP: usize = 9;
        // Little-endian while it grows.
        let mut number: Vec<u32> = Vec::with_capacity(digits.len() / GROUP + 1);
        for group in digits.as_bytes().chunks(GROUP) {
            let ten = |number: u64, digit: &u8| number * 10 + u64::from(digit - b'0');
            let scale = group.iter().fold(1, |scale, _| scale * 10);
            let mut carry = group.iter().fold(0, ten);
            for limb in &mut number {
                let n = u64::from(*limb) * scale + carry;
                (*limb, carry) = (low(n), n >> 32);
            }
            if carry > 0 {
                number.push(low(carry));
            }
        }
        let limbs = number.iter().rev().flat_map(|limb| limb.to_be_bytes());
        let mut number: Vec<u8> = std::iter::once(0).chain(limbs).collect();
        if negative {
            negate(&mut number);
        }
        Some(Varint::from_be_bytes(&number))
    }
}

/// The server's order of two encoded varints, which need not be minimal.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (minimal(a), minimal(b));
    match (is_negative(a), is_negative(b)) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (true, true) => b.len().cmp(&a.len()).then_with(|| a.cmp(b)),
    }
}

/// Without the leading bytes that only repeat the sign.
fn minimal(mut bytes: &[u8]) -> &[u8] {
    while let [first, second, ..] = bytes {
        match (first, second >> 7) {
            (0, 0) | (0xff, 1) => bytes = bytes.get(1..).unwrap_or_default(),
            _ => break,
        }
    }
    bytes
}

fn is_negative(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|b| b >> 7 == 1)
}

/// Two's complement, in place. The least number of a width becomes its absolute value as an unsigned number.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
}

fn low(n: u64) -> u32 {
    let [a, b, c, d, ..] = n.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

macro_rules! from_integer {
    ($($n:ty),*) => { $(
        impl From<$n> for Varint {
            fn from(n: $n) -> Self {
                Varint::from_be_bytes(&n.to_be_bytes())
            }
        }
    )* };
}

from_integer!(i8, i16, i32, i64, i128);

impl From<u64> for Varint {
    fn from(n: u64) -> Self {
        Varint::from(i128::from(n))
    }
}

impl TryFrom<&Varint> for i128 {
    type Error = OutOfRange;

    fn try_from(n: &Varint) -> Result<i128, OutOfRange> {
        let sign = if n.is_negative() { 0xff } else { 0 };
        let mut wide = [sign; 16];
        let at = 16_usize.checked_sub(n.bytes.len()).ok_or(OutOfRange)?;
        wide[at..].copy_from_slice(&n.bytes);
        Ok(i128::from_be_bytes(wide))
    }
}

macro_rules! to_integer {
    ($($n:ty),*) => { $(
        impl TryFrom<&Varint> for $n {
            type Error = OutOfRange;

            fn try_from(n: &Varint) -> Result<$n, OutOfRange> {
                i128::try_from(n)?.try_into().map_err(|_| OutOfRange)
            }
        }

        impl TryFrom<Varint> for $n {
            type Error = OutOfRange;

            fn try_from(n: Varint) -> Result<$n, OutOfRange> {
                (&n).try_into()
            }
        }
    )* };
}

to_integer!(i32, i64, u64);

impl TryFrom<Varint> for i128 {
    type Error = OutOfRange;

    fn try_from(n: Varint) -> Result<i128, OutOfRange> {
        (&n).try_into()
    }
}

impl Default for Varint {
    fn default() -> Self {
        Varint::from(0_i8)
    }
}

impl Ord for Varint {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.bytes, &other.bytes)
    }
}

impl PartialOrd for Varint {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Varint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match i128::try_from(self) {
            Ok(n) => n.fmt(f),
            Err(OutOfRange) => f.pad_integral(!self.is_negative(), "", &self.digits()),
        }
    }
}

impl fmt::Debug for Varint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Varint({self})")
    }
}

impl FromStr for Varint {
    type Err = ParseValueError;

    /// Reads decimal digits, with an optional sign before them.
    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        let (negative, digits) = signed(text);
        Varint::from_digits(negative, digits).ok_or(ParseValueError::new("varint", text))
    }
}

/// Splits a sign from the digits behind it.
pub(super) fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

impl ToCql for Varint {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        matches!(ty, Type::VarInt)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        out.extend_from_slice(&self.bytes);
        Wrote::Value
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        Type::VarInt.compare(a, b)
    }
}

impl FromCql<'_> for Varint {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::VarInt)
    }

    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        match present(cell)? {
            [] => Err(Fault::Length),
            bytes => Ok(Varint::from_be_bytes(bytes)),
        }
    }
}

impl CqlType for Varint {
    fn cql_type() -> Type {
        Type::VarInt
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check as check_bytes;
    use super::*;

    fn check(text: &str, bytes: &str) {
        let n: Varint = text.parse().unwrap();
        assert_eq!(n.to_string(), text);
        check_bytes(n, &Type::VarInt, bytes);
    }

    #[test]
    fn bytes_are_those_of_the_specification() {
        check("0", "00");
        check("127", "7f");
        check("128", "0080");
        check("255", "00ff");
        check("256", "0100");
        check("-1", "ff");
        check("-128", "80");
        check("-129", "ff7f");
        check("-256", "ff00");
        check(
            "170141183460469231731687303715884105727",
            "7fffffffffffffffffffffffffffffff",
        );
        check(
            "-170141183460469231731687303715884105728",
            "80000000000000000000000000000000",
        );
        check(
            "170141183460469231731687303715884105728",
            "0080000000000000000000000000000000",
        );
        check(
            "1000000000000000000000000000000000000000000",
            "0b7abc627050305adf14a3d9e40000000000",
        );
        check(
            "-1000000000000000000000000000000000000000001",
            "f485439d8fafcfa520eb5c261bffffffffff",
        );
    }

    #[test]
    fn bytes_that_repeat_the_sign_mean_nothing() {
        for (long, short) in [
            ("0000000001", "01"),
            ("ffffff80", "80"),
            ("ff", "ff"),
            ("0000", "00"),
        ] {
            let read = |hex: &str| Varint::from_be_bytes(&super::super::testing::hex(hex));
            assert_eq!(read(long), read(short));
        }
    }

    #[test]
    fn order_is_of_numbers() {
        let ascending = [
            "-100000000000000000000000000000000000000000",
            "-65536",
            "-257",
            "-256",
            "-129",
            "-128",
            "-1",
            "0",
            "1",
            "127",
            "128",
            "255",
            "256",
            "99999999999999999999999999999999999999999",
        ];
        let numbers: Vec<Varint> = ascending.iter().map(|n| n.parse().unwrap()).collect();
        for (i, a) in numbers.iter().enumerate() {
            for (j, b) in numbers.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn integers_convert_where_they_fit() {
        assert_eq!(i64::try_from(Varint::from(i64::MIN)), Ok(i64::MIN));
        assert_eq!(u64::try_from(Varint::from(u64::MAX)), Ok(u64::MAX));
        assert_eq!(i128::try_from(Varint::from(i128::MIN)), Ok(i128::MIN));
        assert_eq!(i64::try_from(Varint::from(u64::MAX)), Err(OutOfRange));
        assert_eq!(u64::try_from(Varint::from(-1_i8)), Err(OutOfRange));
        assert_eq!(
            i128::try_from("1".repeat(50).parse::<Varint>().unwrap()),
            Err(OutOfRange)
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "1.0", "0x1", " 1", "--1", "1-"] {
            assert!(text.parse::<Varint>().is_err(), "{text}");
        }
        assert_eq!(Varint::decode(Some(&[])), Err(Fault::Length));
    }
}
