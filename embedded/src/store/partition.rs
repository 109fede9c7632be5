//! One partition: its rows in clustering order, its static row, and tombstones over any part of it.

use crate::store::cell::Deletion;
use crate::store::position::{Position, Range};
use crate::store::row::{self, Count, Row};
use crate::store::rows::Rows;

/// A partition.
#[derive(Debug, Default)]
pub(crate) struct Partition {
    deletion: Option<Deletion>,
    /// Deleted ranges of rows.
    ranges: Vec<(Range, Deletion)>,
    /// Few tables have static columns: the others do not take the room.
    statics: Option<Box<Row>>,
    rows: Rows,
}

/// A write to one partition, applied as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) deletion: Option<Deletion>,
    pub(crate) ranges: Vec<(Range, Deletion)>,
    pub(crate) statics: Option<RowChange>,
    pub(crate) rows: Vec<(Position, RowChange)>,
    /// Whether a deleted counter stays deleted, as in ScyllaDB.
    pub(crate) counters_die: bool,
}

/// What a write adds to one row.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowChange {
    pub(crate) row: Row,
    pub(crate) counters: Vec<Count>,
}

impl Partition {
    /// The row at a place, tombstones and all.
    pub(crate) fn row(&self, position: &Position) -> Option<&Row> {
        self.rows.get(position)
    }

    /// All rows, tombstones and all, in clustering order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Position, &Row)> {
        self.rows.iter()
    }

    /// All that it is, as the write that makes it.
    pub(crate) fn everything(&self) -> Change {
        let of = |row: &Row| RowChange {
            row: row.clone(),
            counters: Vec::new(),
        };
        Change {
            deletion: self.deletion,
            ranges: self.ranges.clone(),
            statics: self.statics.as_deref().map(of),
            rows: self.all().map(|(at, row)| (at.clone(), of(row))).collect(),
            counters_die: false,
        }
    }

    /// The rows within a range, tombstones and all, in clustering order; a range that is empty has none.
    pub(crate) fn rows<'a>(
        &'a self,
        range: &Range,
    ) -> impl DoubleEndedIterator<Item = (&'a Position, &'a Row)> + use<'a> {
        self.rows.range(range)
    }

    pub(crate) fn statics(&self) -> &Row {
        self.statics.as_deref().unwrap_or(&row::NOTHING)
    }

    /// The places of rows that a change may alter: those there are, and those that it writes.
    pub(super) fn touched(&self, change: &Change) -> Vec<Position> {
        let written = change.rows.iter().map(|(position, _)| position);
        let ranges = change.ranges.iter();
        let deleted = ranges.flat_map(|(range, _)| self.rows(range).map(|(position, _)| position));
        let mut touched: Vec<Position> = match change.deletion {
            Some(_) => {
                let all = self.all().map(|(position, _)| position);
                all.chain(written).cloned().collect()
            }
            None => written.chain(deleted).cloned().collect(),
        };
        touched.sort();
        touched.dedup();
        touched
    }

    /// Puts a row in the place of what is there; none leaves nothing. Tells whether nothing at all is left.
    pub(super) fn put(&mut self, position: &Position, row: Option<Row>) -> bool {
        match row {
            Some(row) => self.rows.insert(position.clone(), row),
            None => self.rows.remove(position),
        }
        self.all().next().is_none()
    }

    /// Removes what a deletion covers of one column.
    pub(super) fn forget(&mut self, column: u32, deletion: Deletion) {
        if let Some(statics) = &mut self.statics {
            statics.forget(column, deletion);
        }
        self.rows.retain(|row| {
            row.forget(column, deletion);
            !row.is_empty()
        });
    }

    /// Writes one change.
    pub(crate) fn apply(&mut self, change: Change) {
        if let Some(deletion) = change.deletion {
            self.delete(deletion);
        }
        for (range, deletion) in change.ranges {
            self.delete_range(range, deletion);
        }
        let dies = change.counters_die;
        if let Some(statics) = change.statics {
            let row = self.statics.get_or_insert_default();
            statics.write_to(row, self.deletion, dies);
        }
        for (position, change) in change.rows {
            let covered = self.covering(&position);
            match self.rows.get_mut(&position) {
                Some(row) => {
                    change.write_to(row, covered, dies);
                    if row.is_empty() {
                        self.rows.remove(&position);
                    }
                }
                None => {
                    let mut row = Row::default();
                    change.write_to(&mut row, covered, dies);
                    if !row.is_empty() {
                        self.rows.insert(position, row);
                    }
                }
            }
        }
    }

    fn delete(&mut self, deletion: Deletion) {
        self.deletion = self.deletion.max(Some(deletion));
        if let Some(statics) = &mut self.statics {
            statics.cover(deletion);
        }
        self.rows.retain(|row| {
            row.cover(deletion);
            !row.is_empty()
        });
        self.ranges.retain(|(_, d)| *d > deletion);
    }

    fn delete_range(&mut self, range: Range, deletion: Deletion) {
        if range.is_empty() || self.deletion.is_some_and(|d| d >= deletion) {
            return;
        }
        self.rows.retain_within(&range, |row| {
            row.cover(deletion);
            !row.is_empty()
        });
        self.ranges
            .retain(|(r, d)| *d > deletion || !range.covers(r));
        self.ranges.push((range, deletion));
    }

    /// The latest tombstone over a place, beside the row's own.
    fn covering(&self, position: &Position) -> Option<Deletion> {
        let ranges = self
            .ranges
            .iter()
            .filter(|(range, _)| range.holds(position));
        ranges.map(|(_, d)| *d).max().max(self.deletion)
    }
}

