//! UUIDs that tell a time.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use super::decode::exactly;
use super::uuid::ticks;
use super::{Cells, CqlType, Fault, FromCql, ParseValueError, Timestamp, ToCql, Type, Wrote};

/// A UUID of version 1, as CQL's `timeuuid`.
///
/// Its order is that of the servers: by time, then by the other bytes *as signed numbers*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeUuid(Uuid);

/// 100 ns units from 1582-10-15, where the time of UUIDs begins, to 1970-01-01.
const UNIX: i64 = 0x01b2_1dd2_1381_4000;

/// 100 ns units of a millisecond.
const MS: i64 = 10_000;

/// The least and the greatest last eight bytes, in the servers' order.
const LEAST: [u8; 8] = [0x80; 8];
const GREATEST: [u8; 8] = [0x7f; 8];

impl TimeUuid {
    /// A new one with the present time. Those of one process differ, and each is later than the one before.
    pub fn now() -> Self {
        /// Time of the latest one.
        static LATEST: AtomicU64 = AtomicU64::new(0);
        /// Clock sequence and node: random, once per process, with the mark of an address that no network card has.
        static NODE: LazyLock<[u8; 8]> = LazyLock::new(|| {
            let [a, b, c, rest @ ..] = rand::random::<[u8; 8]>();
            let [d, e, f, g, h] = rest;
            [a & 0x3f | 0x80, b, c | 1, d, e, f, g, h]
        });
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(since.as_nanos() / 100)
            .unwrap_or(u64::MAX)
            .saturating_add(UNIX.unsigned_abs());
        let later = |latest: u64| Some(now.max(latest + 1));
        let latest = LATEST.fetch_update(Relaxed, Relaxed, later);
        Self::from_parts(now.max(latest.map_or(0, |n| n + 1)), *NODE)
    }

    /// A new one that tells this time, to the millisecond. Those of one millisecond differ by 62 random bits, and are in
    /// no order.
    pub fn at(at: Timestamp) -> Self {
        let [first, rest @ ..] = rand::random::<[u8; 8]>();
        let [b, c, d, e, f, g, h] = rest;
        Self::from_parts(ticks_of(at), [first & 0x3f | 0x80, b, c | 1, d, e, f, g, h])
    }

    /// The least one of a millisecond, as CQL's `minTimeuuid`: a bound for queries, no identifier.
    pub fn min_of(at: Timestamp) -> Self {
        Self::from_parts(ticks_of(at), LEAST)
    }

    /// The greatest one of a millisecond, as CQL's `maxTimeuuid`: a bound for queries, no identifier.
    pub fn max_of(at: Timestamp) -> Self {
        Self::from_parts(ticks_of(at).saturating_add(MS.unsigned_abs() - 1), GREATEST)
    }

    /// The time that it tells.
    pub fn timestamp(self) -> Timestamp {
        Timestamp((ticks(&self.0).cast_signed() - UNIX).div_euclid(MS))
    }

    /// Of this time, in units of 100 ns since 1582-10-15, and these last eight bytes.
    fn from_parts(ticks: u64, rest: [u8; 8]) -> Self {
        let [_, _, _, _, low @ ..] = ticks.to_be_bytes();
        let [_, _, middle @ .., _, _, _, _] = ticks.to_be_bytes();
        let [high @ .., _, _, _, _, _, _] = ticks.to_be_bytes();
        TimeUuid(Uuid::from_fields(
            u32::from_be_bytes(low),
            u16::from_be_bytes(middle),
            u16::from_be_bytes(high) & 0x0fff | 0x1000,
            &rest,
        ))
    }
}

/// Times before 1582, and after the year 5236, are the first and the last that a UUID can tell.
fn ticks_of(at: Timestamp) -> u64 {
    let ticks = at.0.saturating_mul(MS).saturating_add(UNIX);
    ticks.clamp(0, (1 << 60) - MS).cast_unsigned()
}

/// The server's order: by time, then by the last eight bytes as signed numbers.
pub(super) fn order_key(bytes: [u8; 16]) -> (u64, [i8; 8]) {
    let [_, _, _, _, _, _, _, _, rest @ ..] = bytes;
    (ticks(&Uuid::from_bytes(bytes)), rest.map(u8::cast_signed))
}

impl Ord for TimeUuid {
    fn cmp(&self, other: &Self) -> Ordering {
        order_key(self.0.into_bytes()).cmp(&order_key(other.0.into_bytes()))
    }
}

impl PartialOrd for TimeUuid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<Uuid> for TimeUuid {
    type Error = ParseValueError;

