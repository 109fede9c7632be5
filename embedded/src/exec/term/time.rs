//! Dates and times as CQL writes them, and back.

/// Days since 1970-01-01 of a date in the Gregorian calendar; None if there is no such date.
pub(crate) fn days(year: i64, month: u32, day: u32) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of a count of days since 1970-01-01.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// Days since 1970-01-01 from `2014-01-31`.
pub(crate) fn date(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = digits.split('-');
    let year: i64 = number(parts.next()?)?;
    let month = u32::try_from(number(parts.next()?)?).ok()?;
    let day = u32::try_from(number(parts.next()?)?).ok()?;
    if parts.next().is_some() || year > 9_999_999 {
        return None;
    }
    days(if negative { -year } else { year }, month, day)
}

/// Nanoseconds of a day from `12:30[:15[.123456789]]`.
pub(crate) fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours = number(parts.next()?)?;
    let minutes = number(parts.next()?)?;
    let last = parts.next().unwrap_or("0");
    let (seconds, fraction) = match last.split_once('.') {
        None => (number(last)?, 0),
        Some((seconds, fraction)) if (1..=9).contains(&fraction.len()) => {
            let scale = 10i64.pow(u32::try_from(9 - fraction.len()).ok()?);
            (number(seconds)?, number(fraction)? * scale)
        }
        Some(_) => return None,
    };
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000_000 + fraction)
}

/// Milliseconds since 1970 from `2014-01-31[ T]12:30[:15[.123]][Z|+01:00]`, the time and the zone optional; UTC
/// where no zone is given.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    let (day, rest) = match text
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, 'T' | ' ' | 't'))
    {
        Some((at, _)) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => split_zone(text, 10),
    };
    let (clock, zone) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => (rest.get(..at)?.trim(), rest.get(at..)?),
        None => (rest, ""),
    };
    let clock = match clock {
        "" => 0,
        clock => time_of_day(clock)? / 1_000_000,
    };
    let millis = date(day)?.checked_mul(86_400_000)?.checked_add(clock)?;
    millis.checked_sub(offset(zone)? * 60_000)
}

/// A date and the zone right behind it.
fn split_zone(text: &str, at: usize) -> (&str, &str) {
    match text.get(at..) {
        Some(zone) if zone.starts_with(['Z', 'z', '+']) || zone.contains(':') => {
            (text.get(..at).unwrap_or_default(), zone)
        }
        _ => (text, ""),
    }
}

/// Minutes east of Greenwich from `Z`, `+01`, `+0130`, `+01:30`, or nothing.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.split_at_checked(1) {
        None | Some(("Z" | "z", "")) => return Some(0),
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        Some(_) => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    Some(sign * (number(hours)? * 60 + number(minutes)?))
}

/// A number made of digits only.
fn number(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// `2014-01-31`
pub(crate) fn show_date(at: i64) -> String {
    let (year, month, day) = civil(at);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `12:30:15.123456789`
pub(crate) fn show_time(nanos: i64) -> String {
    let seconds = nanos.div_euclid(1_000_000_000);
    format!(
        "{:02}:{:02}:{:02}.{:09}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        nanos.rem_euclid(1_000_000_000)
    )
}

/// `2014-01-31T12:30:15.123Z`
pub(crate) fn show_timestamp(millis: i64) -> String {
    let date = show_date(millis.div_euclid(86_400_000));
    let clock = show_time(millis.rem_euclid(86_400_000) * 1_000_000);
    format!("{date}T{}Z", clock.get(..12).unwrap_or(&clock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_there_and_back() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("2000-02-29", Some(11_016)),
            ("2014-01-01", Some(16_071)),
            ("1900-02-29", None),
            ("2014-13-01", None),
            ("2014-1", None),
        ] {
            assert_eq!(date(text), expected, "{text}");
            if let Some(days) = expected {
                assert_eq!(show_date(days), text);
            }
        }
        for day in (-1_000_000..1_000_000).step_by(997) {
            let (y, m, d) = civil(day);
            let back = days(y, u32::try_from(m).unwrap(), u32::try_from(d).unwrap());
            assert_eq!(back, Some(day));
        }
    }

    #[test]
    fn timestamps() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("1970-01-01Z", Some(0)),
            ("1970-01-01T00:01", Some(60_000)),
            ("1970-01-01 00:00:01.5", Some(1500)),
            ("1970-01-01 00:00:01.005Z", Some(1005)),
            ("1970-01-01 01:00:00+01:00", Some(0)),
            ("1970-01-01 01:00+0100", Some(0)),
            ("1969-12-31T23:00:00-01", Some(0)),
            ("1970-01-01 24:00", None),
            ("yesterday", None),
        ] {
            assert_eq!(timestamp(text), expected, "{text}");
        }
        assert_eq!(
            show_timestamp(1_388_578_545_000),
            "2014-01-01T12:15:45.000Z"
        );
        assert_eq!(show_time(123), "00:00:00.000000123");
        assert_eq!(time_of_day("23:59:59.999999999"), Some(86_399_999_999_999));
    }
}