impl RowChange {
    /// Writes it to `row`, of which `covered` is the latest tombstone over it beside the row's own.
    fn write_to(mut self, row: &mut Row, covered: Option<Deletion>, dies: bool) {
        if let Some(covered) = covered {
            self.row.cover(covered);
        }
        row.merge(self.row);
        let deletion = covered.max(row.deletion);
        for count in self.counters {
            if !deletion.is_some_and(|d| dies || d.covers(count.timestamp)) {
                row.count(count, dies);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use scylla_orm_driver::value::Type;

    use super::*;
    use crate::store::cell::{Cell, Content, Marker};
    use crate::store::position::Order;
    use crate::store::row::Stored;

    const V: u32 = 7;

    fn order() -> Order {
        Order::from_iter([(Type::Int, false)])
    }

    fn place(c: i32) -> Position {
        order().row(vec![c.to_be_bytes().to_vec()])
    }

    fn up_to(c: i32) -> Range {
        Range {
            start: order().prefix(Vec::new()).start,
            end: order().prefix(vec![c.to_be_bytes().to_vec()]).end,
        }
    }

    /// A row of one cell, and a marker if it is an INSERT.
    fn put(c: i32, timestamp: i64, insert: bool) -> Change {
        let content = Content::Live {
            value: [1].into(),
            expiry: None,
        };
        let row = Row {
            marker: insert.then_some(Marker {
                timestamp,
                expiry: None,
            }),
            deletion: None,
            columns: [(V, Stored::Atomic(Cell { timestamp, content }))].into(),
        };
        let counters = Vec::new();
        Change {
            rows: vec![(place(c), RowChange { row, counters })],
            ..Change::default()
        }
    }

    fn delete(timestamp: i64) -> Deletion {
        Deletion {
            timestamp,
            local: 0,
        }
    }

    fn delete_row(c: i32, timestamp: i64) -> Change {
        let mut change = RowChange::default();
        change.row.deletion = Some(delete(timestamp));
        Change {
            rows: vec![(place(c), change)],
            ..Change::default()
        }
    }

    fn delete_range(range: Range, timestamp: i64) -> Change {
        Change {
            ranges: vec![(range, delete(timestamp))],
            ..Change::default()
        }
    }

    fn delete_all(timestamp: i64) -> Change {
        Change {
            deletion: Some(delete(timestamp)),
            ..Change::default()
        }
    }

    /// The clustering values of the rows that a reader sees, whatever the order in which the changes arrive.
    fn check(changes: &[Change], expected: &[i32]) {
        let forward: Vec<&Change> = changes.iter().collect();
        let backward: Vec<&Change> = changes.iter().rev().collect();
        for order_of_arrival in [forward, backward] {
            let mut partition = Partition::default();
            for change in order_of_arrival {
                partition.apply(change.clone());
            }
            let seen: Vec<i32> = partition
                .rows(&order().prefix(Vec::new()))
                .filter(|(_, row)| row.is_alive([V].into_iter(), 0))
                .map(|(at, _)| i32::from_be_bytes(at.values()[0][..].try_into().unwrap()))
                .collect();
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn tombstones_cover_older_writes_only() {
        check(&[put(1, 5, true), put(2, 5, true)], &[1, 2]);
        check(&[put(1, 5, true), delete_row(1, 5)], &[]);
        check(&[put(1, 5, true), delete_row(1, 4)], &[1]);
        check(&[put(1, 5, true), put(2, 5, false), delete_all(5)], &[]);
        check(&[put(1, 6, true), put(2, 5, false), delete_all(5)], &[1]);
        let some = [put(1, 5, true), put(2, 6, true), put(3, 5, true)];
        check(&[&some[..], &[delete_range(up_to(2), 5)]].concat(), &[2, 3]);
        check(
            &[
                &some[..],
                &[delete_range(up_to(2), 9), delete_range(up_to(1), 2)],
            ]
            .concat(),
            &[3],
        );
        check(
            &[&some[..], &[delete_range(up_to(3), 5), delete_row(2, 7)]].concat(),
            &[],
        );
    }

    #[test]
    fn counters_add_and_stay_dead_where_the_server_says_so() {
        let count = |delta| Change {
            rows: vec![(
                place(1),
                RowChange {
                    counters: vec![Count {
                        column: V,
                        delta,
                        timestamp: 10,
                    }],
                    ..RowChange::default()
                },
            )],
            counters_die: true,
            ..Change::default()
        };
        let value = |partition: &Partition| {
            let row = partition.row(&place(1))?;
            let cell = row.atomic(V, 0)?;
            Some(i64::from_be_bytes(cell.value(0)?.try_into().unwrap()))
        };
        let mut partition = Partition::default();
        partition.apply(count(2));
        partition.apply(count(-5));
        assert_eq!(value(&partition), Some(-3));
        partition.apply(count(i64::MIN));
        assert_eq!(value(&partition), Some(i64::MAX - 2));
        partition.apply(delete_row(1, 10));
        partition.apply(count(1));
        assert_eq!(value(&partition), None);
    }
}