    /// Fails if the UUID is not of version 1.
    fn try_from(uuid: Uuid) -> Result<Self, ParseValueError> {
        if uuid.get_version_num() == 1 {
            Ok(TimeUuid(uuid))
        } else {
            Err(ParseValueError::new("timeuuid", &uuid.to_string()))
        }
    }
}

impl From<TimeUuid> for Uuid {
    fn from(uuid: TimeUuid) -> Self {
        uuid.0
    }
}

impl fmt::Display for TimeUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TimeUuid {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        Uuid::from_str(text)
            .map_err(|_| ParseValueError::new("timeuuid", text))?
            .try_into()
    }
}

impl ToCql for TimeUuid {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        matches!(ty, Type::TimeUuid | Type::Uuid)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        self.0.write(out)
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        Type::TimeUuid.compare(a, b)
    }
}

impl FromCql<'_> for TimeUuid {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::TimeUuid)
    }

    /// A UUID of another version is [`Fault::Range`].
    #[inline]
    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        let uuid = Uuid::from_bytes(exactly(cell)?);
        TimeUuid::try_from(uuid).map_err(|_| Fault::Range)
    }

    #[inline]
    fn take(cells: &mut Cells<'_>) -> Result<Self, Fault> {
        match cells.fixed::<16>() {
            Some(bytes) => Self::decode(Some(&bytes)),
            None => Self::decode(cells.next()?),
        }
    }

    #[inline]
    fn take_as(_: &Type, cells: &mut Cells<'_>) -> Result<Self, Fault> {
        Self::take(cells)
    }
}

impl CqlType for TimeUuid {
    fn cql_type() -> Type {
        Type::TimeUuid
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;

    /// The example of RFC 4122's successor, RFC 9562, A.1.
    const EXAMPLE: &str = "c232ab00-9414-11ec-b3c8-9f6bdeced846";

    #[test]
    fn a_timeuuid_is_its_bytes_and_tells_its_time() {
        let uuid: TimeUuid = EXAMPLE.parse().unwrap();
        check(uuid, &Type::TimeUuid, &EXAMPLE.replace('-', ""));
        assert_eq!(
            uuid.timestamp(),
            "2022-02-22T19:22:22.000Z".parse().unwrap()
        );
    }

    #[test]
    fn bounds_enclose_their_millisecond_and_no_other() {
        let uuid: TimeUuid = EXAMPLE.parse().unwrap();
        let at = uuid.timestamp();
        let (least, greatest) = (TimeUuid::min_of(at), TimeUuid::max_of(at));
        assert!(least <= uuid && uuid <= greatest);
        assert_eq!((least.timestamp(), greatest.timestamp()), (at, at));
        assert!(TimeUuid::max_of(Timestamp(at.0 - 1)) < least);
        assert!(greatest < TimeUuid::min_of(Timestamp(at.0 + 1)));
        for far in [Timestamp(i64::MIN), Timestamp(i64::MAX)] {
            assert!(TimeUuid::min_of(far) < TimeUuid::max_of(far));
        }
    }

    #[test]
    fn the_last_bytes_are_compared_as_signed_numbers() {
        let of = |rest: u8| TimeUuid::from_parts(1, [rest; 8]);
        assert!(of(0x80) < of(0xff) && of(0xff) < of(0x00) && of(0x00) < of(0x7f));
    }

    #[test]
    fn one_of_a_given_time_is_new_and_tells_it() {
        for at in [Timestamp(0), Timestamp(-1), Timestamp(1_700_000_000_123)] {
            let (a, b) = (TimeUuid::at(at), TimeUuid::at(at));
            assert_ne!(a, b);
            assert_eq!((a.timestamp(), b.timestamp()), (at, at));
            assert!(TimeUuid::min_of(at) <= a && a <= TimeUuid::max_of(at));
            let uuid = Uuid::from(a);
            assert_eq!(
                (uuid.get_version_num(), uuid.get_variant()),
                (1, uuid::Variant::RFC4122)
            );
        }
    }

    #[test]
    fn new_ones_rise() {
        let some: Vec<TimeUuid> = (0..1_000).map(|_| TimeUuid::now()).collect();
        assert!(some.is_sorted_by(|a, b| a < b));
        let apart = some[999].timestamp().0 - Timestamp::now().0;
        assert!((-60_000..=1_000).contains(&apart), "{apart} ms from now");
    }

    #[test]
    fn other_versions_are_refused() {
        let random = Uuid::new_v4();
        assert!(TimeUuid::try_from(random).is_err());
        assert_eq!(TimeUuid::decode(Some(random.as_bytes())), Err(Fault::Range));
        assert_eq!(
            Type::TimeUuid.validate(random.as_bytes()),
            Err(Fault::Range)
        );
        assert_eq!(Type::Uuid.validate(random.as_bytes()), Ok(()));
    }
}
