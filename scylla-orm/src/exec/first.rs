//! The first row.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::{Exec, ReadRow, rows};

/// The first row of a query, if there is one.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct First<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
}

impl<'s, T> First<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>) -> Self {
        First { exec, read }
    }
}

impl<T> Future for First<'_, T> {
    type Output = Result<Option<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.exec).poll(cx))?;
        Poll::Ready(rows(self.exec.table(), &answer, 1, self.read).map(|mut rows| rows.pop()))
    }
}
