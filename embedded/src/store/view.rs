//! Materialized views: rows of other tables that are made of each row as it is written.
//!
//! There is one copy of a view's data as of its base's, and both change at once. So a row of a view is never merged:
//! it is made anew of the row as it is, and put in the place of what was made before.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use uuid::Uuid;

use crate::store::partition::Change;
use crate::store::position::Position;
use crate::store::row::Row;
use crate::store::{Data, Key, Store};

/// What a view makes of the rows of its base.
pub(crate) trait View: Debug + Send + Sync {
    /// The id of the view's own table.
    fn id(&self) -> Uuid;

    /// The id of the table that it is a view of.
    fn base(&self) -> Uuid;

    /// The row of the view that a row of the base makes, unless it makes none.
    fn entry(&self, key: &Key, position: &Position, row: &Row) -> Option<Entry>;
}

/// A row of a view.
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) position: Position,
    pub(crate) row: Row,
}

impl Store {
    /// The views from now on; those that were not there before are filled with what their bases hold.
    pub(crate) fn set_views(&mut self, views: Vec<Arc<dyn View>>) {
        let before = std::mem::take(&mut self.views);
        let mut by_base: HashMap<Uuid, Vec<Arc<dyn View>>> = HashMap::new();
        for view in views {
            let known = before.get(&view.base()).into_iter().flatten();
            if !known.into_iter().any(|old| old.id() == view.id()) {
                self.fill(&*view);
            }
            by_base.entry(view.base()).or_default().push(view);
        }
        self.views = by_base;
    }

    fn fill(&mut self, view: &dyn View) {
        let mut filled = Data::default();
        for (key, partition) in &self.table(view.base()).0 {
            for (position, row) in partition.all() {
                if let Some(entry) = view.entry(key, position, row) {
                    filled.put(&entry.key, &entry.position, Some(entry.row));
                }
            }
        }
        self.tables.insert(view.id(), filled);
    }

    /// Writes a change to a table that has views.
    pub(super) fn apply_with_views(&mut self, table: Uuid, key: Key, change: Change) {
        let views = self.views.get(&table).cloned().unwrap_or_default();
        let data = self.tables.entry(table).or_default();
        let partition = data.0.entry(key.clone()).or_default();
        let touched = partition.touched(&change);
        let before: Vec<Option<Row>> = touched
            .iter()
            .map(|at| partition.row(at).cloned())
            .collect();
        partition.apply(change);
        let after: Vec<Option<Row>> = touched
            .iter()
            .map(|at| partition.row(at).cloned())
            .collect();
        for view in views {
            let entry = |position, row: &Option<Row>| view.entry(&key, position, row.as_ref()?);
            let own = self.tables.entry(view.id()).or_default();
            for ((position, before), after) in touched.iter().zip(&before).zip(&after) {
                if let Some(old) = entry(position, before) {
                    own.put(&old.key, &old.position, None);
                }
                if let Some(new) = entry(position, after) {
                    own.put(&new.key, &new.position, Some(new.row));
                }
            }
        }
    }
}
