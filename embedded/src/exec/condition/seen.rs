//! What a conditional write finds: its row, and the static row of the partition.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::catalog::table::{Column, ColumnKind, Table};
use crate::exec::modify::Write;
use crate::exec::record::Record;
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::store::partition::Partition;
use crate::store::position::{Order, Position};
use crate::store::row::{NOTHING, Row};
use crate::store::{Key, Store};

/// The data that a condition judges.
pub(crate) struct Seen<'s> {
    table: &'s Table,
    key: &'s Key,
    /// Whether it is about a row, not about static columns alone.
    of_row: bool,
    statics: &'s Row,
    /// The row, if it is there, and where it stands.
    row: Option<(Position, &'s Row)>,
    shown: Reads,
    now: i64,
}

/// What of the data the judging of conditions reads, and so what an answer can show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reads {
    /// The ids of static columns.
    pub(crate) statics: BTreeSet<u32>,
    /// Whether others are read.
    pub(crate) regulars: bool,
}

impl Reads {
    /// These columns.
    pub(crate) fn of<'c>(columns: impl Iterator<Item = &'c Column>) -> Reads {
        let mut reads = Reads::default();
        for column in columns {
            match column.kind {
                ColumnKind::Static => reads.statics.extend([column.id]),
                _ => reads.regulars = true,
            }
        }
        reads
    }

    /// What at least one of the two reads.
    pub(crate) fn and(mut self, other: Reads) -> Reads {
        self.statics.extend(other.statics);
        Reads {
            statics: self.statics,
            regulars: self.regulars || other.regulars,
        }
    }
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
        let reads = write.modify.reads(env.flavor);
        let table = &*write.modify.table;
        let position = position.filter(|_| write.modify.reads_row(env.flavor));
        Ok(Seen::new((table, key, position), reads, store, env))
    }

    /// What is there at a place of a partition; without a place it is about the partition's static columns.
    pub(crate) fn new(
        (table, key, position): (&'s Table, &'s Key, Option<Position>),
        shown: Reads,
        store: &'s Store,
        env: &Env<'_>,
    ) -> Seen<'s> {
        let now = env.now;
        let partition = store.table(table.id).partition(key);
        let statics = partition.map_or(&NOTHING, Partition::statics);
        let regulars = || {
            let columns = table.columns.iter();
            columns
                .filter(|c| c.kind == ColumnKind::Regular)
                .map(|c| c.id)
        };
        let is_alive = |row: &Row| row.is_alive(regulars(), now);
        let of_row = position.is_some();
        let row = match position {
            Some(at) => partition
                .and_then(|p| p.row(&at))
                .filter(|row| is_alive(row))
                .map(|row| (at, row)),
            // Cassandra reads static columns with the first row of their partition. It finds a row without its marker
            // only by reading its columns.
            None if env.flavor == Flavor::Cassandra => partition.and_then(|p| {
                first(p, table, |row| match shown.regulars {
                    true => is_alive(row),
                    false => row.is_alive(std::iter::empty(), now),
                })
            }),
            None => None,
        };
        Seen {
            table,
            key,
            of_row,
            statics,
            row,
            shown,
            now,
        }
    }

    /// Whether what the statement is about exists.
    pub(crate) fn exists(&self) -> bool {
        match self.of_row {
            true => self.row.is_some(),
            false => self.has_statics(),
        }
    }

    /// Whether there is a row to show.
    pub(crate) fn has_row(&self) -> bool {
        self.row.is_some()
    }

    /// Whether there is anything to show.
    pub(crate) fn is_there(&self) -> bool {
        let statics = self.shown.statics.iter().copied();
        self.row.is_some() || self.statics.is_alive(statics, self.now)
    }

    fn has_statics(&self) -> bool {
        let columns = self.table.columns.iter();
        let statics = columns.filter(|c| c.kind == ColumnKind::Static);
        self.statics.is_alive(statics.map(|c| c.id), self.now)
    }

    /// Where the row stands that is shown, if there is one.
    fn place(&self) -> Option<&Position> {
        self.row.as_ref().map(|(at, _)| at)
    }

    /// The value of the column at this place of the table.
    pub(crate) fn value(&self, column: usize) -> Option<Cow<'_, [u8]>> {
        let is_key = self.table.columns.get(column)?.is_key();
        if is_key && !self.is_there() {
            return None;
        }
        let record = Record {
            key: self.key,
            position: self.place(),
            statics: self.statics,
            row: self.row.as_ref().map(|(_, row)| *row),
        };
        record.value(self.table, column, self.now)
    }

    /// Whether an answer shows the column at this place of the table.
    fn shows(&self, column: usize) -> bool {
        let Some(column) = self.table.columns.get(column) else {
            return false;
        };
        match column.kind {
            ColumnKind::Static => self.shown.statics.contains(&column.id),
            ColumnKind::Regular => self.shown.regulars,
            ColumnKind::Partition | ColumnKind::Clustering => true,
        }
    }

    /// A row of an answer: whether it was applied, and the values of these columns.
    pub(crate) fn row(&self, applied: bool, shown: &[usize]) -> Vec<Option<Vec<u8>>> {
        let applied = Some(vec![u8::from(applied)]);
        let values = shown.iter().map(|at| {
            let value = self.value(*at).filter(|_| self.shows(*at));
            value.map(Cow::into_owned)
        });
        std::iter::once(applied).chain(values).collect()
    }
}

/// The first row of a partition that is there.
fn first<'s>(
    partition: &'s Partition,
    table: &Table,
    is_alive: impl Fn(&Row) -> bool,
) -> Option<(Position, &'s Row)> {
    let all = Order::of(table).prefix(Vec::new());
    let (at, row) = partition.rows(&all).find(|(_, row)| is_alive(row))?;
    Some((at.clone(), row))
}
