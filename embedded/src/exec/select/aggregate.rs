//! COUNT, MIN, MAX, SUM, AVG.

use std::cmp::Ordering;

use scylla_orm_driver::value::{Decimal, Type};

use crate::exec::function::cast::{Number, is_number};
use crate::exec::select::output::Output;
use crate::exec::term::literal::written;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// An aggregate over the rows of a group.
#[derive(Debug)]
pub(super) struct Aggregate {
    kind: Kind,
    /// None for `count(*)`.
    pub(super) argument: Option<Output>,
    ty: Type,
    flavor: Flavor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Count,
    Min,
    Max,
    Sum,
    Avg,
}

/// What was seen so far of a group.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Values that are not null.
    seen: i64,
    extreme: Option<Vec<u8>>,
    whole: i128,
    real: f64,
    /// The digits behind the point of `whole`.
    scale: i32,
}

impl Kind {
    pub(super) fn of(function: &str) -> Option<Kind> {
        Some(match function {
            "count" => Kind::Count,
            "min" => Kind::Min,
            "max" => Kind::Max,
            "sum" => Kind::Sum,
            "avg" => Kind::Avg,
            _ => return None,
        })
    }
}

impl Aggregate {
    /// `count(*)`
    pub(super) fn rows() -> Aggregate {
        Aggregate {
            kind: Kind::Count,
            argument: None,
            ty: Type::BigInt,
            flavor: Flavor::default(),
        }
    }

    pub(super) fn new(
        kind: Kind,
        argument: Output,
        ty: Type,
        flavor: Flavor,
    ) -> Result<Aggregate, Failure> {
        if matches!(kind, Kind::Sum | Kind::Avg) && !is_number(ty.bare()) {
            let name = if kind == Kind::Sum { "sum" } else { "avg" };
            return Err(Failure::invalid(format!(
                "Invalid call to function {name}, none of its type signatures match ({ty})"
            )));
        }
        Ok(Aggregate {
            kind,
            argument: Some(argument),
            ty,
            flavor,
        })
    }

    /// The type of the result.
    pub(super) fn result(&self) -> Type {
        match (self.kind, self.ty.bare()) {
            (Kind::Count, _) | (_, Type::Counter) => Type::BigInt,
            (_, ty) => ty.clone(),
        }
    }

    /// Adds a value; with null only `count(*)` counts.
    pub(super) fn add(&self, state: &mut State, value: Option<&[u8]>) {
        let Some(value) = value else {
            state.seen += i64::from(self.argument.is_none());
            return;
        };
        state.seen += 1;
        match self.kind {
            Kind::Count => {}
            Kind::Min | Kind::Max => {
                let better = |best: &Vec<u8>| match self.kind {
                    Kind::Min => self.ty.compare(value, best).is_lt(),
                    _ => self.ty.compare(value, best).is_gt(),
                };
                if state.extreme.as_ref().is_none_or(better) {
                    state.extreme = Some(value.to_vec());
                }
            }
            Kind::Sum | Kind::Avg => match Number::read(value, self.ty.bare()) {
                Some(Number::Whole(whole)) => state.whole = state.whole.saturating_add(whole),
                Some(Number::Real(real)) => state.real += real,
                Some(Number::Decimal(decimal)) => state.add_decimal(&decimal),
                None => {}
            },
        }
    }

    /// The result; `None` is null.
    pub(super) fn finish(&self, state: State) -> Result<Option<Vec<u8>>, Failure> {
        let divisor = match self.kind {
            Kind::Count => return Ok(Some(state.seen.to_be_bytes().to_vec())),
            Kind::Min | Kind::Max => return Ok(state.extreme),
            Kind::Sum => 1,
            Kind::Avg => state.seen.max(1),
        };
        let ty = self.result();
        let number = match ty {
            Type::Float | Type::Double => Number::Real(state.real / divisor as f64),
            Type::Decimal => {
                let digits = half_even(state.whole, i128::from(divisor)).to_string();
                let digits: Decimal = digits
                    .parse()
                    .map_err(|_| Failure::server("Sum overflow"))?;
                return Ok(Some(written(&Decimal::new(digits.unscaled, state.scale))));
            }
            _ => Number::Whole(state.whole / i128::from(divisor)),
        };
        let result = number.write(&ty)?;
        let narrowed = matches!(
            ty,
            Type::TinyInt | Type::SmallInt | Type::Int | Type::BigInt
        );
        let fits = match (Number::read(&result, &ty), &number) {
            (Some(Number::Whole(is)), Number::Whole(should)) => is == *should,
            _ => true,
        };
        if narrowed && !fits && self.flavor == Flavor::Scylla {
            return Err(Failure::invalid(
                "Sum overflow. Values should be casted to a wider type.",
            ));
        }
        Ok(Some(result))
    }
}

impl State {
    /// Adds a decimal, keeping the digits of whichever has more of them behind the point.
    fn add_decimal(&mut self, decimal: &Decimal) {
        let scaled = |value: i128, by: i32| {
            let by = u32::try_from(by).unwrap_or(0);
            value.saturating_mul(10i128.checked_pow(by).unwrap_or(i128::MAX))
        };
        let unscaled: i128 = decimal.unscaled.to_string().parse().unwrap_or(0);
        let scale = self.scale.max(decimal.scale);
        let mine = scaled(self.whole, scale.saturating_sub(self.scale));
        let other = scaled(unscaled, scale.saturating_sub(decimal.scale));
        self.whole = mine.saturating_add(other);
        self.scale = scale;
    }
}

/// A quotient, rounded to the nearest, and to an even one if there are two. The divisor is positive.
fn half_even(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    match (rest * 2).cmp(&divisor) {
        Ordering::Less => quotient,
        Ordering::Equal => quotient + quotient.rem_euclid(2),
        Ordering::Greater => quotient + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::half_even;

    #[test]
    fn quotients_are_rounded() {
        let check =
            |dividend, divisor, expected| assert_eq!(half_even(dividend, divisor), expected);
        check(3755, 2, 1878);
        check(3, 2, 2);
        check(1, 2, 0);
        check(-1, 2, 0);
        check(-3, 2, -2);
        check(5, 3, 2);
        check(-5, 3, -2);
        check(7, 1, 7);
    }
}
