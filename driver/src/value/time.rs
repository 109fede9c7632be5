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
            .or_else(|| parse(text, 9))
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
