//! A row that remembers what was read.

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::connection::Session;
use crate::cql::{Flag, Raw, Verb};
use crate::error::{Error, Result};
use crate::exec::{Call, Exec, Write, settings};
use crate::table::Table;

use super::using::{Using, timestamp_setting, using_settings};

/// A row that remembers what was read, so that its [`save`](Tracked::save) writes only what was changed.
///
/// It remembers the encoded cells, so that no `Clone` or `PartialEq` is asked of the fields.
///
/// A row that was made by an update, and not by an insert, vanishes when its last column becomes null; one that was
/// inserted stays, with its key alone.
#[derive(Debug, Clone)]
pub struct Tracked<M> {
    row: M,
    was: Vec<Cell>,
}

/// `None` is null.
type Cell = Option<Box<[u8]>>;

impl<M: Table> Tracked<M> {
    pub(crate) fn new(row: M) -> Self {
        let was = cells(&row);
        Tracked { row, was }
    }

    /// The row, without the memory.
    pub fn into_inner(self) -> M {
        self.row
    }

    /// Whether a column differs from what was read.
    pub fn is_changed(&self) -> bool {
        cells(&self.row) != self.was
    }

    /// Writes the columns that were changed, `None` as null; nothing if none was.
    ///
    /// Every column is in the statement, those that did not change as unset: one statement per model, not one per set
    /// of changed columns. A change of the key is an error: insert the row under its new key, and delete the old one.
    pub fn save(&mut self) -> SaveTracked<'_, M> {
        SaveTracked {
            tracked: self,
            call: Call::default(),
            using: Using::default(),
        }
    }
}

impl<M> Deref for Tracked<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.row
    }
}

impl<M> DerefMut for Tracked<M> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.row
    }
}

/// A write of what was changed in a row.
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct SaveTracked<'a, M> {
    tracked: &'a mut Tracked<M>,
    call: Call<'a>,
    using: Using,
}

impl<'a, M: Table> SaveTracked<'a, M> {
    /// Runs on this session.
    pub fn on(mut self, session: &'a Session) -> Self {
        self.call = self.call.on(session);
        self
    }

    settings!(call);
    using_settings!();

    /// The statement and the encoded values of its bind markers, without a server; `None` if nothing was changed.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) if the key was changed.
    pub fn cql(&self) -> Result<Option<(String, Vec<u8>)>> {
        let raw = changes::<M>(&self.tracked.was, &cells(&self.tracked.row))?;
        raw.map(|raw| self.using.before(raw).cql(M::definition()))
            .transpose()
    }
}

impl<'a, M: Table> IntoFuture for SaveTracked<'a, M> {
    type Output = Result<()>;
    type IntoFuture = SavingTracked<'a, M>;

    fn into_future(self) -> SavingTracked<'a, M> {
        let now = cells(&self.tracked.row);
        let write = match changes::<M>(&self.tracked.was, &now) {
            Err(error) => Err(Some(error)),
            Ok(None) => Ok(Write::nothing()),
            Ok(Some(raw)) => {
                let raw = self.using.before(raw);
                Ok(Write::new(Exec::new(M::definition(), raw, self.call)))
            }
        };
        SavingTracked {
            write,
            tracked: self.tracked,
            now,
        }
    }
}

/// A write of what was changed in a row, under way. What was written is remembered only when it succeeded.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct SavingTracked<'a, M> {
    /// An error that was found before anything was sent, until it is returned.
    write: std::result::Result<Write<'a>, Option<Error>>,
    tracked: &'a mut Tracked<M>,
    now: Vec<Cell>,
}

impl<M> Unpin for SavingTracked<'_, M> {}

impl<M: Table> Future for SavingTracked<'_, M> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        match &mut this.write {
            Err(error) => Poll::Ready(error.take().map_or(Ok(()), Err)),
            Ok(write) => {
                ready!(Pin::new(write).poll(cx))?;
                this.tracked.was = std::mem::take(&mut this.now);
                Poll::Ready(Ok(()))
            }
        }
    }
}

fn cells<M: Table>(row: &M) -> Vec<Cell> {
    let columns = (0..=u8::MAX).zip(M::definition().columns);
    columns
        .map(|(column, _)| {
            let mut bytes = Vec::new();
            row.cell(column, &mut bytes).then(|| bytes.into())
        })
        .collect()
}

/// The update from one state of a row to another; `None` if they are the same.
fn changes<M: Table>(was: &[Cell], now: &[Cell]) -> Result<Option<Raw>> {
    let table = M::definition();
    let mut raw = Raw::new(Verb::Update);
    raw.shape.flag(Flag::WHOLE);
    let mut changed = false;
    for ((index, column), (was, now)) in (0..=u8::MAX).zip(table.columns).zip(was.iter().zip(now)) {
        if table.key.contains(&index) {
            if was != now {
                let name = column.name;
                return Err(Error::invalid(format!(
                    "key column `{name}` was changed, and an update cannot move a row: insert the row under its new \
                     key and delete the old one"
                ))
                .of(table.model));
            }
            continue;
        }
        match now {
            _ if was == now => raw.unset(),
            None => raw.null(),
            Some(bytes) => raw.value(|out| out.extend_from_slice(bytes)),
        }
        changed |= was != now;
    }
    for &index in table.key {
        let cell = now.get(usize::from(index)).and_then(Option::as_deref);
        raw.value(|out| out.extend_from_slice(cell.unwrap_or_default()));
    }
    Ok(changed.then_some(raw))
}
