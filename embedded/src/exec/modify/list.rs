//! Where the elements of a list stand: at the time of their write, or before all that, mirrored.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::failure::Failure;
use crate::flavor::Flavor;

/// The microsecond around which times are mirrored for what is prepended: the first of 2010.
const MIRROR: i64 = 1_262_304_000_000_000;

/// Elements of one microsecond stand in the order of their writes.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Places for `count` elements behind all that were written earlier.
pub(super) fn after(count: usize, timestamp: i64) -> Vec<Vec<u8>> {
    places(count, timestamp, reserve(count))
}

/// Places for `count` elements, in their order, before all that were written earlier.
///
/// # Errors
/// On ScyllaDB a timestamp before 2010, which has no mirrored one.
pub(super) fn before(
    count: usize,
    timestamp: i64,
    flavor: Flavor,
) -> Result<Vec<Vec<u8>>, Failure> {
    if flavor == Flavor::Scylla && timestamp < MIRROR {
        return Err(Failure::invalid(
            "List prepend custom timestamp must be greater than Jan 1 2010 00:00:00",
        ));
    }
    let mirrored = MIRROR.saturating_sub(timestamp.saturating_sub(MIRROR));
    let width = u64::try_from(count).unwrap_or(u64::MAX);
    let from = (u64::MAX - reserve(count)).saturating_sub(width);
    Ok(places(count, mirrored, from))
}

/// The first of so many numbers in a row that nobody else has.
fn reserve(count: usize) -> u64 {
    let width = u64::try_from(count).unwrap_or(u64::MAX);
    WRITTEN.fetch_add(width, Ordering::Relaxed)
}

/// Keys whose bytes are ordered by time, then by number.
fn places(count: usize, timestamp: i64, from: u64) -> Vec<Vec<u8>> {
    let time = timestamp.cast_unsigned() ^ 1 << 63;
    let key = |number: u64| [time.to_be_bytes(), number.to_be_bytes()].concat();
    (from..).take(count).map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_in_the_order_of_their_writes() {
        let now = MIRROR + 5_000_000;
        let first = after(2, now);
        let second = after(1, now);
        let later = after(1, now + 1);
        let negative = after(1, -1);
        let front = before(2, now, Flavor::Scylla).unwrap();
        let further = before(2, now, Flavor::Scylla).unwrap();
        let sorted = [negative, further, front, first, second, later].concat();
        assert!(sorted.is_sorted_by(|a, b| a < b), "{sorted:?}");
        assert!(before(1, MIRROR - 1, Flavor::Scylla).is_err());
        assert!(before(1, MIRROR - 1, Flavor::Cassandra).is_ok());
    }
}
