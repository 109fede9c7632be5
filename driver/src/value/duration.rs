//! Spans of time in months, days and nanoseconds.

use std::fmt;

use super::decode::present;
use super::{CqlType, Fault, FromCql, ToCql, Type, Wrote, vint};

mod parse;

/// A span of time, as CQL's `duration`.
///
/// Months, days and nanoseconds stay apart, because months differ in days, and days (with summer time) in hours.
/// So durations have no order. All three are negative or zero, or all positive or zero; the server refuses others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Duration {
    /// Months; a year is twelve.
    pub months: i32,
    /// Days; a week is seven.
    pub days: i32,
    /// Nanoseconds.
    pub nanos: i64,
}

impl Duration {
    /// Of months, days and nanoseconds.
    pub const fn new(months: i32, days: i32, nanos: i64) -> Self {
        Duration {
            months,
            days,
            nanos,
        }
    }

    /// Whether no part is negative, or none positive.
    pub fn is_legal(&self) -> bool {
        let parts = [self.months.into(), self.days.into(), self.nanos];
        parts.iter().all(|&n| n >= 0) || parts.iter().all(|&n: &i64| n <= 0)
    }
}

/// Units of time below a day, in nanoseconds, largest first.
const CLOCK: [(&str, u64); 6] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl fmt::Display for Duration {
    /// As CQL reads it: `1y2mo3d4h5m6s7ms8us9ns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Duration::default() {
            return f.write_str("0ns");
        }
        if self.months < 0 || self.days < 0 || self.nanos < 0 {
            f.write_str("-")?;
        }
        let months = self.months.unsigned_abs();
        let mut part = |n: u64, unit: &str| {
            if n == 0 {
                Ok(())
            } else {
                write!(f, "{n}{unit}")
            }
        };
        part((months / 12).into(), "y")?;
        part((months % 12).into(), "mo")?;
        part(self.days.unsigned_abs().into(), "d")?;
        let mut nanos = self.nanos.unsigned_abs();
        for (unit, size) in CLOCK {
            part(nanos / size, unit)?;
            nanos %= size;
        }
        Ok(())
    }
}

impl ToCql for Duration {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        matches!(ty, Type::Duration)
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        vint::put_signed(out, self.months.into());
        vint::put_signed(out, self.days.into());
        vint::put_signed(out, self.nanos);
        Wrote::Value
    }
}

impl FromCql<'_> for Duration {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Duration)
    }

    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        let mut bytes = present(cell)?;
        let mut part = || vint::take_signed(&mut bytes).ok_or(Fault::Short);
        let (months, days, nanos) = (part()?, part()?, part()?);
        if !bytes.is_empty() {
            return Err(Fault::Length);
        }
        Ok(Duration {
            months: months.try_into().map_err(|_| Fault::Range)?,
            days: days.try_into().map_err(|_| Fault::Range)?,
            nanos,
        })
    }
}

impl CqlType for Duration {
    fn cql_type() -> Type {
        Type::Duration
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check as check_bytes, hex};
    use super::*;

    fn check(text: &str, duration: Duration, bytes: &str) {
        assert_eq!(duration.to_string(), text);
        assert_eq!(text.parse(), Ok(duration));
        check_bytes(duration, &Type::Duration, bytes);
    }

    #[test]
    fn bytes_are_those_of_the_specification() {
        check("1mo2d3ns", Duration::new(1, 2, 3), "020406");
        check("-1mo2d3ns", Duration::new(-1, -2, -3), "010305");
        check("1mo", Duration::new(1, 0, 0), "020000");
        check("0ns", Duration::default(), "000000");
        check(
            "1y2mo25d5h6m7s8ms9us10ns",
            Duration::new(14, 25, 18_367_008_009_010),
            "1c32fc2168cdf9d664",
        );
        check(
            "-178956970y8mo2147483648d2562047h47m16s854ms775us808ns",
            Duration::new(i32::MIN, i32::MIN, i64::MIN),
            "f0ffffffff f0ffffffff ffffffffffffffffff",
        );
    }

    #[test]
    fn what_the_servers_refuse_is_not_valid() {
        let check = |bytes: &str, expected: Result<(), Fault>| {
            assert_eq!(Type::Duration.validate(&hex(bytes)), expected, "{bytes}");
        };
        check("", Err(Fault::Short));
        check("0204", Err(Fault::Short));
        check("02040600", Err(Fault::Length));
        check("020306", Err(Fault::Range));
        check("f100000000 00 00", Err(Fault::Range));
        check("020006", Ok(()));
    }
}
