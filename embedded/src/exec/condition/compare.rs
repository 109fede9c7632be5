//! Whether a condition holds for the value of its column.

use std::borrow::Cow;
use std::cmp::Ordering;

use scylla_orm_driver::wire::Cell;

use crate::exec::condition::parts::{Part, Test, With};
use crate::exec::restrict::filter::{contains, entry, like};
use crate::exec::term::{Bound, Env, Expression, collection, unset};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Operator;

/// Whether `test` holds for `value` of its column.
///
/// # Errors
/// Values that it does not take.
pub(super) fn holds(
    test: &Test,
    value: Option<Cow<'_, [u8]>>,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<bool, Failure> {
    let bind = |expression: &Expression| match expression.evaluate(values, env)? {
        Bound::Value(value) if test.empty_is_null && value == [0; 4] => Ok(None),
        Bound::Value(value) => Ok(Some(value)),
        Bound::Null => Ok(None),
        Bound::Unset => Err(unset(env.flavor, &test.name)),
    };
    let found = part(test, value, values, env)?;
    let found = found.as_deref();
    let is_in = match &test.with {
        With::One(with) => return compared(test, found, bind(with)?.as_deref()),
        With::Each(members) => {
            let members = members.iter().map(bind);
            let members: Vec<Option<Vec<u8>>> = members.collect::<Result<_, _>>()?;
            let mut members = members.iter().map(Option::as_deref);
            members.any(|member| equal(test, found, member))
        }
        With::List(list) => {
            let Some(list) = bind(list)? else {
                return Ok(false);
            };
            let mut members = collection::members(&list).into_iter();
            members.any(|member| equal(test, found, Some(member)))
        }
    };
    Ok(is_in == (test.operator == Operator::In))
}

/// The part of the column's value that is compared.
fn part<'v>(
    test: &Test,
    value: Option<Cow<'v, [u8]>>,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Option<Cow<'v, [u8]>>, Failure> {
    let key = |expression: &Expression, what: &str| match expression.evaluate(values, env)? {
        Bound::Value(key) => Ok(key),
        Bound::Null => Err(Failure::invalid(format!(
            "Invalid null value for {what} element access"
        ))),
        Bound::Unset => Err(unset(env.flavor, &test.name)),
    };
    let found = match &test.part {
        Part::Whole => return Ok(value),
        Part::Index(index) => {
            let index = key(index, "list")?;
            let index = index.as_slice().try_into().map_or(-1, i32::from_be_bytes);
            if index < 0 && env.flavor == Flavor::Cassandra {
                return Err(Failure::invalid(format!(
                    "Invalid negative list index {index}"
                )));
            }
            value.and_then(|value| {
                let members = collection::members(&value);
                let member = members.get(usize::try_from(index).ok()?)?;
                Some(member.to_vec())
            })
        }
        Part::Key(expression, ty) => {
            let key = key(expression, "map")?;
            value.and_then(|value| {
                let mut pairs = collection::pairs(&value).into_iter();
                let (_, found) = pairs.find(|(k, _)| ty.compare(k, &key).is_eq())?;
                Some(found.to_vec())
            })
        }
        Part::Field(index) => value.and_then(|value| {
            let fields = collection::fields(&value);
            fields.get(*index).copied().flatten().map(<[u8]>::to_vec)
        }),
    };
    Ok(found.map(Cow::Owned))
}

fn compared(test: &Test, found: Option<&[u8]>, with: Option<&[u8]>) -> Result<bool, Failure> {
    match test.operator {
        Operator::Equal => return Ok(equal(test, found, with)),
        Operator::NotEqual => return Ok(!equal(test, found, with)),
        _ => {}
    }
    let Some(with) = with else {
        return Err(Failure::invalid(format!(
            "Invalid comparison with null for operator \"{}\"",
            test.operator.sign()
        )));
    };
    let Some(found) = found else {
        return Ok(false);
    };
    let ordering = || test.ty.compare(found, with);
    Ok(match test.operator {
        Operator::Less => ordering() == Ordering::Less,
        Operator::LessOrEqual => ordering() != Ordering::Greater,
        Operator::Greater => ordering() == Ordering::Greater,
        Operator::GreaterOrEqual => ordering() != Ordering::Less,
        Operator::Contains => contains(&test.ty, found, with),
        Operator::ContainsKey => entry(&test.ty, found, with).is_some(),
        _ => like(found, with),
    })
}

/// Whether two values are the same; null is the same as null.
fn equal(test: &Test, a: Option<&[u8]>, b: Option<&[u8]>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => test.ty.compare(a, b).is_eq(),
        (a, b) => a.is_none() && b.is_none(),
    }
}
