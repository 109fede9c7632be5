//! Numbers of any size and type, as the functions calculate with them.

use std::cmp::Ordering;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::num_traits::{FromPrimitive, Signed, ToPrimitive};
use bigdecimal::{BigDecimal, RoundingMode};
use scylla_orm_driver::value::Type;

use crate::failure::Failure;
use crate::flavor::Flavor;

/// A number of any type.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    Whole(BigInt),
    Real(f64),
    Decimal(BigDecimal),
}

impl Number {
    /// A value of a numeric type; none if it is empty.
    pub(crate) fn read(value: &[u8], ty: &Type) -> Option<Number> {
        let whole = |bytes: &[u8]| Number::Whole(BigInt::from_signed_bytes_be(bytes));
        let of_width = |width: usize| (value.len() == width).then(|| whole(value));
        match ty {
            Type::TinyInt => of_width(1),
            Type::SmallInt => of_width(2),
            Type::Int => of_width(4),
            Type::BigInt | Type::Counter | Type::Timestamp => of_width(8),
            Type::VarInt => (!value.is_empty()).then(|| whole(value)),
            Type::Float => {
                let real = f32::from_be_bytes(value.try_into().ok()?);
                Some(Number::Real(real.into()))
            }
            Type::Double => Some(Number::Real(f64::from_be_bytes(value.try_into().ok()?))),
            Type::Decimal => {
                let (scale, unscaled) = value.split_first_chunk::<4>()?;
                let unscaled = BigInt::from_signed_bytes_be(unscaled);
                let scale = i32::from_be_bytes(*scale).into();
                Some(Number::Decimal(BigDecimal::new(unscaled, scale)))
            }
            _ => None,
        }
    }

    /// The number as a value of a numeric type, as a Java cast makes it: what is too large for a whole number wraps
    /// or ends at its bound, a fraction is cut.
    pub(crate) fn write(&self, to: &Type) -> Result<Vec<u8>, Failure> {
        Ok(match to {
            #[expect(clippy::cast_possible_truncation, reason = "a cast in CQL rounds")]
            Type::Float => (self.real() as f32).to_be_bytes().to_vec(),
            Type::Double => self.real().to_be_bytes().to_vec(),
            Type::Decimal => encoded(&self.decimal()?),
            Type::VarInt => self.whole(None)?.to_signed_bytes_be(),
            Type::TinyInt => low(&self.whole(Some(32))?, 1),
            Type::SmallInt => low(&self.whole(Some(32))?, 2),
            Type::Int => low(&self.whole(Some(32))?, 4),
            _ => low(&self.whole(Some(64))?, 8),
        })
    }

    pub(crate) fn real(&self) -> f64 {
        match self {
            Number::Whole(whole) => whole.to_f64().unwrap_or(f64::NAN),
            Number::Real(real) => *real,
            // Parsing rounds to the nearest, whatever the scale.
            Number::Decimal(decimal) => {
                let text = decimal.to_scientific_notation();
                text.parse().unwrap_or(f64::NAN)
            }
        }
    }

    /// As a decimal; of a floating-point number the digits that one reads.
    ///
    /// # Errors
    /// What is not finite is no decimal.
    pub(crate) fn decimal(&self) -> Result<BigDecimal, Failure> {
        match self {
            Number::Whole(whole) => Ok(BigDecimal::from(whole.clone())),
            Number::Decimal(decimal) => Ok(decimal.clone()),
            Number::Real(real) => show_double(*real)
                .parse()
                .map_err(|_| Failure::server("java.lang.NumberFormatException: null")),
        }
    }

    /// Without its fraction; a floating-point number ends at the bounds of so many bits.
    fn whole(&self, bits: Option<u32>) -> Result<BigInt, Failure> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast ends at the bounds, and NaN is 0"
        )]
        Ok(match (self, bits) {
            (Number::Whole(whole), _) => whole.clone(),
            (Number::Real(real), Some(32)) => BigInt::from(*real as i32),
            (Number::Real(real), Some(_)) => BigInt::from(*real as i64),
            (Number::Real(real), None) => BigInt::from_f64(real.trunc())
                .ok_or_else(|| Failure::server("java.lang.NumberFormatException: null"))?,
            (Number::Decimal(decimal), _) => {
                let whole = decimal.with_scale_round(0, RoundingMode::Down);
                whole.into_bigint_and_exponent().0
            }
        })
    }
}

/// A sum in the making, of numbers of one type, exact but for floating-point ones.
#[derive(Debug, Default)]
pub(crate) struct Total {
    count: i64,
    whole: BigInt,
    decimal: BigDecimal,
    /// The average of decimals as Cassandra keeps it: rounded after each of them.
    running: BigDecimal,
    real: f64,
    /// What `real` has lost so far, by Kahan's method.
    lost: f64,
    /// The sum without correction, which alone knows infinity.
    simple: f64,
}

