//! Days of the calendar.

use std::fmt;
use std::str::FromStr;

use super::fixed::fixed;
use super::{ParseValueError, civil};

/// A day of the calendar, as CQL's `date`: from -5877641-06-23 to 5881580-07-11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(
    /// Days since 1970-01-01.
    pub i32,
);

/// On the wire 1970-01-01 is the middle of the unsigned numbers.
const EPOCH: i32 = i32::MIN;

fixed!(Date, Date, Date::to_wire, Date::from_wire);

impl Date {
    /// A day by year, month (1–12) and day of the month; `None` if there is none such, or CQL's `date` ends before it.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        civil::days(year.into(), month.into(), day.into())
            .and_then(|days| days.try_into().ok())
            .map(Date)
    }

    /// Year, month (1–12) and day of the month.
    pub fn ymd(self) -> (i32, u8, u8) {
        let (year, month, day) = civil::date(self.0.into());
        let narrow = "a day of 32 bits has a year of 24 bits and a month and a day of 5";
        (
            year.try_into().expect(narrow),
            month.try_into().expect(narrow),
            day.try_into().expect(narrow),
        )
    }

    fn to_wire(self) -> [u8; 4] {
        self.0.wrapping_add(EPOCH).to_be_bytes()
    }

    fn from_wire(bytes: [u8; 4]) -> Self {
        Date(i32::from_be_bytes(bytes).wrapping_sub(EPOCH))
    }
}

impl fmt::Display for Date {
    /// As CQL reads it: `2017-08-03`, with a sign before years below 0 and above 9999.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        let sign = match year {
            ..0 => "-",
            0..=9999 => "",
            _ => "+",
        };
        write!(f, "{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs())
    }
}

impl FromStr for Date {
    type Err = ParseValueError;

    /// Reads `yyyy-mm-dd`, or a count of days in which 1970-01-01 is 2147483648, as CQL does.
    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        if let Ok(day) = text.parse::<u32>() {
            return Ok(Date::from_wire(day.to_be_bytes()));
        }
        parse(text)
            .and_then(|days| days.try_into().ok())
            .map(Date)
            .ok_or(ParseValueError::new("date", text))
    }
}

/// Days since 1970-01-01 from `yyyy-mm-dd`, with a sign or without.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (negative, rest) = super::varint::signed(text);
    let mut parts = rest.split('-');
    let year = parts.next().filter(|year| year.len() >= 4)?;
    let (year, month) = (civil::number(year, 0)?, civil::number(parts.next()?, 2)?);
    let day = civil::number(parts.next()?, 2)?;
    if parts.next().is_some() {
        return None;
    }
    civil::days(if negative { -year } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::super::Type;
    use super::super::testing::check as check_bytes;
    use super::*;

    fn check(text: &str, bytes: &str) {
        let day: Date = text.parse().unwrap();
        assert_eq!(day.to_string(), text);
        let (year, month, number) = day.ymd();
        assert_eq!(Date::from_ymd(year, month, number), Some(day));
        check_bytes(day, &Type::Date, bytes);
    }

    #[test]
    fn bytes_are_those_of_the_specification() {
        check("1970-01-01", "80000000");
        check("1969-12-31", "7fffffff");
        check("1970-01-02", "80000001");
        check("2000-01-01", "80002acd");
        check("-5877641-06-23", "00000000");
        check("+5881580-07-11", "ffffffff");
        check("0000-02-29", "7ff50593");
    }

    #[test]
    fn a_number_counts_from_the_middle() {
        assert_eq!("2147483648".parse(), Ok(Date(0)));
        assert_eq!("0".parse(), Ok(Date(i32::MIN)));
    }

    #[test]
    fn days_that_there_are_not_are_refused() {
        for text in [
            "",
            "2023-02-29",
            "2023-13-01",
            "2023-01",
            "2023-01-01-01",
            "+5881580-07-12",
            "2023-1-1",
            "123-01-01",
            "x",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
