//! Points in time.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use super::civil::{self, DAY_MS};
use super::fixed::fixed;
use super::{ParseValueError, date, time};

/// A point in time, as CQL's `timestamp`: milliseconds since 1970-01-01 00:00 UTC, negative before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(
    /// Milliseconds since 1970-01-01 00:00 UTC.
    pub i64,
);

fixed!(
    Timestamp,
    Timestamp,
    Timestamp::to_be_bytes,
    Timestamp::from_be_bytes
);

impl Timestamp {
    /// Now, by the clock of the system.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    fn to_be_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    fn from_be_bytes(bytes: [u8; 8]) -> Self {
        Timestamp(i64::from_be_bytes(bytes))
    }
}

impl From<SystemTime> for Timestamp {
    /// What is finer than a millisecond is lost, towards the past.
    fn from(at: SystemTime) -> Self {
        let wide = |d: std::time::Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
        match at.duration_since(UNIX_EPOCH) {
            Ok(after) => Timestamp(wide(after)),
            Err(before) => {
                let before = before.duration();
                let part = i64::from(before.subsec_nanos() % 1_000_000 > 0);
                Timestamp(-wide(before) - part)
            }
        }
    }
}

impl fmt::Display for Timestamp {
    /// As CQL reads it: `2011-02-03T04:05:00.000Z`. Outside the years 1 to 9999, milliseconds as a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, ms) = (self.0.div_euclid(DAY_MS), self.0.rem_euclid(DAY_MS));
        let (year, month, day) = civil::date(days);
        if !(1..=9999).contains(&year) {
            return self.0.fmt(f);
        }
        let (seconds, ms) = (ms / 1000, ms % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z"
        )
    }
}

impl FromStr for Timestamp {
    type Err = ParseValueError;

    /// Reads what CQL reads: milliseconds, or `yyyy-mm-dd`, optionally with `T` or a blank and `hh:mm[:ss[.fff]]`,
    /// optionally with a zone: `Z`, `+hh`, `+hhmm` or `+hh:mm`. Without a zone it is UTC.
    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        text.parse::<i64>()
            .ok()
            .or_else(|| parse(text))
            .map(Timestamp)
            .ok_or(ParseValueError::new("timestamp", text))
    }
}

fn parse(text: &str) -> Option<i64> {
    let (day, clock, ahead) = match text.split_once(['T', 't', ' ']) {
        Some((day, clock)) => {
            let (clock, ahead) = zone(clock, 0)?;
            (day, time::parse(clock.trim(), 3)?, ahead)
        }
        None => {
            let (day, ahead) = zone(text, 2 + usize::from(text.starts_with('-')))?;
            (day, 0, ahead)
        }
    };
    date::parse(day)?
        .checked_mul(DAY_MS)?
        .checked_add(clock - ahead)
}

/// Splits a zone from the text before it, of which `dashes` dashes are part.
fn zone(text: &str, dashes: usize) -> Option<(&str, i64)> {
    if let Some(utc) = text.strip_suffix(['Z', 'z']) {
        return Some((utc, 0));
    }
    let minus = || text.match_indices('-').nth(dashes).map(|(at, _)| at);
    match text.find('+').or_else(minus) {
        Some(at) => {
            let (local, zone) = text.split_at_checked(at)?;
            Some((local, offset(zone)?))
        }
        None => Some((text, 0)),
    }
}

/// Milliseconds that a zone is ahead of UTC: `+hh`, `+hhmm`, `+hh:mm`, or with `-`.
fn offset(zone: &str) -> Option<i64> {
    let (negative, digits) = super::varint::signed(zone);
    let digits = digits.replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() {
        0
    } else {
        civil::number(minutes, 2)?
    };
    let ahead = (civil::number(hours, 2)? * 60 + minutes) * 60_000;
    Some(if negative { -ahead } else { ahead })
}

#[cfg(test)]
mod tests {
    use super::super::Type;
    use super::super::testing::check;
    use super::*;

    #[test]
    fn bytes_are_those_of_the_specification() {
        check(Timestamp(1_500), &Type::Timestamp, "00000000000005dc");
        check(Timestamp(-1), &Type::Timestamp, "ffffffffffffffff");
    }

    #[test]
    fn shown_text_is_read_back() {
        let check = |ms: i64, text: &str| {
            assert_eq!(Timestamp(ms).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp(ms)));
        };
        check(0, "1970-01-01T00:00:00.000Z");
        check(-1, "1969-12-31T23:59:59.999Z");
        check(1_296_705_900_000, "2011-02-03T04:05:00.000Z");
        check(-62_135_596_800_000, "0001-01-01T00:00:00.000Z");
        check(-62_135_596_800_001, "-62135596800001");
        check(i64::MIN, "-9223372036854775808");
        check(i64::MAX, "9223372036854775807");
    }

    #[test]
    fn text_is_read_in_each_form_of_cql() {
        let check = |text: &str, ms: i64| assert_eq!(text.parse(), Ok(Timestamp(ms)), "{text}");
        let at = 1_296_705_900_000;
        check("2011-02-03 04:05+0000", at);
        check("2011-02-03 04:05:00", at);
        check("2011-02-03 06:05+02:00", at);
        check("2011-02-03T03:05:00-01", at);
        check("2011-02-03 04:05:00.000 +0000", at);
        check("2011-02-03 04:05:00.5Z", at + 500);
        let day = 1_296_691_200_000;
        check("2011-02-03", day);
        check("2011-02-03+0000", day);
        check("2011-02-03-0100", day + 3_600_000);
        check("1296705900000", at);
        for text in [
            "",
            "2011-02-30",
            "2011-02-03T",
            "2011-2-3",
            "2011-02-03 25:00",
            "2011-02-03 04:05+x",
            "now",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_of_a_millisecond_are_lost_towards_the_past() {
        let nanos = std::time::Duration::from_nanos;
        assert_eq!(Timestamp::from(UNIX_EPOCH + nanos(1_999_999)), Timestamp(1));
        assert_eq!(Timestamp::from(UNIX_EPOCH - nanos(1)), Timestamp(-1));
        assert_eq!(
            Timestamp::from(UNIX_EPOCH - nanos(1_000_000)),
            Timestamp(-1)
        );
    }
}
