//! Dates and times of the `time` crate.

use time::OffsetDateTime;

use super::civil::DAY_NS;
use super::through::through;
use super::{Date, Fault, Time, Timestamp};

/// The Julian day of 1970-01-01, from which [`Date`] counts.
const EPOCH: i32 = 2_440_588;

/// Nanoseconds of a millisecond.
const MS: i128 = 1_000_000;

impl From<time::Date> for Date {
    fn from(day: time::Date) -> Self {
        Date(day.to_julian_day() - EPOCH)
    }
}

impl TryFrom<Date> for time::Date {
    type Error = Fault;

    /// Fails for years that the crate does not have: beyond 9999, or 999,999 with its feature `large-dates`.
    fn try_from(day: Date) -> Result<Self, Fault> {
        let julian = day.0.checked_add(EPOCH).ok_or(Fault::Range)?;
        time::Date::from_julian_day(julian).map_err(|_| Fault::Range)
    }
}

impl From<time::Time> for Time {
    fn from(time: time::Time) -> Self {
        let (hour, minute, second, nanos) = time.as_hms_nano();
        Time::from_hms_nano(hour, minute, second, nanos).expect("both crates have the same day")
    }
}

impl TryFrom<Time> for time::Time {
    type Error = Fault;

    /// Fails for a number outside the day.
    fn try_from(time: Time) -> Result<Self, Fault> {
        if !(0..DAY_NS).contains(&time.0) {
            return Err(Fault::Range);
        }
        let narrow = |n: i64| u8::try_from(n).map_err(|_| Fault::Range);
        let (seconds, nanos) = (time.0 / 1_000_000_000, time.0 % 1_000_000_000);
        time::Time::from_hms_nano(
            narrow(seconds / 3600)?,
            narrow(seconds / 60 % 60)?,
            narrow(seconds % 60)?,
            u32::try_from(nanos).map_err(|_| Fault::Range)?,
        )
        .map_err(|_| Fault::Range)
    }
}

impl From<OffsetDateTime> for Timestamp {
    /// The same instant, whatever its offset. What is finer than a millisecond is lost, towards the past.
    fn from(at: OffsetDateTime) -> Self {
        let ms = at.unix_timestamp_nanos().div_euclid(MS);
        Timestamp(ms.try_into().expect("the crate's years are within CQL's"))
    }
}

impl TryFrom<Timestamp> for OffsetDateTime {
    type Error = Fault;

    /// In UTC. Fails for years that the crate does not have: beyond 9999, or 999,999 with its feature `large-dates`.
    fn try_from(at: Timestamp) -> Result<Self, Fault> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * MS).map_err(|_| Fault::Range)
    }
}

through!(
    time::Date => Date = Date,
    time::Time => Time = Time,
    OffsetDateTime => Timestamp = Timestamp
);

#[cfg(test)]
mod tests {
    use time::{Month, UtcOffset};

    use super::super::Type;
    use super::super::testing::{check, written};
    use super::*;

    #[test]
    fn bytes_are_those_of_cqls_own_types() {
        let day = time::Date::from_calendar_date(2000, Month::January, 1).unwrap();
        check(day, &Type::Date, "80002acd");
        let first = time::Date::from_calendar_date(1970, Month::January, 1).unwrap();
        check(first, &Type::Date, "80000000");
        let time = time::Time::from_hms_nano(23, 59, 59, 999_999_999).unwrap();
        check(time, &Type::Time, "00004e94914effff");
        let at = OffsetDateTime::from_unix_timestamp_nanos(-1_000_000).unwrap();
        check(at, &Type::Timestamp, "ffffffffffffffff");
        let elsewhere = at.to_offset(UtcOffset::from_hms(5, 30, 0).unwrap());
        assert_eq!(written(&elsewhere), written(&at));
        let finer = OffsetDateTime::from_unix_timestamp_nanos(-1).unwrap();
        assert_eq!(Timestamp::from(finer), Timestamp(-1));
    }

    #[test]
    fn limits_of_either_side_are_faults_or_kept() {
        for day in [time::Date::MIN, time::Date::MAX] {
            assert_eq!(time::Date::try_from(Date::from(day)), Ok(day));
        }
        assert_eq!(time::Date::try_from(Date(i32::MIN)), Err(Fault::Range));
        assert_eq!(time::Date::try_from(Date(i32::MAX)), Err(Fault::Range));
        assert_eq!(time::Time::try_from(Time(DAY_NS)), Err(Fault::Range));
        assert_eq!(time::Time::try_from(Time(-1)), Err(Fault::Range));
        for far in [i64::MIN, i64::MAX] {
            assert_eq!(OffsetDateTime::try_from(Timestamp(far)), Err(Fault::Range));
        }
    }
}
