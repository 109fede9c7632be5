//! Dates and times of the `chrono` crate.

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike, Utc};

use super::civil::DAY_NS;
use super::through::through;
use super::{Date, Fault, Time, Timestamp};

/// The first day of 1970, from which [`Date`] counts.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("every year has a first day");

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        let days = day.signed_duration_since(EPOCH).num_days();
        Date(days.try_into().expect("chrono's years are within CQL's"))
    }
}

impl TryFrom<Date> for NaiveDate {
    type Error = Fault;

    /// Fails for days more than some 260,000 years away.
    fn try_from(day: Date) -> Result<Self, Fault> {
        EPOCH
            .checked_add_signed(chrono::TimeDelta::days(day.0.into()))
            .ok_or(Fault::Range)
    }
}

impl From<NaiveTime> for Time {
    /// CQL has no leap seconds: a time within one becomes the last nanosecond before it ends, at midnight that of the day.
    fn from(time: NaiveTime) -> Self {
        let nanos = i64::from(time.num_seconds_from_midnight()) * 1_000_000_000
            + i64::from(time.nanosecond().min(999_999_999));
        Time(nanos)
    }
}

impl TryFrom<Time> for NaiveTime {
    type Error = Fault;

    /// Fails for a number outside the day.
    fn try_from(time: Time) -> Result<Self, Fault> {
        if !(0..DAY_NS).contains(&time.0) {
            return Err(Fault::Range);
        }
        let seconds = u32::try_from(time.0 / 1_000_000_000).map_err(|_| Fault::Range)?;
        let nanos = u32::try_from(time.0 % 1_000_000_000).map_err(|_| Fault::Range)?;
        NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).ok_or(Fault::Range)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    /// What is finer than a millisecond is lost, towards the past.
    fn from(at: DateTime<Utc>) -> Self {
        Timestamp(at.timestamp_millis())
    }
}

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = Fault;

    /// Fails for times more than some 260,000 years away.
    fn try_from(at: Timestamp) -> Result<Self, Fault> {
        DateTime::from_timestamp_millis(at.0).ok_or(Fault::Range)
    }
}

through!(
    NaiveDate => Date = Date,
    NaiveTime => Time = Time,
    DateTime<Utc> => Timestamp = Timestamp
);

#[cfg(test)]
mod tests {
    use super::super::Type;
    use super::super::testing::check;
    use super::*;

    #[test]
    fn bytes_are_those_of_cqls_own_types() {
        check(
            NaiveDate::from_ymd_opt(2000, 1, 1).unwrap(),
            &Type::Date,
            "80002acd",
        );
        let time = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).unwrap();
        check(time, &Type::Time, "00004e94914effff");
        check(
            DateTime::from_timestamp_millis(-1).unwrap(),
            &Type::Timestamp,
            "ffffffffffffffff",
        );
    }

    #[test]
    fn limits_of_either_side_are_faults_or_kept() {
        assert_eq!(
            NaiveDate::try_from(Date::from(NaiveDate::MIN)),
            Ok(NaiveDate::MIN)
        );
        assert_eq!(
            NaiveDate::try_from(Date::from(NaiveDate::MAX)),
            Ok(NaiveDate::MAX)
        );
        assert_eq!(NaiveDate::try_from(Date(i32::MIN)), Err(Fault::Range));
        assert_eq!(NaiveTime::try_from(Time(DAY_NS)), Err(Fault::Range));
        assert_eq!(NaiveTime::try_from(Time(-1)), Err(Fault::Range));
        assert_eq!(DateTime::try_from(Timestamp(i64::MAX)), Err(Fault::Range));
    }

    #[test]
    fn a_leap_second_is_the_end_of_the_second_before() {
        let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
        assert_eq!(Time::from(leap), Time(DAY_NS - 1));
    }
}
