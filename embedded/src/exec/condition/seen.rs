//! What a conditional write finds: its row, and the static row of the partition.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::modify::Write;
use crate::exec::record::Record;
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::store::partition::Partition;
use crate::store::position::Position;
use crate::store::row::Row;
use crate::store::{Key, Store};

static NOTHING: Row = Row {
    marker: None,
    deletion: None,
    columns: BTreeMap::new(),
};

/// The data that a condition judges.
pub(crate) struct Seen<'s> {
    table: &'s Table,
    key: &'s Key,
    /// Where the row stands; None if the statement is about static columns alone.
    position: Option<Position>,
    statics: &'s Row,
    /// The row, if it is there.
    row: Option<&'s Row>,
    has_statics: bool,
    now: i64,
}

impl<'s> Seen<'s> {
    /// What is there of the one row, or static row, that a write is about.
    ///
    /// # Errors
    /// A key that selects nothing.
    pub(crate) fn of(
        write: &'s Write<'_>,
        store: &'s Store,
        env: &Env<'_>,
    ) -> Result<Seen<'s>, Failure> {
        let Some(key) = write.selection.keys().first() else {
            return Err(Failure::invalid("Empty partition key range"));
        };
        let position = write.rows().into_iter().next();
        if position.is_none() && write.modify.is_on_rows() {
            return Err(Failure::invalid("Empty clustering range"));
        }
        let table = &*write.modify.table;
        Ok(Seen::new(table, key, position, store, env.now))
    }

    /// What is there at a place.
    pub(crate) fn new(
        table: &'s Table,
        key: &'s Key,
        position: Option<Position>,
        store: &'s Store,
        now: i64,
    ) -> Seen<'s> {
        let partition = store.table(table.id).partition(key);
        let statics = partition.map_or(&NOTHING, Partition::statics);
        let ids = |kind| {
            let columns = table.columns.iter().filter(move |c| c.kind == kind);
            columns.map(|c| c.id)
        };
        let row = position.as_ref().and_then(|at| partition?.row(at));
        Seen {
            table,
            key,
            statics,
            row: row.filter(|row| row.is_alive(ids(ColumnKind::Regular), now)),
            has_statics: statics.is_alive(ids(ColumnKind::Static), now),
            position,
            now,
        }
    }

    /// Whether what the statement is about exists.
    pub(crate) fn exists(&self) -> bool {
        match self.position {
            Some(_) => self.row.is_some(),
            None => self.has_statics,
        }
    }

    /// Whether there is anything to show.
    pub(crate) fn is_there(&self) -> bool {
        self.row.is_some() || self.has_statics
    }

    /// Whether there is anything to show to one who reads the row, and of the static columns only these.
    pub(crate) fn shows(&self, columns: &[usize]) -> bool {
        let columns = columns.iter().filter_map(|at| self.table.columns.get(*at));
        let statics = columns.filter(|column| column.kind == ColumnKind::Static);
        self.row.is_some() || self.statics.is_alive(statics.map(|c| c.id), self.now)
    }

    /// The value of the column at this place of the table.
    pub(crate) fn value(&self, column: usize) -> Option<Cow<'_, [u8]>> {
        let is_key = self.table.columns.get(column)?.is_key();
        if is_key && !self.is_there() {
            return None;
        }
        let record = Record {
            key: self.key,
            position: self.position.as_ref().filter(|_| self.row.is_some()),
            statics: self.statics,
            row: self.row,
        };
        record.value(self.table, column, self.now)
    }

    /// A row of an answer: whether it was applied, and the values of these columns.
    pub(crate) fn row(&self, applied: bool, shown: &[usize]) -> Vec<Option<Vec<u8>>> {
        let applied = Some(vec![u8::from(applied)]);
        let values = shown.iter().map(|at| self.value(*at).map(Cow::into_owned));
        std::iter::once(applied).chain(values).collect()
    }
}
