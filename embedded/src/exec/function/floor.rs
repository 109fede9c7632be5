//! `floor`: the begin of the interval in which a moment lies.

use scylla_orm_driver::value::{Type, Value};

use crate::exec::function::{cast, identifier, shift};
use crate::failure::Failure;

const DAY: i64 = 86_400_000;

/// `floor(moment, duration[, start])`; null if one of them is.
pub(super) fn floor(ty: &Type, arguments: &[Option<Vec<u8>>]) -> Result<Option<Vec<u8>>, Failure> {
    let present: Option<Vec<&[u8]>> = arguments.iter().map(Option::as_deref).collect();
    let Some(present) = present else {
        return Ok(None);
    };
    let (Some(moment), Some(duration)) = (present.first(), present.get(1)) else {
        return Ok(None);
    };
    let start = present.get(2).copied();
    let Some((months, days, nanos)) = shift::parts(duration) else {
        return Ok(None);
    };
    let refused = |why: String| Err(Failure::invalid(why));
    if months < 0 || days < 0 || nanos < 0 {
        return refused("Negative durations are not supported by the floor function".to_owned());
    }
    match ty {
        Type::Time if months != 0 || days != 0 || nanos >= DAY * 1_000_000 => refused(
            "For time values, the floor can only be computed for durations smaller that a day"
                .to_owned(),
        ),
        Type::Time => {
            let at = long(moment);
            Ok(at.map(|at| (at - at.rem_euclid(nanos.max(1))).to_be_bytes().to_vec()))
        }
        Type::Date if nanos != 0 => refused(format!(
            "The floor on date values cannot be computed for the {} duration as precision is below 1 day",
            show(duration)
        )),
        _ if nanos % 1_000_000 != 0 => refused(format!(
            "The floor cannot be computed for the {} duration as precision is below 1 millisecond",
            show(duration)
        )),
        _ => {
            let from = |value: &[u8], ty: &Type| match ty {
                Type::TimeUuid => identifier::millis(value),
                Type::Date => {
                    let shifted = u32::from_be_bytes(value.try_into().ok()?);
                    Some((i64::from(shifted) - (1 << 31)) * DAY)
                }
                _ => long(value),
            };
            let of_start = if *ty == Type::Date {
                ty
            } else {
                &Type::Timestamp
            };
            let start = start.map_or(Some(0), |start| from(start, of_start));
            let (Some(at), Some(start)) = (from(moment, ty), start) else {
                return Ok(None);
            };
            let length = (months, days * DAY + nanos / 1_000_000);
            let begin = begin(at, start, length)?;
            match ty {
                Type::Date => Ok(cast::date(begin.div_euclid(DAY))),
                _ => Ok(Some(begin.to_be_bytes().to_vec())),
            }
        }
    }
}

/// The begin of the interval of this length, in months or milliseconds, that holds `at`.
fn begin(at: i64, start: i64, (months, millis): (i64, i64)) -> Result<i64, Failure> {
    if start > at {
        return Err(Failure::invalid(
            "The floor function starting time is greater than the provided time",
        ));
    }
    if months == 0 {
        return Ok(match millis {
            0 => at,
            millis => at - (at - start).rem_euclid(millis),
        });
    }
    // Months have different lengths: the number of intervals is found by halving.
    let nth = |n: i64| {
        let day = shift::add_months(start.div_euclid(DAY), months.checked_mul(n)?)?;
        let of_day = start.rem_euclid(DAY).checked_add(millis.checked_mul(n)?)?;
        day.checked_mul(DAY)?.checked_add(of_day)
    };
    let (mut low, mut high) = (0, (at - start) / (28 * DAY) + 1);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        match nth(middle) {
            Some(begin) if begin <= at => low = middle,
            _ => high = middle,
        }
    }
    Ok(nth(low).unwrap_or(start))
}

/// A `duration` as it is written.
pub(super) fn show(duration: &[u8]) -> String {
    let shown = Value::decode(&Type::Duration, Some(duration));
    shown
        .ok()
        .flatten()
        .map_or_else(String::new, |d| d.to_string())
}

fn long(value: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(value.try_into().ok()?))
}
