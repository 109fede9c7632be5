//! `INSERT` of a row.

use crate::column::{Assignable, Col};
use crate::connection::Session;
use crate::cql::{Flag, Raw, Verb};
use crate::error::Result;
use crate::exec::{Call, Exec, Lwt, LwtWrite, Part, Write, serial_settings, settings};
use crate::table::{Column, ColumnOf, Table};

use super::using::{Using, timestamp_setting, using_settings};

/// An insert that leaves out what is `None`.
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct Insert<'a, M> {
    row: &'a M,
    call: Call<'a>,
    /// Columns to be written as null.
    nulls: Vec<u8>,
    using: Using,
}

impl<'a, M: Table> Insert<'a, M> {
    pub(crate) fn new(row: &'a M) -> Self {
        Insert {
            row,
            call: Call::default(),
            nulls: Vec::new(),
            using: Using::default(),
        }
    }

    /// Runs on this session.
    pub fn on(mut self, session: &'a Session) -> Self {
        self.call = self.call.on(session);
        self
    }

    settings!(call);
    using_settings!();

    /// Writes null, which is a tombstone, where this column's field is `None`.
    pub fn null<K: ColumnOf<M>>(mut self, _: Col<K>) -> Self
    where
        K::Kind: Assignable,
    {
        self.nulls.push(<K as Column>::INDEX);
        self
    }

    /// Inserts it only if there is no such row.
    pub fn if_not_exists(self) -> InsertNew<'a, M> {
        InsertNew { insert: self }
    }

    /// The statement and the encoded values of its bind markers, without a server.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks.
    pub fn cql(&self) -> Result<(String, Vec<u8>)> {
        self.raw().cql(M::definition())
    }

    /// The write itself, which does not need the row any more.
    pub(crate) fn detached(&self) -> Write<'static> {
        Write::new(Exec::new(M::definition(), self.raw(), Call::default()))
    }

    pub(super) fn into_part(self) -> Part {
        Part::new(M::definition(), self.raw(), &self.call)
    }

    fn raw(&self) -> Raw {
        let mut raw = row(self.row, |column| self.nulls.contains(&column));
        self.using.append(&mut raw);
        raw
    }
}

impl<'a, M: Table> IntoFuture for Insert<'a, M> {
    type Output = Result<()>;
    type IntoFuture = Write<'a>;

    fn into_future(self) -> Write<'a> {
        Write::new(Exec::new(M::definition(), self.raw(), self.call))
    }
}

/// An insert of a row that is not there yet.
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct InsertNew<'a, M> {
    insert: Insert<'a, M>,
}

impl<'a, M: Table> InsertNew<'a, M> {
    /// Runs on this session.
    pub fn on(self, session: &'a Session) -> Self {
        InsertNew {
            insert: self.insert.on(session),
        }
    }

    settings!(insert.call);
    serial_settings!(insert.call);

    /// What is written vanishes after so many seconds. 0: never, whatever the table's default is.
    pub fn ttl(self, seconds: u32) -> Self {
        InsertNew {
            insert: self.insert.ttl(seconds),
        }
    }
}

impl<M: Table> InsertNew<'_, M> {
    /// The statement and the encoded values of its bind markers, without a server.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks.
    pub fn cql(&self) -> Result<(String, Vec<u8>)> {
        self.raw().cql(M::definition())
    }

    pub(super) fn into_part(self) -> Part {
        Part::new(M::definition(), self.raw(), &self.insert.call)
    }

    fn raw(&self) -> Raw {
        let mut raw = self.insert.raw();
        raw.shape.flag(Flag::IF_NOT_EXISTS);
        raw
    }
}

impl<'a, M: Table> IntoFuture for InsertNew<'a, M> {
    type Output = Result<Lwt<M>>;
    type IntoFuture = LwtWrite<'a, M>;

    fn into_future(self) -> LwtWrite<'a, M> {
        let exec = Exec::new(M::definition(), self.raw(), self.insert.call);
        LwtWrite::new(exec, |row, table| {
            let cells = row.in_order_of(table);
            M::from_row(&mut scylla_orm_driver::value::Cells::new(&cells)).map(Some)
        })
    }
}

/// An INSERT of all columns. What has no value is unset, or null if `null` says so of its column.
pub(super) fn row<M: Table>(row: &M, null: impl Fn(u8) -> bool) -> Raw {
    let mut raw = Raw::new(Verb::Insert);
    for (column, _) in (0..=u8::MAX).zip(M::definition().columns) {
        let at = raw.values.len();
        let mut some = false;
        raw.value(|out| some = row.cell(column, out));
        if !some {
            raw.values.truncate(at);
            if null(column) {
                raw.null()
            } else {
                raw.unset()
            }
        }
    }
    raw
}
