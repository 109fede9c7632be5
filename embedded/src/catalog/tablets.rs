//! Tablets: how a table of ScyllaDB is cut along the ring, and which shard of which node keeps each piece.

mod fit;

use std::collections::BTreeMap;
use std::sync::Arc;

use scylla_orm_driver::token::{Token, murmur3};
use uuid::Uuid;

use crate::catalog::nodes::Node;

pub(in crate::catalog) use fit::fit;

/// The maps of all tables that have tablets, by the id of the table.
pub(crate) type Tablets = BTreeMap<Uuid, Arc<TabletMap>>;

/// The most tablets of one table: a map of more would serve nobody.
pub(crate) const MOST: usize = 1 << 17;

/// The tablets of one table, in the order of their tokens: each ends where the next one begins, the last one at the end
/// of the ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TabletMap {
    tablets: Vec<Tablet>,
}

/// A piece of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tablet {
    /// Its last token. The first one is behind the last one of the tablet before it.
    pub(crate) last: i64,
    /// Who keeps it; the order is that in which they are told.
    pub(crate) replicas: Vec<Replica>,
}

/// A shard of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Replica {
    pub(crate) node: usize,
    pub(crate) shard: u16,
}

/// A tablet with the token before its first one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    pub(crate) first: i64,
    pub(crate) tablet: &'a Tablet,
}

impl TabletMap {
    /// At least `count` pieces, a power of two of them and all of one size, which nobody keeps yet.
    pub(crate) fn new(count: usize) -> TabletMap {
        let count = count.clamp(1, MOST).next_power_of_two();
        let size = (1i128 << 64) / i128::try_from(count).unwrap_or(1);
        let lasts = (1..)
            .take(count)
            .map(|nth| i128::from(i64::MIN) + nth * size - 1);
        let tablet = |last: i128| Tablet {
            last: i64::try_from(last).unwrap_or(i64::MAX),
            replicas: Vec::new(),
        };
        TabletMap {
            tablets: lasts.map(tablet).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.tablets.len()
    }

    /// All pieces in their order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        (0..self.tablets.len()).filter_map(|at| self.piece(at))
    }

    /// The piece at that place.
    pub(crate) fn piece(&self, at: usize) -> Option<Piece<'_>> {
        let before = at.checked_sub(1).and_then(|at| self.tablets.get(at));
        Some(Piece {
            first: before.map_or(i64::MIN, |before| before.last),
            tablet: self.tablets.get(at)?,
        })
    }

    /// The place of the piece that has the token.
    pub(crate) fn place(&self, token: Token) -> usize {
        let at = self.tablets.partition_point(|t| t.last < token.0);
        at.min(self.tablets.len().saturating_sub(1))
    }

    /// The piece that has the token.
    pub(crate) fn find(&self, token: Token) -> Option<Piece<'_>> {
        self.piece(self.place(token))
    }

    /// Each piece becomes two on the same replicas, as when a table has grown. Nothing if there would be too many, or a
    /// piece has only one token.
    pub(crate) fn split(&self) -> Option<TabletMap> {
        let mut halves = Vec::with_capacity(self.tablets.len() * 2);
        for piece in self.pieces() {
            let size = i128::from(piece.tablet.last) - i128::from(piece.first);
            let middle = i128::from(piece.first) + size / 2;
            let middle = i64::try_from(middle).ok().filter(|_| size > 1)?;
            halves.push(Tablet {
                last: middle,
                replicas: piece.tablet.replicas.clone(),
            });
            halves.push(piece.tablet.clone());
        }
        (halves.len() <= MOST).then_some(TabletMap { tablets: halves })
    }

    /// Each two pieces become one where the first of them is, as when a table has shrunk. Nothing if there is only one.
    pub(crate) fn merge(&self) -> Option<TabletMap> {
        let both = |pair: &[Tablet]| match pair {
            [first, second] => Some(Tablet {
                last: second.last,
                replicas: first.replicas.clone(),
            }),
            rest => rest.first().cloned(),
        };
        let tablets: Vec<Tablet> = self.tablets.chunks(2).filter_map(both).collect();
        (self.tablets.len() > 1).then_some(TabletMap { tablets })
    }

    /// The same with the piece at that place on other replicas.
    pub(crate) fn with_replicas(&self, at: usize, replicas: Vec<Replica>) -> TabletMap {
        let mut map = self.clone();
        if let Some(tablet) = map.tablets.get_mut(at) {
            tablet.replicas = replicas;
        }
        map
    }
}

impl Piece<'_> {
    /// A number that is another one when its ends or its replicas are others. ScyllaDB hashes them in its own way; to
    /// clients it means nothing but that.
    pub(crate) fn version(&self, nodes: &[Node]) -> i64 {
        let mut bytes = Vec::from(self.first.to_be_bytes());
        bytes.extend(self.tablet.last.to_be_bytes());
        for replica in &self.tablet.replicas {
            let host = nodes.get(replica.node).map(|node| node.host_id);
            bytes.extend(host.unwrap_or_default().as_bytes());
            bytes.extend(replica.shard.to_be_bytes());
        }
        murmur3(&bytes).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasts(map: &TabletMap) -> Vec<i64> {
        map.pieces().map(|piece| piece.tablet.last).collect()
    }

    #[test]
    fn pieces_of_powers_of_two_end_where_scylladb_ends_them() {
        let four = [
            -4_611_686_018_427_387_905,
            -1,
            4_611_686_018_427_387_903,
            i64::MAX,
        ];
        assert_eq!(lasts(&TabletMap::new(1)), [i64::MAX]);
        assert_eq!(lasts(&TabletMap::new(2)), [-1, i64::MAX]);
        for count in [3, 4] {
            assert_eq!(lasts(&TabletMap::new(count)), four, "{count}");
        }
        assert_eq!(lasts(&TabletMap::new(0)), [i64::MAX]);
        let map = TabletMap::new(4);
        for (token, place) in [
            (i64::MIN, 0),
            (-4_611_686_018_427_387_905, 0),
            (-4_611_686_018_427_387_904, 1),
            (-1, 1),
            (0, 2),
            (i64::MAX, 3),
        ] {
            assert_eq!(map.place(Token(token)), place, "{token}");
        }
        assert_eq!(map.find(Token(0)).unwrap().first, -1);
        assert_eq!(map.find(Token(i64::MIN)).unwrap().first, i64::MIN);
    }

    #[test]
    fn splits_and_merges_undo_each_other() {
        let one = TabletMap::new(1);
        let two = one.split().unwrap();
        assert_eq!(two, TabletMap::new(2));
        assert_eq!(two.split().unwrap(), TabletMap::new(4));
        assert_eq!(two.split().unwrap().merge().unwrap(), two);
        assert_eq!(two.merge().unwrap(), one);
        assert_eq!(one.merge(), None);
        assert_eq!(TabletMap::new(MOST).split(), None);
    }

    #[test]
    fn a_version_changes_with_ends_and_replicas() {
        let map = TabletMap::new(2);
        let version = |map: &TabletMap| map.piece(1).unwrap().version(&[]);
        let moved = map.with_replicas(1, vec![Replica { node: 0, shard: 1 }]);
        assert_eq!(version(&map), version(&TabletMap::new(2)));
        assert_ne!(version(&map), version(&moved));
        assert_ne!(version(&map), version(&map.split().unwrap()));
    }
}
