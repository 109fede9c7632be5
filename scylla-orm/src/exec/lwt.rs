//! A write under conditions, and what came of it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use scylla_orm_driver::value::{Cells, Column, Fault, FromCql};

use crate::error::{Error, ErrorKind, Result};
use crate::table::{NamedRow, TableDef};

use super::Exec;

/// The outcome of a conditional write (a light-weight transaction).
///
/// On ScyllaDB a row that is null in every column of the conditions looks like one that is not there; both are
/// `Missing`. Cassandra tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lwt<T> {
    /// The conditions held, and it was written.
    Applied,
    /// It was not written: the row says this.
    Existing(T),
    /// It was not written: there is no such row.
    Missing,
}

impl<T> Lwt<T> {
    /// Whether it was written.
    pub fn is_applied(&self) -> bool {
        matches!(self, Lwt::Applied)
    }

    /// What the row says, if it was not written and there is one.
    pub fn existing(self) -> Option<T> {
        match self {
            Lwt::Existing(row) => Some(row),
            Lwt::Applied | Lwt::Missing => None,
        }
    }
}

/// Reads what a row says; a fault comes with the index of its column in the model.
pub(crate) type ReadNamed<T> = fn(&NamedRow<'_>, &TableDef) -> Result<T, (u16, Fault)>;

/// A write under conditions.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct LwtWrite<'s, T> {
    exec: Exec<'s>,
    read: ReadNamed<T>,
}

impl<'s, T> LwtWrite<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadNamed<T>) -> Self {
        LwtWrite { exec, read }
    }
}

impl<T> Future for LwtWrite<'_, T> {
    type Output = Result<Lwt<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.exec).poll(cx))?;
        let (table, full) = (self.exec.table(), self.exec.answers_in_full());
        let outcome = outcome(answer.columns(), answer.cells(), full, table, self.read);
        Poll::Ready(outcome.map_err(|e| e.of(table.model)))
    }
}

/// `full`: the server answers with the old row in full, null if there is none.
fn outcome<'a, T>(
    columns: &'a [Column],
    mut cells: Cells<'a>,
    full: bool,
    table: &TableDef,
    read: ReadNamed<T>,
) -> Result<Lwt<T>> {
    let decode = |column: &str, fault| {
        Error::new(ErrorKind::Decode {
            column: column.into(),
            row: 0,
            fault,
        })
    };
    let broken = |fault| decode("[applied]", fault);
    let row = NamedRow::read(columns, &mut cells).map_err(broken)?;
    let applied = row.cell("[applied]").flatten();
    if bool::decode(applied).map_err(broken)? {
        return Ok(Lwt::Applied);
    }
    if row.width() == 1 || full && row.is_blank() {
        return Ok(Lwt::Missing);
    }
    let existing = read(&row, table);
    existing.map(Lwt::Existing).map_err(|(column, fault)| {
        let name = table
            .columns
            .get(usize::from(column))
            .map_or("?", |column| column.name);
        decode(name, fault)
    })
}
