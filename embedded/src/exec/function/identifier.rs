//! Time-based identifiers: `now()`, and the bounds of a moment.

use std::sync::atomic::{AtomicI64, Ordering};

use uuid::Uuid;

use crate::clock::Clock;

/// 100 ns steps between 1582-10-15, where the time of identifiers begins, and 1970.
const EPOCH: i64 = 0x01b2_1dd2_1381_4000;

/// An identifier of this moment, larger than each one made before.
pub(super) fn now(clock: &Clock) -> Vec<u8> {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let ticks = clock.micros().saturating_mul(10);
    let next = |last: i64| ticks.max(last.saturating_add(1));
    let last = LAST
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)))
        .unwrap_or(ticks);
    // Any clock sequence and node will do: the time alone is never the same twice.
    let (_, tail) = Uuid::new_v4().as_u64_pair();
    assemble(next(last), tail | 0x0100_0000_0000)
}

/// The smallest or largest identifier of a `timestamp`.
pub(super) fn bound(timestamp: &[u8], largest: bool) -> Option<Vec<u8>> {
    let millis = i64::from_be_bytes(timestamp.try_into().ok()?);
    let ticks = millis.checked_mul(10_000)?;
    // Bytes compare signed here: 0x80 is the smallest one, 0x7f the largest.
    Some(if largest {
        assemble(ticks.checked_add(9_999)?, 0x7f7f_7f7f_7f7f_7f7f)
    } else {
        assemble(ticks, 0x8080_8080_8080_8080)
    })
}

/// Milliseconds since 1970 of a time-based identifier.
pub(super) fn millis(uuid: &[u8]) -> Option<i64> {
    let uuid = Uuid::from_slice(uuid).ok()?;
    if uuid.get_version_num() != 1 {
        return None;
    }
    let (high, _) = uuid.as_u64_pair();
    let ticks = (high & 0xfff) << 48 | (high >> 16 & 0xffff) << 32 | high >> 32;
    Some((i64::try_from(ticks).ok()? - EPOCH).div_euclid(10_000))
}

/// Version 1 with this time, in steps of 100 ns since 1970, and these last eight bytes.
fn assemble(ticks: i64, tail: u64) -> Vec<u8> {
    let ticks = ticks.saturating_add(EPOCH).max(0).unsigned_abs();
    let high = ticks << 32 | (ticks >> 32 & 0xffff) << 16 | 0x1000 | ticks >> 48 & 0xfff;
    [high.to_be_bytes(), tail.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use scylla_orm_driver::value::Type;

    use super::*;

    #[test]
    fn now_rises_and_lies_within_its_bounds() {
        let clock = Clock::default();
        let millis_now = clock.micros().div_euclid(1000);
        let made: Vec<Vec<u8>> = (0..50).map(|_| now(&clock)).collect();
        assert!(made.is_sorted_by(|a, b| Type::TimeUuid.compare(a, b).is_lt()));
        let at = millis(&made[0]).unwrap();
        assert!((millis_now..millis_now + 10_000).contains(&at));
        let low = bound(&at.to_be_bytes(), false).unwrap();
        let high = bound(&at.to_be_bytes(), true).unwrap();
        assert!(Type::TimeUuid.compare(&low, &made[0]).is_lt());
        assert!(Type::TimeUuid.compare(&made[0], &high).is_lt());
        assert_eq!(millis(&low), Some(at));
    }

    #[test]
    fn bounds_are_those_of_the_server() {
        let low = bound(&0i64.to_be_bytes(), false).unwrap();
        let shown = Uuid::from_slice(&low).unwrap().to_string();
        assert_eq!(shown, "13814000-1dd2-11b2-8080-808080808080");
    }
}
