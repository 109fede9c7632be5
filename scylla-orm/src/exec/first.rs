//! The first row.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::Exec;
use super::read::{ReadRow, read_page};

/// The first row of a query, if there is one.
///
/// # Errors
/// As [`All`](super::All).
///
/// # Cancel safety
/// It can be dropped at any moment.
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

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // A page may be empty and not be the last.
        while let Some(page) = ready!(self.exec.poll_next(cx)) {
            let mut rows = Vec::new();
            read_page(self.exec.table(), &page?, 1, self.read, &mut rows)?;
            if let Some(row) = rows.pop() {
                return Poll::Ready(Ok(Some(row)));
            }
        }
        Poll::Ready(Ok(None))
    }
}
