//! How many rows.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use scylla_orm_driver::value::{Cells, FromCql};

use crate::error::Result;

use super::Exec;
use super::read::read_page;

/// How many rows a query has, counted by the server.
///
/// # Errors
/// As [`All`](super::All).
///
/// # Cancel safety
/// It can be dropped at any moment.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Count<'s> {
    exec: Exec<'s>,
    rows: u64,
}

impl<'s> Count<'s> {
    pub(crate) fn new(exec: Exec<'s>) -> Self {
        Count { exec, rows: 0 }
    }
}

impl Future for Count<'_> {
    type Output = Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // One per partition key that is asked for.
        while let Some(page) = ready!(self.exec.poll_next(cx)) {
            let mut counts = Vec::new();
            let read = |cells: &mut Cells<'_>| i64::take(cells).map_err(|fault| (0, fault));
            read_page(self.exec.table(), &page?, usize::MAX, read, &mut counts)?;
            self.rows += counts.into_iter().map(i64::unsigned_abs).sum::<u64>();
        }
        Poll::Ready(Ok(self.rows))
    }
}
