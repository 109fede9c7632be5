//! The rows of one partition in clustering order: a short list, or a tree where there are many.

use std::collections::BTreeMap;

use crate::store::position::{Position, Range};
use crate::store::row::Row;

/// Most partitions of most tables have one row or a few: a node of a tree has room for eleven.
const FEW: usize = 16;

/// The rows of a partition.
#[derive(Debug)]
pub(super) enum Rows {
    /// Sorted, and not more than [`FEW`].
    Few(Vec<(Position, Row)>),
    Many(BTreeMap<Position, Row>),
}

impl Default for Rows {
    fn default() -> Rows {
        Rows::Few(Vec::new())
    }
}

impl Rows {
    pub(super) fn get(&self, position: &Position) -> Option<&Row> {
        match self {
            Rows::Few(rows) => rows.get(find(rows, position).ok()?).map(|(_, row)| row),
            Rows::Many(rows) => rows.get(position),
        }
    }

    pub(super) fn get_mut(&mut self, position: &Position) -> Option<&mut Row> {
        match self {
            Rows::Few(rows) => {
                let at = find(rows, position).ok()?;
                rows.get_mut(at).map(|(_, row)| row)
            }
            Rows::Many(rows) => rows.get_mut(position),
        }
    }

    /// All rows, in clustering order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Position, &Row)> {
        let (few, many) = match self {
            Rows::Few(rows) => (Some(rows), None),
            Rows::Many(rows) => (None, Some(rows)),
        };
        let few = few
            .into_iter()
            .flatten()
            .map(|(position, row)| (position, row));
        few.chain(many.into_iter().flatten())
    }

    /// The rows within a range, in clustering order; a range that is empty has none.
    pub(super) fn range<'a>(
        &'a self,
        range: &Range,
    ) -> impl DoubleEndedIterator<Item = (&'a Position, &'a Row)> + use<'a> {
        let (few, many) = match self {
            Rows::Few(rows) => (rows.get(within(rows, range)), None),
            // `BTreeMap::range` panics on bounds that cross.
            Rows::Many(_) if range.is_empty() => (None, None),
            Rows::Many(rows) => (None, Some(rows.range(&range.start..=&range.end))),
        };
        let few = few.unwrap_or_default().iter();
        few.map(|(position, row)| (position, row))
            .chain(many.into_iter().flatten())
    }

    pub(super) fn insert(&mut self, position: Position, row: Row) {
        match self {
            Rows::Few(rows) => {
                match find(rows, &position) {
                    Ok(at) => {
                        if let Some(slot) = rows.get_mut(at) {
                            *slot = (position, row);
                        }
                    }
                    Err(at) => {
                        // A list that grows by itself begins with room for four.
                        if rows.is_empty() {
                            rows.reserve_exact(1);
                        }
                        rows.insert(at, (position, row));
                    }
                }
                if rows.len() > FEW {
                    *self = Rows::Many(std::mem::take(rows).into_iter().collect());
                }
            }
            Rows::Many(rows) => {
                rows.insert(position, row);
            }
        }
    }

    pub(super) fn remove(&mut self, position: &Position) {
        match self {
            Rows::Few(rows) => {
                if let Ok(at) = find(rows, position) {
                    rows.remove(at);
                }
            }
            Rows::Many(rows) => {
                rows.remove(position);
            }
        }
    }

    /// Keeps the rows of which `keep` is true.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut Row) -> bool) {
        match self {
            Rows::Few(rows) => rows.retain_mut(|(_, row)| keep(row)),
            Rows::Many(rows) => rows.retain(|_, row| keep(row)),
        }
    }

    /// The same for those within a range that is not empty.
    pub(super) fn retain_within(&mut self, range: &Range, mut keep: impl FnMut(&mut Row) -> bool) {
        match self {
            Rows::Few(rows) => {
                rows.retain_mut(|(position, row)| !range.holds(position) || keep(row));
            }
            Rows::Many(rows) => {
                let within = rows.range_mut(&range.start..=&range.end);
                let emptied = within.filter_map(|(position, row)| {
                    let emptied = !keep(row);
                    emptied.then(|| position.clone())
                });
                for position in emptied.collect::<Vec<_>>() {
                    rows.remove(&position);
                }
            }
        }
    }
}

fn find(rows: &[(Position, Row)], position: &Position) -> Result<usize, usize> {
    rows.binary_search_by(|(own, _)| own.cmp(position))
}

/// Where in a list the rows within a range stand.
fn within(rows: &[(Position, Row)], range: &Range) -> std::ops::Range<usize> {
    let start = rows.partition_point(|(position, _)| *position < range.start);
    let end = rows.partition_point(|(position, _)| *position <= range.end);
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use scylla_orm_driver::value::Type;

    use super::*;
    use crate::store::cell::Marker;
    use crate::store::position::{Edge, Order};

    fn place(c: i32, edge: Edge) -> Position {
        let order = Order::from_iter([(Type::Int, false)]);
        order.position(vec![c.to_be_bytes().to_vec()], edge)
    }

    /// A row that tells which one it is.
    fn row(n: i32) -> Row {
        Row {
            marker: Some(Marker {
                timestamp: n.into(),
                expiry: None,
            }),
            ..Row::default()
        }
    }

    /// Even numbers below `2 * count`, put in from the middle outwards.
    fn even(count: i32) -> Rows {
        let mut rows = Rows::default();
        for n in 0..count {
            let c = 2 * ((n * 7 + count / 2) % count);
            rows.insert(place(c, Edge::At), row(c));
        }
        rows
    }

    fn seen(rows: &Rows, from: i32, to: i32) -> Vec<i64> {
        let range = Range {
            start: place(from, Edge::Before),
            end: place(to, Edge::After),
        };
        let timestamps = |(_, row): (&Position, &Row)| row.marker.map_or(-1, |m| m.timestamp);
        let mut backward: Vec<i64> = rows.range(&range).rev().map(timestamps).collect();
        backward.reverse();
        let forward: Vec<i64> = rows.range(&range).map(timestamps).collect();
        assert_eq!(forward, backward);
        forward
    }

    #[test]
    fn a_list_and_a_tree_hold_the_same() {
        // 7 divides none of them: each number is met once.
        for count in [1, 2, 3, 15, 16, 17, 40] {
            let mut rows = even(count);
            assert_eq!(matches!(rows, Rows::Few(_)), count <= 16);
            let all: Vec<i64> = (0..count).map(|n| i64::from(2 * n)).collect();
            assert_eq!(seen(&rows, -1, 2 * count), all, "{count}");
            assert_eq!(seen(&rows, 1, 3), all.get(1..2).unwrap_or_default());
            assert_eq!(seen(&rows, 3, 1), [0; 0]);
            assert_eq!(rows.get(&place(0, Edge::At)), Some(&row(0)));
            assert_eq!(rows.get(&place(1, Edge::At)), None);
            rows.insert(place(0, Edge::At), row(9));
            assert_eq!(rows.get(&place(0, Edge::At)), Some(&row(9)));
            rows.remove(&place(0, Edge::At));
            assert_eq!(seen(&rows, -1, 2 * count), all[1..]);
            let start = place(1, Edge::Before);
            let end = place(4, Edge::After);
            rows.retain_within(&Range { start, end }, |_| false);
            assert_eq!(seen(&rows, -1, 2 * count), all.get(3..).unwrap_or_default());
            rows.retain(|_| false);
            assert_eq!(seen(&rows, -1, 2 * count), [0; 0]);
        }
    }
}
