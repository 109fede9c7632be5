//! A value with what decides its fate: its timestamp, when it expires, whether it is a tombstone.

use std::cmp::Ordering;

/// One value of one column, or of one element of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Microseconds; the later write wins.
    pub(crate) timestamp: i64,
    pub(crate) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Live {
        value: Box<[u8]>,
        /// Few values expire: the others do not take the room.
        expiry: Option<Box<Expiry>>,
    },
    /// A tombstone.
    Dead {
        /// When it was written, in seconds.
        local: i64,
    },
}

/// When something ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry {
    /// Seconds that it lives in all.
    pub(crate) ttl: i32,
    /// The second at which it is gone.
    pub(crate) at: i64,
}

/// Says that a row is there even if all its cells are null: what INSERT writes and UPDATE does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) timestamp: i64,
    pub(crate) expiry: Option<Expiry>,
}

/// The tombstone of a collection, row, range or partition. The later one is the greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deletion {
    /// It covers what was written at this microsecond or earlier.
    pub(crate) timestamp: i64,
    /// When it was written, in seconds.
    pub(crate) local: i64,
}

impl Cell {
    /// The value at second `now`, unless it is dead or expired by then.
    pub(crate) fn value(&self, now: i64) -> Option<&[u8]> {
        match &self.content {
            Content::Live { value, expiry } => is_alive(expiry.as_deref(), now).then_some(value),
            Content::Dead { .. } => None,
        }
    }

    /// Seconds left at second `now`, if it expires at all.
    pub(crate) fn ttl(&self, now: i64) -> Option<i32> {
        match &self.content {
            Content::Live {
                expiry: Some(expiry),
                ..
            } => i32::try_from(expiry.at - now).ok().filter(|left| *left > 0),
            _ => None,
        }
    }

    /// Keeps the one of the two that wins.
    pub(crate) fn merge(&mut self, other: Cell) {
        if self.precedence(&other) == Ordering::Less {
            *self = other;
        }
    }

    /// `Greater` if it wins: by timestamp, then dead before live, then expiring before lasting, then the later
    /// expiry, then the smaller TTL (written later), then the larger value.
    fn precedence(&self, other: &Cell) -> Ordering {
        let by_content = || match (&self.content, &other.content) {
            (Content::Dead { local: a }, Content::Dead { local: b }) => a.cmp(b),
            (Content::Dead { .. }, Content::Live { .. }) => Ordering::Greater,
            (Content::Live { .. }, Content::Dead { .. }) => Ordering::Less,
            (
                Content::Live {
                    value: a,
                    expiry: a_ends,
                },
                Content::Live {
                    value: b,
                    expiry: b_ends,
                },
            ) => expiry_precedence(a_ends.as_deref(), b_ends.as_deref()).then_with(|| a.cmp(b)),
        };
        self.timestamp.cmp(&other.timestamp).then_with(by_content)
    }
}

impl Marker {
    pub(crate) fn is_alive(&self, now: i64) -> bool {
        is_alive(self.expiry.as_ref(), now)
    }

    /// Keeps the one of the two that wins.
    pub(crate) fn merge(&mut self, other: Marker) {
        let precedence = self
            .timestamp
            .cmp(&other.timestamp)
            .then_with(|| expiry_precedence(self.expiry.as_ref(), other.expiry.as_ref()));
        if precedence == Ordering::Less {
            *self = other;
        }
    }
}

impl Deletion {
    /// Whether it covers what was written at `timestamp`.
    pub(crate) fn covers(self, timestamp: i64) -> bool {
        timestamp <= self.timestamp
    }
}

fn is_alive(expiry: Option<&Expiry>, now: i64) -> bool {
    expiry.is_none_or(|expiry| now < expiry.at)
}

fn expiry_precedence(a: Option<&Expiry>, b: Option<&Expiry>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (Some(a), Some(b)) => a.at.cmp(&b.at).then(b.ttl.cmp(&a.ttl)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(timestamp: i64, value: &[u8], expiry: Option<(i32, i64)>) -> Cell {
        Cell {
            timestamp,
            content: Content::Live {
                value: value.into(),
                expiry: expiry.map(|(ttl, at)| Box::new(Expiry { ttl, at })),
            },
        }
    }

    fn dead(timestamp: i64, local: i64) -> Cell {
        Cell {
            timestamp,
            content: Content::Dead { local },
        }
    }

    /// The order of arrival must not matter.
    fn check(winner: &Cell, loser: &Cell) {
        for (first, second) in [(winner, loser), (loser, winner)] {
            let mut merged = first.clone();
            merged.merge(second.clone());
            assert_eq!(&merged, winner, "{first:?} then {second:?}");
        }
    }

    #[test]
    fn last_write_wins_and_ties_are_broken() {
        check(&live(2, b"a", None), &live(1, b"b", None));
        check(&dead(2, 0), &live(1, b"b", None));
        check(&live(2, b"b", None), &dead(1, 9));
        check(&dead(1, 0), &live(1, b"b", None));
        check(&dead(1, 0), &live(1, b"b", Some((9, 99))));
        check(&dead(1, 5), &dead(1, 4));
        check(&live(1, b"a", Some((9, 99))), &live(1, b"b", None));
        check(&live(1, b"a", Some((9, 99))), &live(1, b"b", Some((9, 98))));
        check(&live(1, b"a", Some((8, 99))), &live(1, b"b", Some((9, 99))));
        check(&live(1, b"b", None), &live(1, b"a", None));
        check(&live(1, b"\xff", None), &live(1, b"\x01\x01", None));
        check(&live(1, b"aa", None), &live(1, b"a", None));
    }

    #[test]
    fn expires_at_its_second() {
        let cell = live(1, b"a", Some((10, 110)));
        assert_eq!(cell.value(109), Some(&b"a"[..]));
        assert_eq!(cell.ttl(100), Some(10));
        assert_eq!(cell.value(110), None);
        assert_eq!(cell.ttl(110), None);
    }
}
