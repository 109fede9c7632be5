//! The rows that a WHERE selects, one after another, as they are stored.

use std::ops::Bound;

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::record::Record;
use crate::exec::restrict::{Partitions, Selection};
use crate::exec::select::page::Place;
use crate::store::partition::Partition;
use crate::store::position::{Edge, Order, Position, Range};
use crate::store::row::Row;
use crate::store::{Data, Key};

/// How to read.
pub(super) struct Reader<'r> {
    pub(super) table: &'r Table,
    pub(super) selection: &'r Selection,
    /// Whether rows come against the table's order.
    pub(super) reversed: bool,
    /// Whether each partition is one row, of its key and static columns.
    pub(super) distinct: bool,
    /// Whether a partition with nothing but static columns is a row.
    pub(super) shows_statics: bool,
    pub(super) now: i64,
    /// Behind which row to begin.
    pub(super) after: Option<&'r Place>,
}

/// What the reader is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Row,
    /// Leave the rest of the partition.
    Partition,
    End,
}

impl Reader<'_> {
    /// Shows `visit` each selected row until it wants no more.
    pub(super) fn read<'a, E>(
        &self,
        data: &'a Data,
        mut visit: impl FnMut(Record<'a>) -> Result<Next, E>,
    ) -> Result<(), E> {
        for (key, partition) in self.partitions(data) {
            if self.partition(key, partition, &mut visit)? == Next::End {
                break;
            }
        }
        Ok(())
    }

    /// The selected partitions, from the one in which to begin.
    fn partitions<'a>(
        &self,
        data: &'a Data,
    ) -> Box<dyn Iterator<Item = (&'a Key, &'a Partition)> + 'a> {
        match &self.selection.partitions {
            Partitions::Range(from, to) => {
                let from = match (self.after, from) {
                    // Not before the range, should the place be of another statement.
                    (Some(place), Bound::Included(from)) => {
                        Bound::Included(place.key.clone().max(from.clone()))
                    }
                    (Some(place), _) => Bound::Included(place.key.clone()),
                    (None, from) => from.clone(),
                };
                data.scan(from, to.clone())
            }
            Partitions::Keys(keys) => {
                let first = match self.after {
                    Some(place) => keys.iter().position(|key| *key == place.key),
                    None => Some(0),
                };
                let rest = first
                    .and_then(|first| keys.get(first..))
                    .unwrap_or_default();
                let found: Vec<_> = rest.iter().filter_map(|key| data.entry(key)).collect();
                Box::new(found.into_iter())
            }
        }
    }

    fn partition<'a, E>(
        &self,
        key: &'a Key,
        partition: &'a Partition,
        visit: &mut impl FnMut(Record<'a>) -> Result<Next, E>,
    ) -> Result<Next, E> {
        let after = self.after.filter(|place| place.key == *key);
        if after.is_some_and(|place| place.row.is_none()) {
            return Ok(Next::Row);
        }
        let bare = Record {
            key,
            position: None,
            statics: partition.statics(),
            row: None,
        };
        if self.distinct {
            return match self.is_there(partition) && self.keeps(&bare) {
                true => visit(bare),
                false => Ok(Next::Row),
            };
        }
        // A page that continues in a partition has shown rows of it.
        let mut has_rows = after.is_some();
        for range in self.ranges(after) {
            for (position, row) in self.rows(partition, &range) {
                if !self.is_alive(row, ColumnKind::Regular) {
                    continue;
                }
                has_rows = true;
                let record = Record {
                    position: Some(position),
                    row: Some(row),
                    ..bare
                };
                if !self.keeps(&record) {
                    continue;
                }
                match visit(record)? {
                    Next::Row => {}
                    other => return Ok(other),
                }
            }
        }
        let statics = self.shows_statics && !has_rows;
        if statics && self.is_alive(partition.statics(), ColumnKind::Static) && self.keeps(&bare) {
            return visit(bare);
        }
        Ok(Next::Row)
    }

    /// The selected ranges of rows in the order of reading, without what lies before `after`.
    fn ranges(&self, after: Option<&Place>) -> Vec<Range> {
        let mut ranges = self.selection.ranges.clone();
        if self.reversed {
            ranges.reverse();
        }
        let Some(row) = after.and_then(|place| place.row.as_ref()) else {
            return ranges;
        };
        let order = Order::of(self.table);
        for range in &mut ranges {
            match self.reversed {
                false => {
                    let edge = order.position(row.clone(), Edge::After);
                    range.start = edge.max(range.start.clone());
                }
                true => {
                    let edge = order.position(row.clone(), Edge::Before);
                    range.end = edge.min(range.end.clone());
                }
            }
        }
        ranges
    }

    fn rows<'a>(
        &self,
        partition: &'a Partition,
        range: &Range,
    ) -> Box<dyn Iterator<Item = (&'a Position, &'a Row)> + 'a> {
        match self.reversed {
            false => Box::new(partition.rows(range)),
            true => Box::new(partition.rows(range).rev()),
        }
    }

    fn keeps(&self, record: &Record<'_>) -> bool {
        self.selection.keeps(record, self.table, self.now)
    }

    /// Whether a partition has anything at all.
    fn is_there(&self, partition: &Partition) -> bool {
        let all = Order::of(self.table).prefix(Vec::new());
        self.is_alive(partition.statics(), ColumnKind::Static)
            || partition
                .rows(&all)
                .any(|(_, row)| self.is_alive(row, ColumnKind::Regular))
    }

    fn is_alive(&self, row: &Row, kind: ColumnKind) -> bool {
        row.is_alive(self.table.vital(kind), self.now)
    }
}
