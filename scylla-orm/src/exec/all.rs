//! All rows.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::{Exec, ReadRow, rows};

/// All rows of a query.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct All<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
}

impl<'s, T> All<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>) -> Self {
        All { exec, read }
    }
}

impl<T> Future for All<'_, T> {
    type Output = Result<Vec<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.exec).poll(cx))?;
        Poll::Ready(rows(self.exec.table(), &answer, usize::MAX, self.read))
    }
}
