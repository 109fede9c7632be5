//! The proleptic Gregorian calendar: days since 1970-01-01, and years, months, days.

/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Nanoseconds of a day.
pub(super) const DAY_NS: i64 = 86_400_000_000_000;

/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// Days from 0000-03-01 to 1970-01-01. Years that begin in March have the leap day at their end.
const MARCH_OF_YEAR_ZERO: i64 = 719_468;

/// Days since 1970-01-01 of a day of the calendar; `None` if there is no such day. The year is within a million or so.
pub(super) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let whole = (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
    if !whole || !(-10_000_000..=10_000_000).contains(&year) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * ERA + day_of_era - MARCH_OF_YEAR_ZERO)
}

/// Year, month and day of a day counted from 1970-01-01.
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + MARCH_OF_YEAR_ZERO;
    let era = days.div_euclid(ERA);
    let day_of_era = days.rem_euclid(ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A number of exactly `width` digits, or of one to nine digits if `width` is 0.
pub(super) fn number(text: &str, width: usize) -> Option<i64> {
    let right = if width == 0 {
        (1..=9).contains(&text.len())
    } else {
        text.len() == width
    };
    if right && text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// A fraction of a second in `unit`s of 10^-`places` seconds: one to `places` digits.
pub(super) fn fraction(text: &str, places: usize) -> Option<i64> {
    if text.is_empty() || text.len() > places {
        return None;
    }
    number(&format!("{text:0<places$}"), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        let check = |ymd: (i64, i64, i64), expected: i64| {
            assert_eq!(days(ymd.0, ymd.1, ymd.2), Some(expected), "{ymd:?}");
            assert_eq!(date(expected), ymd, "{expected}");
        };
        check((1970, 1, 1), 0);
        check((1969, 12, 31), -1);
        check((2000, 1, 1), 10_957);
        check((2000, 2, 29), 11_016);
        check((2000, 3, 1), 11_017);
        check((0, 1, 1), -719_528);
        check((-5_877_641, 6, 23), -(1 << 31));
        check((5_881_580, 7, 11), (1 << 31) - 1);
        for day in (-1_000_000..1_000_000).step_by(97) {
            let (y, m, d) = date(day);
            assert_eq!(days(y, m, d), Some(day));
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for (y, m, d) in [
            (2023, 2, 29),
            (1900, 2, 29),
            (2023, 4, 31),
            (2023, 0, 1),
            (2023, 13, 1),
            (2023, 1, 0),
        ] {
            assert_eq!(days(y, m, d), None, "{y}-{m}-{d}");
        }
    }
}