impl Total {
    pub(crate) fn add(&mut self, number: Number) {
        self.count += 1;
        match number {
            Number::Whole(whole) => self.whole += whole,
            Number::Decimal(decimal) => {
                let step = divided(&sum(&decimal, &-&self.running), self.count);
                self.running = sum(&self.running, &step);
                self.decimal = sum(&self.decimal, &decimal);
            }
            Number::Real(real) => {
                let corrected = real - self.lost;
                let rounded = self.real + corrected;
                self.lost = (rounded - self.real) - corrected;
                self.real = rounded;
                self.simple += real;
            }
        }
    }

    /// The sum, for a result of type `ty`.
    pub(crate) fn sum(&self, ty: &Type) -> Number {
        match ty {
            Type::Float | Type::Double => Number::Real(self.real()),
            Type::Decimal => Number::Decimal(self.decimal.clone()),
            _ => Number::Whole(self.whole.clone()),
        }
    }

    /// The average: of whole numbers cut, of decimals with as many digits as the sum has.
    pub(crate) fn average(&self, ty: &Type, flavor: Flavor) -> Number {
        let count = self.count.max(1);
        match ty {
            Type::Float | Type::Double => Number::Real(self.real() / count as f64),
            Type::Decimal => Number::Decimal(match flavor {
                Flavor::Scylla => divided(&self.decimal, count),
                Flavor::Cassandra => self.running.clone(),
            }),
            _ => Number::Whole(&self.whole / count),
        }
    }

    fn real(&self) -> f64 {
        let real = self.real + self.lost;
        match real.is_nan() && self.simple.is_infinite() {
            true => self.simple,
            false => real,
        }
    }
}

/// With as many digits behind the point as the operand with more: the addition of zero alone would drop them.
fn sum(a: &BigDecimal, b: &BigDecimal) -> BigDecimal {
    let scale = a.fractional_digit_count().max(b.fractional_digit_count());
    (a + b).with_scale(scale)
}

/// A quotient with as many digits behind the point as the dividend.
fn divided(dividend: &BigDecimal, divisor: i64) -> BigDecimal {
    let (digits, scale) = dividend.as_bigint_and_exponent();
    BigDecimal::new(half_even(&digits, divisor), scale)
}

/// A quotient, rounded to the nearest, and to an even one if there are two. The divisor is positive.
fn half_even(dividend: &BigInt, divisor: i64) -> BigInt {
    let (mut quotient, mut rest) = (dividend / divisor, dividend % divisor);
    if rest.is_negative() {
        quotient -= 1;
        rest += divisor;
    }
    let odd = quotient.bit(0);
    match (rest * 2i64).cmp(&BigInt::from(divisor)) {
        Ordering::Less => quotient,
        Ordering::Equal if !odd => quotient,
        _ => quotient + 1,
    }
}

pub(crate) fn is_number(ty: &Type) -> bool {
    matches!(
        ty,
        Type::TinyInt
            | Type::SmallInt
            | Type::Int
            | Type::BigInt
            | Type::Counter
            | Type::VarInt
            | Type::Float
            | Type::Double
            | Type::Decimal
    )
}

/// The bytes of a `decimal`.
pub(crate) fn encoded(decimal: &BigDecimal) -> Vec<u8> {
    let (unscaled, scale) = decimal.as_bigint_and_exponent();
    let scale = i32::try_from(scale).unwrap_or(i32::MAX);
    [&scale.to_be_bytes()[..], &unscaled.to_signed_bytes_be()].concat()
}

/// The lowest bytes of a number.
fn low(whole: &BigInt, width: usize) -> Vec<u8> {
    let bytes = whole.to_signed_bytes_be();
    let sign = if bytes.first().is_some_and(|b| *b >= 0x80) {
        0xff
    } else {
        0
    };
    let missing = width.saturating_sub(bytes.len());
    let kept = bytes.len().saturating_sub(width);
    let rest = bytes.get(kept..).unwrap_or_default();
    [&vec![sign; missing][..], rest].concat()
}

/// A `float` as Java shows it.
pub(crate) fn show_float(value: f32) -> String {
    java(value.into(), &format!("{value:e}"))
}

/// A `double` as Java shows it: `1.0`, `1.0E10`, `NaN`, `Infinity`.
pub(crate) fn show_double(value: f64) -> String {
    java(value, &format!("{value:e}"))
}

