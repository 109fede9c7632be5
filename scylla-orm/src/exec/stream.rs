//! Rows one by one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::{Exec, ReadRow, rows};

/// The rows of a query one by one; it holds one page and fetches the next.
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Stream<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
    page: std::vec::IntoIter<T>,
    done: bool,
}

impl<'s, T> Stream<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>) -> Self {
        Stream {
            exec,
            read,
            page: Vec::new().into_iter(),
            done: false,
        }
    }
}

// Nothing in it is pinned.
impl<T> Unpin for Stream<'_, T> {}

impl<T> futures_core::Stream for Stream<'_, T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(row) = self.page.next() {
            return Poll::Ready(Some(Ok(row)));
        }
        if self.done {
            return Poll::Ready(None);
        }
        let answer = ready!(Pin::new(&mut self.exec).poll(cx));
        self.done = true;
        self.page = rows(self.exec.table(), &answer?, usize::MAX, self.read)?.into_iter();
        Poll::Ready(self.page.next().map(Ok))
    }
}
