//! The operators of CQL: `+ - * / %` between numbers, texts, and times and durations.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::num_traits::Zero;
use bigdecimal::{BigDecimal, RoundingMode};
use scylla_orm_driver::frame::response::ServerErrorKind;
use scylla_orm_driver::value::Type;

use crate::exec::function::catalog::{NUMBERS, signature};
use crate::exec::function::number::{Number, is_number};
use crate::exec::function::signature::{Fit, Given, Signature};
use crate::exec::function::{Function, shift};
use crate::failure::Failure;
use crate::parse::syntax::Arithmetic;

/// How many digits behind the point a quotient of decimals has at least, and at most.
const SCALES: [i64; 2] = [32, 1000];

pub(super) fn resolve(
    operator: Arithmetic,
    given: [&Given; 2],
    receiver: Option<&Type>,
) -> Result<Signature, Failure> {
    let [left, right] = given;
    let candidates = candidates(operator)
        .into_iter()
        .filter(|candidate| receiver.is_none_or(|ty| candidate.result == *ty.bare()));
    let fit = |candidate: &Signature| {
        let mut pairs = candidate.arguments.iter().zip(given);
        let fits = [pairs.next(), pairs.next()];
        let fits = fits
            .into_iter()
            .flatten()
            .map(|(wants, given)| given.fit(wants));
        fits.min().unwrap_or(Fit::Not)
    };
    let fits: Vec<(Fit, Signature)> = candidates.map(|c| (fit(&c), c)).collect();
    let of_fit = |wanted: Fit| {
        fits.iter()
            .filter(move |(fit, _)| *fit == wanted)
            .map(|(_, c)| c)
    };
    if let Some(exact) = of_fit(Fit::Exact).next() {
        return Ok(exact.clone());
    }
    let mut compatible = of_fit(Fit::Weak);
    let Some(first) = compatible.next() else {
        return Err(Failure::invalid(format!(
            "the '{}' operation is not supported between {} and {}",
            operator.sign(),
            left.text,
            right.text
        )));
    };
    if compatible.next().is_none() {
        return Ok(first.clone());
    }
    // Literals become what the whole is to be; of a marker one cannot know.
    let same = of_fit(Fit::Weak).find(|candidate| {
        let receiver = receiver.map(Type::bare);
        receiver.is_some_and(|ty| candidate.arguments.iter().all(|argument| argument == ty))
    });
    match same {
        Some(signature) if !left.is_marker() && !right.is_marker() => Ok(signature.clone()),
        _ => Err(Failure::invalid(format!(
            "Ambiguous '{}' operation with args {} and {}: use type hint to disambiguate, example '(int) ?'",
            operator.sign(),
            left.text,
            right.text
        ))),
    }
}

fn candidates(operator: Arithmetic) -> Vec<Signature> {
    let one = |left: &Type, right: &Type, result: Type| {
        let function = Function::Operation(operator, left.clone(), right.clone());
        let arguments = [left.clone(), right.clone()];
        signature(operator.sign(), function, &arguments, result)
    };
    let mut all = Vec::new();
    for left in &NUMBERS {
        for right in &NUMBERS {
            all.push(one(left, right, wider(left, right)));
        }
    }
    if matches!(operator, Arithmetic::Add | Arithmetic::Subtract) {
        for ty in [Type::Timestamp, Type::Date] {
            all.push(one(&ty, &Type::Duration, ty.clone()));
        }
    }
    if operator == Arithmetic::Add {
        for (left, right, result) in [
            (Type::Text, Type::Text, Type::Text),
            (Type::Text, Type::Ascii, Type::Text),
            (Type::Ascii, Type::Text, Type::Text),
            (Type::Ascii, Type::Ascii, Type::Ascii),
        ] {
            all.push(one(&left, &right, result));
        }
    }
    all
}

/// The type of a result: the one of the operands that holds both, and of a whole number of 64 bits and a `float` the
/// next that does.
fn wider(left: &Type, right: &Type) -> Type {
    let counted = |ty: &Type| match ty {
        Type::Counter => Type::BigInt,
        ty => ty.clone(),
    };
    let (left, right) = (counted(left), counted(right));
    let either = |ty: Type| left == ty || right == ty;
    let real = either(Type::Float) || either(Type::Double);
    if either(Type::Decimal) || real && either(Type::VarInt) {
        return Type::Decimal;
    }
    if either(Type::Double) || either(Type::Float) && either(Type::BigInt) {
        return Type::Double;
    }
    let order = [
        Type::Float,
        Type::VarInt,
        Type::BigInt,
        Type::Int,
        Type::SmallInt,
    ];
    order
        .into_iter()
        .find(|ty| either(ty.clone()))
        .unwrap_or(Type::TinyInt)
}

