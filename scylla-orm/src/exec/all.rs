//! All rows.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::Exec;
use super::read::{ReadRow, read_page};

/// All rows of a query. Pages are fetched, one after another, until there are no more.
///
/// # Errors
/// What the server says of the statement; what the session says, if there is none or no node can be asked; what of a
/// row is not as the model says.
///
/// # Cancel safety
/// It can be dropped at any moment.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct All<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
    rows: Vec<T>,
}

impl<'s, T> All<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>) -> Self {
        All {
            exec,
            read,
            rows: Vec::new(),
        }
    }
}

// Nothing in it is pinned.
impl<T> Unpin for All<'_, T> {}

impl<T> Future for All<'_, T> {
    type Output = Result<Vec<T>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        while let Some(page) = ready!(this.exec.poll_next(cx)) {
            let table = this.exec.table();
            read_page(table, &page?, usize::MAX, this.read, &mut this.rows)?;
        }
        Poll::Ready(Ok(mem::take(&mut this.rows)))
    }
}
