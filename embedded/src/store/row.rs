//! One row, or the static row of a partition: its marker, its tombstone and its columns.

use std::collections::BTreeMap;

use crate::store::cell::{Cell, Content, Deletion, Marker};
use crate::store::columns::Columns;

/// A row as it is stored, and also what a write adds to it: writing is merging.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) marker: Option<Marker>,
    pub(crate) deletion: Option<Deletion>,
    /// By the columns' ids.
    pub(crate) columns: Columns,
}

/// What is stored of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    Atomic(Cell),
    Elements(Elements),
}

/// A collection or user-defined type that is not frozen: a cell per element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Elements {
    /// Covers the elements of what the column was before.
    pub(crate) deletion: Option<Deletion>,
    /// By place in a list, by element of a set, by key of a map, by index of a field.
    pub(crate) cells: BTreeMap<Vec<u8>, Cell>,
}

/// An addition to a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) column: u32,
    pub(crate) delta: i64,
    pub(crate) timestamp: i64,
}

/// The static row of a partition that has none.
pub(crate) static NOTHING: Row = Row {
    marker: None,
    deletion: None,
    columns: Columns::new(),
};

impl Row {
    /// Adds what `other` says; the later one wins, cell by cell. Nothing that the result's tombstone covers stays.
    pub(crate) fn merge(&mut self, other: Row) {
        if self.is_empty() {
            *self = other;
            if let Some(deletion) = self.deletion {
                self.cover(deletion);
            }
            return;
        }
        if let Some(deletion) = other.deletion {
            self.delete(deletion);
        }
        if let Some(marker) = other.marker {
            match &mut self.marker {
                Some(mine) => mine.merge(marker),
                None => self.marker = Some(marker),
            }
        }
        for (id, stored) in other.columns {
            self.columns.put(id, stored, Stored::merge);
        }
        if let Some(deletion) = self.deletion {
            self.cover(deletion);
        }
    }

    /// Puts a tombstone on the row.
    pub(crate) fn delete(&mut self, deletion: Deletion) {
        self.deletion = self.deletion.max(Some(deletion));
        self.cover(deletion);
    }

    /// Removes what `deletion` covers, the row's own tombstone among it.
    pub(crate) fn cover(&mut self, deletion: Deletion) {
        if self.marker.is_some_and(|m| deletion.covers(m.timestamp)) {
            self.marker = None;
        }
        if self.deletion.is_some_and(|d| d < deletion) {
            self.deletion = None;
        }
        self.columns.retain(|stored| stored.survives(deletion));
    }

    /// Removes what a deletion covers of one column.
    pub(super) fn forget(&mut self, column: u32, deletion: Deletion) {
        self.columns
            .retain_with_ids(|id, stored| id != column || stored.survives(deletion));
    }

    /// Adds to a counter. `dies` says that a deleted counter stays deleted.
    pub(crate) fn count(&mut self, count: Count, dies: bool) {
        let mut timestamp = count.timestamp;
        let mut total = count.delta;
        if let Some(Stored::Atomic(cell)) = self.columns.get(count.column) {
            timestamp = timestamp.max(cell.timestamp);
            match &cell.content {
                Content::Dead { .. } if dies => return,
                Content::Dead { .. } => {}
                Content::Live { value, .. } => {
                    let before = (**value).try_into().map_or(0, i64::from_be_bytes);
                    total = total.wrapping_add(before);
                }
            }
        }
        let content = Content::Live {
            value: total.to_be_bytes().into(),
            expiry: None,
        };
        let cell = Cell { timestamp, content };
        self.columns.insert(count.column, Stored::Atomic(cell));
    }

    /// Whether anything of it must be kept, if only to cover older writes that come later.
    pub(crate) fn is_empty(&self) -> bool {
        self.marker.is_none() && self.deletion.is_none() && self.columns.is_empty()
    }

    /// Whether a reader sees it: its marker or one of these columns is alive at second `now`.
    pub(crate) fn is_alive(&self, mut columns: impl Iterator<Item = u32>, now: i64) -> bool {
        self.marker.is_some_and(|marker| marker.is_alive(now))
            || columns.any(|id| {
                self.columns
                    .get(id)
                    .is_some_and(|stored| stored.is_alive(now))
            })
    }

    /// The live cell of a column that is not stored by elements.
    pub(crate) fn atomic(&self, column: u32, now: i64) -> Option<&Cell> {
        match self.columns.get(column)? {
            Stored::Atomic(cell) => cell.value(now).map(|_| cell),
            Stored::Elements(_) => None,
        }
    }

    /// The live elements of a column, by their place, element, key or index.
    pub(crate) fn elements(&self, column: u32, now: i64) -> impl Iterator<Item = (&[u8], &Cell)> {
        let cells = match self.columns.get(column) {
            Some(Stored::Elements(elements)) => Some(&elements.cells),
            _ => None,
        };
        cells
            .into_iter()
            .flatten()
            .filter(move |(_, cell)| cell.value(now).is_some())
            .map(|(key, cell)| (&**key, cell))
    }
}

impl Stored {
    fn merge(&mut self, other: Stored) {
        match (self, other) {
            (Stored::Atomic(mine), Stored::Atomic(cell)) => mine.merge(cell),
            (Stored::Elements(mine), Stored::Elements(elements)) => mine.merge(elements),
            // A column's id never changes its kind.
            (mine, other) => *mine = other,
        }
    }

    /// Removes what `deletion` covers; false if nothing is left.
    fn survives(&mut self, deletion: Deletion) -> bool {
        match self {
            Stored::Atomic(cell) => !deletion.covers(cell.timestamp),
            Stored::Elements(elements) => {
                if elements.deletion.is_some_and(|d| d <= deletion) {
                    elements.deletion = None;
                }
                elements.cells.retain(|_, c| !deletion.covers(c.timestamp));
                elements.deletion.is_some() || !elements.cells.is_empty()
            }
        }
    }

    fn is_alive(&self, now: i64) -> bool {
        match self {
            Stored::Atomic(cell) => cell.value(now).is_some(),
            Stored::Elements(elements) => elements.cells.values().any(|c| c.value(now).is_some()),
        }
    }
}

impl Elements {
    fn merge(&mut self, other: Elements) {
        self.deletion = self.deletion.max(other.deletion);
        for (key, cell) in other.cells {
            match self.cells.get_mut(&key) {
                Some(mine) => mine.merge(cell),
                None => {
                    self.cells.insert(key, cell);
                }
            }
        }
        if let Some(deletion) = self.deletion {
            self.cells.retain(|_, c| !deletion.covers(c.timestamp));
        }
    }
}