/// The result for two values that are not null.
pub(super) fn compute(
    operator: Arithmetic,
    (left, first): (&Type, &[u8]),
    (right, second): (&Type, &[u8]),
) -> Result<Option<Vec<u8>>, Failure> {
    if *right == Type::Duration {
        let shifted = shift::shift(left, first, second, operator == Arithmetic::Subtract);
        return shifted.map_err(|reason| failed(operator, left, right, &reason));
    }
    if !is_number(left) {
        return Ok(Some([first, second].concat()));
    }
    let (Some(a), Some(b)) = (Number::read(first, left), Number::read(second, right)) else {
        return Ok(None);
    };
    let result = wider(left, right);
    let number = match result {
        #[expect(clippy::cast_possible_truncation, reason = "a float calculates as one")]
        Type::Float => Number::Real(single(operator, a.real() as f32, b.real() as f32).into()),
        Type::Double => Number::Real(double(operator, a.real(), b.real())),
        Type::Decimal => {
            let (a, b) = (widened(&a, left)?, widened(&b, right)?);
            let result = decimal(operator, &a, &b);
            Number::Decimal(result.map_err(|reason| failed(operator, left, right, reason))?)
        }
        _ => match (a, b) {
            (Number::Whole(a), Number::Whole(b)) => {
                let result = whole(operator, &a, &b);
                Number::Whole(result.map_err(|reason| failed(operator, left, right, reason))?)
            }
            _ => return Ok(None),
        },
    };
    number.write(&result).map(Some)
}

/// As a decimal; whole numbers of a fixed size are floating-point ones on their way.
fn widened(number: &Number, ty: &Type) -> Result<BigDecimal, Failure> {
    match number {
        Number::Whole(_) if *ty != Type::VarInt => Number::Real(number.real()).decimal(),
        other => other.decimal(),
    }
}

pub(super) fn negate(ty: &Type, value: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let negated = match Number::read(value, ty) {
        Some(Number::Whole(whole)) => Number::Whole(-whole),
        Some(Number::Real(real)) => Number::Real(-real),
        Some(Number::Decimal(decimal)) => Number::Decimal(-decimal),
        None => return Ok(None),
    };
    negated.write(ty).map(Some)
}

fn double(operator: Arithmetic, a: f64, b: f64) -> f64 {
    match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Modulo => a % b,
    }
}

fn single(operator: Arithmetic, a: f32, b: f32) -> f32 {
    match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Modulo => a % b,
    }
}

fn whole(operator: Arithmetic, a: &BigInt, b: &BigInt) -> Result<BigInt, &'static str> {
    Ok(match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide | Arithmetic::Modulo if b.is_zero() => return Err("/ by zero"),
        Arithmetic::Divide => a / b,
        Arithmetic::Modulo => a % b,
    })
}

fn decimal(
    operator: Arithmetic,
    a: &BigDecimal,
    b: &BigDecimal,
) -> Result<BigDecimal, &'static str> {
    Ok(match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide | Arithmetic::Modulo if b.is_zero() => {
            return Err("BigInteger divide by zero");
        }
        Arithmetic::Divide => quotient(a, b),
        Arithmetic::Modulo => a % b,
    })
}

/// With enough digits behind the point that some are significant, and no zeros at its end.
fn quotient(a: &BigDecimal, b: &BigDecimal) -> BigDecimal {
    let digits = |decimal: &BigDecimal| {
        let (unscaled, scale) = decimal.as_bigint_and_exponent();
        let count = i64::try_from(unscaled.magnitude().to_string().len()).unwrap_or(i64::MAX);
        (count.saturating_sub(scale), scale)
    };
    let ((of_a, scale_a), (of_b, scale_b)) = (digits(a), digits(b));
    let [least, most] = SCALES;
    let scale = (least - (of_a - of_b))
        .max(scale_a)
        .max(scale_b)
        .max(least)
        .min(most);
    // Exact: as whole numbers of as many digits more as are wanted.
    let raised = a.with_scale(scale + scale_b.max(0) + 1);
    let (numerator, above) = raised.into_bigint_and_exponent();
    let (denominator, below) = b.clone().into_bigint_and_exponent();
    let exact = BigDecimal::new(numerator / denominator, above - below);
    let rounded = exact.with_scale_round(scale, RoundingMode::HalfUp);
    let (mut unscaled, mut scale) = rounded.into_bigint_and_exponent();
    let ten = BigInt::from(10);
    if unscaled.is_zero() {
        return BigDecimal::zero();
    }
    while (&unscaled % &ten).is_zero() {
        unscaled /= &ten;
        scale -= 1;
    }
    BigDecimal::new(unscaled, scale)
}

/// 1400: an operator is a function that failed.
fn failed(operator: Arithmetic, left: &Type, right: &Type, reason: &str) -> Failure {
    let kind = ServerErrorKind::FunctionFailure {
        keyspace: "system".to_owned(),
        function: operator.sign().to_owned(),
        arguments: vec![left.to_string(), right.to_string()],
    };
    let sign = operator.sign();
    Failure::new(
        kind,
        format!("the operation '{left} {sign} {right}' failed: {reason}"),
    )
}
