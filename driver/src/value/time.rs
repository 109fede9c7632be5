//! Times of day.

use std::fmt;
use std::str::FromStr;

use super::ParseValueError;
use super::civil::{self, DAY_NS};
use super::fixed::fixed;

/// A time of day, as CQL's `time`: nanoseconds since midnight, from 0 to 86,399,999,999,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(
    /// Nanoseconds since midnight. Numbers outside the day are sent as they are, and the server refuses them.
    pub i64,
);

fixed!(Time, Time, Time::to_be_bytes, Time::from_be_bytes);

impl Time {
    /// A time by hour, minute, second and nanosecond; `None` if a day has none such.
    pub fn from_hms_nano(hour: u8, minute: u8, second: u8, nanos: u32) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 59 || nanos > 999_999_999 {
            return None;
        }
        let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
        Some(Time(seconds * 1_000_000_000 + i64::from(nanos)))
    }

    fn to_be_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    fn from_be_bytes(bytes: [u8; 8]) -> Self {
        Time(i64::from_be_bytes(bytes))
    }
}

impl fmt::Display for Time {
    /// As CQL reads it: `08:12:54.123456789`. A number outside the day is shown as a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !(0..DAY_NS).contains(&self.0) {
            return self.0.fmt(f);
        }
        let (seconds, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        let (hour, minute) = (minutes / 60, minutes % 60);
        write!(f, "{hour:02}:{minute:02}:{second:02}.{nanos:09}")
    }
}

impl FromStr for Time {
    type Err = ParseValueError;

    /// Reads `hh:mm:ss` with up to nine digits behind a point, or a count of nanoseconds, as CQL does.
    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        text.parse::<i64>()
            .ok()
            .or_else(|| parse(text, 9).filter(|_| text.matches(':').count() == 2))
            .filter(|nanos| (0..DAY_NS).contains(nanos))
            .map(Time)
            .ok_or(ParseValueError::new("time", text))
    }
}

/// Units of 10^-`places` seconds since midnight, from `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f…`.
pub(super) fn parse(text: &str, places: u32) -> Option<i64> {
    let unit = 10_i64.pow(places);
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, digits)) => (clock, civil::fraction(digits, places as usize)?),
        None => (text, 0),
    };
    let mut parts = clock.split(':').map(|part| civil::number(part, 0));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        Some(second) => second?,
        None if fraction == 0 => 0,
        None => return None,
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * unit + fraction)
}

#[cfg(test)]
mod tests {
    use super::super::Type;
    use super::super::testing::check as check_bytes;
    use super::*;

    #[test]
    fn bytes_are_those_of_the_specification() {
        let check = |text: &str, bytes: &str| {
            let time: Time = text.parse().unwrap();
            assert_eq!(time.to_string(), text);
            check_bytes(time, &Type::Time, bytes);
        };
        check("00:00:00.000000000", "0000000000000000");
        check("23:59:59.999999999", "00004e94914effff");
    }

    #[test]
    fn text_may_leave_the_end_out() {
        let noon = Time::from_hms_nano(12, 0, 0, 0);
        for text in ["12:00:00", "12:00:00.0", "43200000000000"] {
            assert_eq!(text.parse().ok(), noon, "{text}");
        }
        assert_eq!("00:00:00.5".parse(), Ok(Time(500_000_000)));
        for text in [
            "",
            "12:00",
            "24:00:00",
            "12:60",
            "12:00:60",
            "86400000000000",
            "-1",
            "12:00:00.1234567890",
            "12:00.5",
        ] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