/// From the shortest digits, `1.25e-7`.
fn java(value: f64, shortest: &str) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let point = |text: &str| match text.contains('.') {
        true => text.to_owned(),
        false => format!("{text}.0"),
    };
    if value == 0.0 {
        return point(mantissa);
    }
    if !(-3..7).contains(&exponent) {
        return format!("{}E{exponent}", point(mantissa));
    }
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa),
    };
    let digits: String = digits.chars().filter(|c| *c != '.').collect();
    let shown = match usize::try_from(exponent) {
        Ok(before) if before + 1 >= digits.len() => {
            format!("{digits:0<width$}.0", width = before + 1)
        }
        Ok(before) => {
            let (whole, fraction) = digits.split_at(before + 1);
            format!("{whole}.{fraction}")
        }
        Err(_) => {
            let zeros = exponent.unsigned_abs() as usize - 1;
            format!("0.{}{digits}", "0".repeat(zeros))
        }
    };
    format!("{sign}{shown}")
}

/// A decimal as Java shows it: `1.50`, `1E+10`.
pub(crate) fn show_decimal(decimal: &BigDecimal) -> String {
    let (unscaled, scale) = decimal.as_bigint_and_exponent();
    let digits = unscaled.magnitude().to_string();
    let sign = if unscaled.sign() == bigdecimal::num_bigint::Sign::Minus {
        "-"
    } else {
        ""
    };
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let exponent = count.saturating_sub(scale).saturating_sub(1);
    let plain = scale >= 0 && exponent >= -6;
    let shown = match usize::try_from(scale) {
        Ok(0) => digits,
        Ok(scale) if plain && digits.len() > scale => {
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            format!("{whole}.{fraction}")
        }
        Ok(scale) if plain => format!("0.{digits:0>scale$}"),
        _ => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            format!("{first}{point}{rest}E{exponent:+}")
        }
    };
    format!("{sign}{shown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_java_does() {
        for (value, expected) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e7, "1.0E7"),
            (1_234_567.5, "1234567.5"),
            (123_456_789_012_345.0, "1.23456789012345E14"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (-12.5, "-12.5"),
            (100.0, "100.0"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(show_double(value), expected);
        }
        assert_eq!(show_float(1.1), "1.1");
        for (unscaled, scale, expected) in [
            (150, 2, "1.50"),
            (1, -10, "1E+10"),
            (1, 7, "1E-7"),
            (1, 6, "0.000001"),
            (-110, 2, "-1.10"),
            (-5, 0, "-5"),
            (123, -1, "1.23E+3"),
        ] {
            let decimal = BigDecimal::new(unscaled.into(), scale);
            assert_eq!(show_decimal(&decimal), expected);
        }
    }

    #[test]
    fn averages_of_decimals() {
        let mut total = Total::default();
        for number in ["1.5", "1.75", "1.50"] {
            total.add(Number::Decimal(number.parse().unwrap()));
        }
        let average = |flavor| match total.average(&Type::Decimal, flavor) {
            Number::Decimal(average) => show_decimal(&average),
            other => panic!("{other:?}"),
        };
        assert_eq!(average(Flavor::Scylla), "1.58");
        assert_eq!(average(Flavor::Cassandra), "1.58");
    }

    #[test]
    fn quotients_are_rounded() {
        let check = |dividend: i64, divisor, expected: i64| {
            assert_eq!(half_even(&dividend.into(), divisor), expected.into());
        };
        check(3755, 2, 1878);
        check(3, 2, 2);
        check(1, 2, 0);
        check(-1, 2, 0);
        check(-3, 2, -2);
        check(5, 3, 2);
        check(-5, 3, -2);
        check(7, 1, 7);
    }

    #[test]
    fn what_does_not_fit_wraps_or_ends() {
        let check = |number: Number, to: Type, expected: &[u8]| {
            assert_eq!(number.write(&to).unwrap(), expected, "{number:?} {to}");
        };
        let whole = |text: &str| Number::Whole(text.parse().unwrap());
        check(whole("300"), Type::TinyInt, &[44]);
        check(whole("-1"), Type::Int, &[0xff; 4]);
        check(
            whole("99999999999999999999"),
            Type::Int,
            &[0x63, 0x0f, 0xff, 0xff],
        );
        check(Number::Real(1e20), Type::Int, &[0x7f, 0xff, 0xff, 0xff]);
        check(Number::Real(-7.9), Type::TinyInt, &[0xf9]);
        check(
            Number::Decimal("-7.45".parse().unwrap()),
            Type::VarInt,
            &[0xf9],
        );
        check(Number::Real(2.25), Type::Decimal, &[0, 0, 0, 2, 0, 0xe1]);
        check(whole("7"), Type::Float, &7f32.to_be_bytes());
    }
}
