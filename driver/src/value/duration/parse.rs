//! Durations from text, in each of CQL's notations.

use std::str::FromStr;

use super::super::ParseValueError;
use super::{CLOCK, Duration};

impl FromStr for Duration {
    type Err = ParseValueError;

    /// Reads `1y2mo3w4d5h6m7s8ms9us10ns`, `P1Y2M3DT4H5M6S`, `P3W` and `P0001-02-03T04:05:06`, with `-` before it or not.
    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        parts(rest)
            .and_then(|parts| parts.signed(negative))
            .ok_or(ParseValueError::new("duration", text))
    }
}

/// What has been read, without its sign.
#[derive(Default)]
struct Parts {
    months: u64,
    days: u64,
    nanos: u64,
}

impl Parts {
    fn add(&mut self, n: u64, (months, days, nanos): (u64, u64, u64)) -> Option<()> {
        let sum = |to: u64, unit: u64| to.checked_add(n.checked_mul(unit)?);
        self.months = sum(self.months, months)?;
        self.days = sum(self.days, days)?;
        self.nanos = sum(self.nanos, nanos)?;
        Some(())
    }

    fn signed(self, negative: bool) -> Option<Duration> {
        let signed = |n: u64| {
            let n = i128::from(n);
            if negative { -n } else { n }
        };
        Some(Duration {
            months: signed(self.months).try_into().ok()?,
            days: signed(self.days).try_into().ok()?,
            nanos: signed(self.nanos).try_into().ok()?,
        })
    }
}

fn parts(text: &str) -> Option<Parts> {
    match text.strip_prefix(['P', 'p']) {
        None => units(text, standard),
        Some(iso) if iso.contains('-') => alternative(iso),
        Some(iso) => match iso.split_once(['T', 't']) {
            None => units(iso, iso_date),
            Some(("", time)) => units(time, iso_time),
            Some((date, time)) => Some(Parts {
                nanos: units(time, iso_time)?.nanos,
                ..units(date, iso_date)?
            }),
        },
    }
}

/// Months, days and nanoseconds of a unit, and its place: units come largest first, each at most once.
type Unit = (u8, (u64, u64, u64));

/// Numbers, each with its unit.
fn units(mut text: &str, unit: fn(&str) -> Option<Unit>) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut last = None;
    while !text.is_empty() || last.is_none() {
        let (digits, rest) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
        let end = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (name, rest) = rest.split_at_checked(end)?;
        let (place, size) = unit(&name.to_lowercase())?;
        if last.is_some_and(|last| last >= place) {
            return None;
        }
        parts.add(digits.parse().ok()?, size)?;
        (last, text) = (Some(place), rest);
    }
    Some(parts)
}

fn standard(name: &str) -> Option<Unit> {
    let name = if name == "µs" { "us" } else { name };
    match name {
        "mo" => Some((1, (1, 0, 0))),
        "y" | "w" | "d" => iso_date(name),
        _ => clock(name),
    }
}

fn iso_date(name: &str) -> Option<Unit> {
    match name {
        "y" => Some((0, (12, 0, 0))),
        "m" => Some((1, (1, 0, 0))),
        "w" => Some((2, (0, 7, 0))),
        "d" => Some((3, (0, 1, 0))),
        _ => None,
    }
}

fn iso_time(name: &str) -> Option<Unit> {
    if matches!(name, "h" | "m" | "s") {
        clock(name)
    } else {
        None
    }
}

fn clock(name: &str) -> Option<Unit> {
    (4..)
        .zip(CLOCK)
        .find_map(|(place, (unit, size))| (unit == name).then_some((place, (0, 0, size))))
}

/// `yyyy-mm-ddThh:mm:ss`
fn alternative(iso: &str) -> Option<Parts> {
    let (date, time) = iso.split_once(['T', 't'])?;
    let mut numbers = date.split('-').chain(time.split(':'));
    let mut parts = Parts::default();
    for unit in ["y", "m", "d", "h", "m", "s"]
        .iter()
        .zip([iso_date, iso_date, iso_date, iso_time, iso_time, iso_time])
    {
        let (name, read) = unit;
        let (_, size) = read(name)?;
        parts.add(numbers.next()?.parse().ok()?, size)?;
    }
    numbers.next().is_none().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notation_is_read() {
        let check = |text: &str, months, days, nanos| {
            assert_eq!(
                text.parse(),
                Ok(Duration::new(months, days, nanos)),
                "{text}"
            );
        };
        check("1y2mo3w4d5h6m7s8ms9us10ns", 14, 25, 18_367_008_009_010);
        check("-1Y3MO", -15, 0, 0);
        check("5µs", 0, 0, 5_000);
        check("90m", 0, 0, 5_400_000_000_000);
        check("P1Y2M3DT4H5M6S", 14, 3, 14_706_000_000_000);
        check("-P2W", 0, -14, 0);
        check("PT1M", 0, 0, 60_000_000_000);
        check("P0001-02-03T04:05:06", 14, 3, 14_706_000_000_000);
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "-",
            "1",
            "d",
            "1d1y",
            "1d1d",
            "1x",
            "P",
            "PT",
            "P1H",
            "99999999999y",
            "1d ",
            "P1-2-3",
            "--1d",
        ] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }
}
