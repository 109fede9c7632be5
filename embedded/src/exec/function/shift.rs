//! Times and durations: a timestamp or date, moved.

use scylla_orm_driver::value::{Type, Value};

use crate::exec::term::time;

const DAY: i64 = 86_400_000;

/// Months, days and nanoseconds of a `duration`.
pub(super) fn parts(duration: &[u8]) -> Option<(i64, i64, i64)> {
    match Value::decode(&Type::Duration, Some(duration)) {
        Ok(Some(Value::Duration(d))) => Some((d.months.into(), d.days.into(), d.nanos)),
        _ => None,
    }
}

/// A `timestamp` or `date` with a `duration` added to it, or subtracted; the error says why not.
pub(super) fn shift(
    ty: &Type,
    value: &[u8],
    duration: &[u8],
    back: bool,
) -> Result<Option<Vec<u8>>, String> {
    let Some((months, days, nanos)) = parts(duration) else {
        return Ok(None);
    };
    let sign = if back { -1 } else { 1 };
    if *ty == Type::Date {
        if nanos != 0 {
            let shown = super::floor::show(duration);
            return Err(format!(
                "The duration must have a day precision. Was: {shown}"
            ));
        }
        let moved = from_date(value).and_then(|at| {
            let day = add_months(at, sign * months)?;
            day.checked_add(sign * days)
        });
        return Ok(moved.and_then(super::cast::date));
    }
    let moved = <[u8; 8]>::try_from(value).ok().and_then(|bytes| {
        let millis = i64::from_be_bytes(bytes);
        let day = add_months(millis.div_euclid(DAY), sign * months)?.checked_add(sign * days)?;
        let of_day = millis.rem_euclid(DAY) + sign * (nanos / 1_000_000);
        day.checked_mul(DAY)?.checked_add(of_day)
    });
    Ok(moved.map(|millis| millis.to_be_bytes().to_vec()))
}

/// The same day of another month, or its last one.
pub(super) fn add_months(day: i64, months: i64) -> Option<i64> {
    if months == 0 {
        return Some(day);
    }
    let (year, month, of_month) = time::civil(day);
    let total = year
        .checked_mul(12)?
        .checked_add(month - 1)?
        .checked_add(months)?;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    let month = u32::try_from(month).ok()?;
    let of_month = u32::try_from(of_month).ok()?;
    (1..=of_month)
        .rev()
        .find_map(|of_month| time::days(year, month, of_month))
}

fn from_date(date: &[u8]) -> Option<i64> {
    let shifted = u32::from_be_bytes(date.try_into().ok()?);
    Some(i64::from(shifted) - (1 << 31))
}
