//! Decimal numbers of any precision.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::decode::present;
use super::varint::signed;
use super::{CqlType, Fault, FromCql, ParseValueError, ToCql, Type, Varint, Wrote};

/// A decimal number: `unscaled` × 10^-`scale`, as CQL's `decimal`.
///
/// The scale is part of the value: `1.0` and `1.00` are different bytes, and not `==`. The server takes them for
/// equal when it compares, and so does [`cmp_numeric`](Decimal::cmp_numeric).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    /// All digits, without the point.
    pub unscaled: Varint,
    /// How many of the digits stand behind the point; negative for zeros before it that are not written.
    pub scale: i32,
}

impl Decimal {
    /// `unscaled` × 10^-`scale`.
    pub fn new(unscaled: impl Into<Varint>, scale: i32) -> Self {
        Decimal {
            unscaled: unscaled.into(),
            scale,
        }
    }

    /// The order of the numbers, whatever their scales.
    pub fn cmp_numeric(&self, other: &Decimal) -> Ordering {
        if self.scale == other.scale {
            return self.unscaled.cmp(&other.unscaled);
        }
        match (self.sign(), other.sign()) {
            (a, b) if a != b => a.cmp(&b),
            (-1, _) => other.cmp_magnitude(self),
            (0, _) => Ordering::Equal,
            _ => self.cmp_magnitude(other),
        }
    }

    fn sign(&self) -> i8 {
        match self.unscaled.as_be_bytes() {
            [0] => 0,
            _ if self.unscaled.is_negative() => -1,
            _ => 1,
        }
    }

    /// Neither is zero. First by the power of ten of the first digit, then by the digits, as if the shorter ones went
    /// on with zeros: no number is ever multiplied by a power of ten that somebody sent.
    fn cmp_magnitude(&self, other: &Decimal) -> Ordering {
        let (a, b) = (self.unscaled.digits(), other.unscaled.digits());
        let zeros = |s: &str| s.trim_end_matches('0').to_owned();
        exponent(&a, self.scale)
            .cmp(&exponent(&b, other.scale))
            .then_with(|| zeros(&a).cmp(&zeros(&b)))
    }
}

/// The power of ten of the first digit.
fn exponent(digits: &str, scale: i32) -> i64 {
    i64::try_from(digits.len()).unwrap_or(i64::MAX) - 1 - i64::from(scale)
}

/// The server's order of two encoded decimals. What is too short to be one comes first.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    match (read(a), read(b)) {
        (Some(a), Some(b)) => a.cmp_numeric(&b),
        (None, None) => a.cmp(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn read(bytes: &[u8]) -> Option<Decimal> {
    let (scale, unscaled) = bytes.split_first_chunk()?;
    Some(Decimal {
        unscaled: Varint::from_be_bytes(unscaled),
        scale: i32::from_be_bytes(*scale),
    })
}

impl fmt::Display for Decimal {
    /// With the scale kept: `1.50` is not `1.5`. With an exponent where plain digits would need many zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled.digits();
        let sign = if self.unscaled.is_negative() { "-" } else { "" };
        let exponent = exponent(&digits, self.scale);
        match usize::try_from(self.scale) {
            Ok(0) => write!(f, "{sign}{digits}"),
            Ok(scale) if exponent >= -6 => {
                let digits = format!("{digits:0>width$}", width = scale + 1);
                let (whole, fraction) = digits.split_at(digits.len() - scale);
                write!(f, "{sign}{whole}.{fraction}")
            }
            _ => {
                let (first, rest) = digits.split_at(1);
                let point = if rest.is_empty() { "" } else { "." };
                write!(f, "{sign}{first}{point}{rest}E{exponent:+}")
            }
        }
    }
}

impl FromStr for Decimal {
    type Err = ParseValueError;

    /// Reads digits with an optional sign, point and exponent: `-12.50`, `1e3`. Each digit behind the point counts
    /// for the scale.
    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        let (negative, rest) = signed(text);
        let (digits, exponent) = match rest.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i64>().ok()),
            None => (rest, Some(0)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let behind = i64::try_from(fraction.len()).ok();
        let scale = behind.zip(exponent).and_then(|(n, e)| n.checked_sub(e));
        Varint::from_digits(negative, &format!("{whole}{fraction}"))
            .zip(scale.and_then(|s| i32::try_from(s).ok()))
            .map(|(unscaled, scale)| Decimal { unscaled, scale })
            .ok_or(ParseValueError::new("decimal", text))
    }
}

impl ToCql for Decimal {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        matches!(ty, Type::Decimal)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        out.extend_from_slice(&self.scale.to_be_bytes());
        self.unscaled.write(out)
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        Type::Decimal.compare(a, b)
    }
}

impl FromCql<'_> for Decimal {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Decimal)
    }

    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        match present(cell)? {
            bytes if bytes.len() > 4 => read(bytes).ok_or(Fault::Length),
            _ => Err(Fault::Length),
        }
    }
}

impl CqlType for Decimal {
    fn cql_type() -> Type {
        Type::Decimal
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check as check_bytes;
    use super::*;

    fn check(text: &str, shown: &str, bytes: &str) {
        let n: Decimal = text.parse().unwrap();
        assert_eq!(n.to_string(), shown);
        assert_eq!(shown.parse(), Ok(n.clone()));
        check_bytes(n, &Type::Decimal, bytes);
    }

    #[test]
    fn bytes_are_those_of_the_specification() {
        check("0", "0", "0000000000");
        check("1.5", "1.5", "000000010f");
        check("-1.50", "-1.50", "00000002ff6a");
        check("-0.001", "-0.001", "00000003ff");
        check("1e3", "1E+3", "fffffffd01");
        check("+12.5E-9", "1.25E-8", "0000000a7d");
        check("0.00", "0.00", "0000000200");
        check("0.000001", "0.000001", "0000000601");
        check("0.0000001", "1E-7", "0000000701");
    }

    #[test]
    fn order_is_of_numbers_whatever_their_scale() {
        let ascending = [
            "-1e2147483647",
            "-100",
            "-1.5",
            "-1e-2147483647",
            "0",
            "1e-2147483640",
            "0.001",
            "1",
            "1.01",
            "1.1",
            "9",
            "10",
            "11",
            "1e2147483647",
        ];
        let numbers: Vec<Decimal> = ascending.iter().map(|n| n.parse().unwrap()).collect();
        for (i, a) in numbers.iter().enumerate() {
            for (j, b) in numbers.iter().enumerate() {
                assert_eq!(a.cmp_numeric(b), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [
            ("1.0", "1.00"),
            ("0", "0.000"),
            ("1e3", "1000"),
            ("-20", "-2e1"),
        ] {
            let (a, b): (Decimal, Decimal) = (a.parse().unwrap(), b.parse().unwrap());
            assert_eq!(a.cmp_numeric(&b), Ordering::Equal, "{a} {b}");
            assert_ne!(a, b);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            ".",
            "-",
            "1e",
            "1e2147483649",
            "1..2",
            "1.-2",
            "NaN",
            "1e1.5",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        assert_eq!(Decimal::decode(Some(&[0; 4])), Err(Fault::Length));
    }
}
