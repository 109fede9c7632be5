//! `abs`, `exp`, `log`, `log10`, `round`: each gives the type that it takes.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::num_traits::{Signed, ToPrimitive};
use bigdecimal::{BigDecimal, RoundingMode};
use scylla_orm_driver::value::Type;

use crate::exec::function::number::Number;
use crate::failure::Failure;

/// How many digits of a decimal's power or logarithm the server computes.
const DIGITS: u64 = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Math {
    Abs,
    Exp,
    Log,
    Log10,
    Round,
}

impl Math {
    pub(super) fn of(name: &str) -> Option<Math> {
        Some(match name {
            "abs" => Math::Abs,
            "exp" => Math::Exp,
            "log" => Math::Log,
            "log10" => Math::Log10,
            "round" => Math::Round,
            _ => return None,
        })
    }

    pub(super) fn call(self, ty: &Type, value: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let Some(number) = Number::read(value, ty) else {
            return Ok(None);
        };
        let result = match number {
            Number::Whole(whole) => self.of_whole(whole, *ty == Type::VarInt)?,
            Number::Real(real) => Number::Real(self.of_real(real, *ty == Type::Float)),
            Number::Decimal(decimal) => Number::Decimal(self.of_decimal(decimal)?),
        };
        result.write(ty).map(Some)
    }

    fn of_whole(self, whole: BigInt, any_size: bool) -> Result<Number, Failure> {
        Ok(match self {
            Math::Abs => Number::Whole(whole.abs()),
            Math::Round => Number::Whole(whole),
            _ if any_size => Number::Decimal(self.of_decimal(BigDecimal::from(whole))?),
            _ => Number::Real(self.of_real(whole.to_f64().unwrap_or(f64::NAN), false)),
        })
    }

    fn of_real(self, real: f64, single: bool) -> f64 {
        match self {
            Math::Abs => real.abs(),
            Math::Exp => real.exp(),
            Math::Log => real.ln(),
            Math::Log10 => real.log10(),
            // As Java rounds, to a whole number of 32 or 64 bits: halves go up.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rounding ends at the bounds"
            )]
            Math::Round if single => ((real + 0.5).floor() as i32).into(),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rounding ends at the bounds"
            )]
            Math::Round => (real + 0.5).floor() as i64 as f64,
        }
    }

    fn of_decimal(self, decimal: BigDecimal) -> Result<BigDecimal, Failure> {
        let positive = |what: &str| match decimal.is_positive() {
            true => Ok(()),
            false => Err(Failure::server(format!(
                "java.lang.ArithmeticException: {what} of number zero or less"
            ))),
        };
        Ok(match self {
            Math::Abs => decimal.abs(),
            Math::Round => decimal.with_scale_round(0, RoundingMode::HalfUp),
            Math::Exp => exp(&decimal),
            Math::Log => {
                positive("Natural log")?;
                ln(&decimal).with_precision_round(digits(), RoundingMode::HalfUp)
            }
            Math::Log10 => {
                positive("Log10")?;
                let quotient = ln(&decimal) / ln(&BigDecimal::from(10));
                quotient.with_precision_round(digits(), RoundingMode::HalfUp)
            }
        })
    }
}

fn digits() -> std::num::NonZeroU64 {
    std::num::NonZeroU64::new(DIGITS).expect("it is not 0")
}

/// What is beyond any use ends: the server would compute for minutes.
fn exp(decimal: &BigDecimal) -> BigDecimal {
    let bounded = decimal
        .clone()
        .clamp(BigDecimal::from(-10_000), BigDecimal::from(10_000));
    bounded
        .exp()
        .with_precision_round(digits(), RoundingMode::HalfUp)
}

/// The natural logarithm of a positive number: `m · 10^k` gives `ln m + k ln 10`, with `m` between 1 and 10.
fn ln(decimal: &BigDecimal) -> BigDecimal {
    let (unscaled, scale) = decimal.as_bigint_and_exponent();
    let count = i64::try_from(unscaled.to_string().len()).unwrap_or(i64::MAX);
    let mantissa = BigDecimal::new(unscaled.clone(), count - 1);
    let tens = count.saturating_sub(scale).saturating_sub(1);
    if tens == 0 {
        return ln_of_small(&mantissa);
    }
    ln_of_small(&mantissa) + BigDecimal::from(tens) * ln_of_small(&BigDecimal::from(10))
}

/// By Halley's method, from what floating point gives.
fn ln_of_small(value: &BigDecimal) -> BigDecimal {
    let working = std::num::NonZeroU64::new(DIGITS + 16).expect("it is not 0");
    let first = value.to_f64().unwrap_or(1.0).ln();
    let mut result: BigDecimal = format!("{first:e}").parse().unwrap_or_default();
    for _ in 0..2 {
        let power = result
            .exp()
            .with_precision_round(working, RoundingMode::HalfUp);
        let step = BigDecimal::from(2) * (value - &power) / (value + &power);
        result = (result + step).with_precision_round(working, RoundingMode::HalfUp);
    }
    result
}
