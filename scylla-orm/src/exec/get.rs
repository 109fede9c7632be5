//! The one row.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::connection::Session;
use crate::error::{Error, ErrorKind, Result};

use super::{Exec, First, ReadRow, rows};

/// The one row of a query, or of a key.
///
/// # Errors
/// [`ErrorKind::NotFound`] if there is none, [`ErrorKind::MultipleFound`] if there are several.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Get<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
}

impl<'s, T> Get<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>) -> Self {
        Get { exec, read }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Get<'t, T> {
        Get {
            exec: self.exec.on(session),
            read: self.read,
        }
    }

    /// How many replicas must answer, instead of the session's choice.
    pub fn consistency(mut self, level: scylla_orm_driver::frame::Consistency) -> Self {
        if let Some(call) = self.exec.call() {
            call.options().consistency = Some(level);
        }
        self
    }

    /// How long it may take, all attempts together, instead of the session's choice.
    pub fn timeout(mut self, after: std::time::Duration) -> Self {
        if let Some(call) = self.exec.call() {
            call.options().timeout = Some(after);
        }
        self
    }

    /// The row, or `None` if there is none.
    pub fn optional(self) -> First<'s, T> {
        First::new(self.exec, self.read)
    }
}

impl<T> Future for Get<'_, T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.exec).poll(cx))?;
        let table = self.exec.table();
        let mut rows = rows(table, &answer, 2, self.read)?;
        Poll::Ready(match (rows.pop(), rows.pop()) {
            (Some(row), None) => Ok(row),
            (None, _) => Err(Error::new(ErrorKind::NotFound).of(table.model)),
            (Some(_), Some(_)) => Err(Error::new(ErrorKind::MultipleFound).of(table.model)),
        })
    }
}
