//! How many rows.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use scylla_orm_driver::value::FromCql;

use crate::error::Result;

use super::{Exec, rows};

/// How many rows a query has, counted by the server.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Count<'s> {
    exec: Exec<'s>,
}

impl<'s> Count<'s> {
    pub(crate) fn new(exec: Exec<'s>) -> Self {
        Count { exec }
    }
}

impl Future for Count<'_> {
    type Output = Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.exec).poll(cx))?;
        let counts = rows(self.exec.table(), &answer, 1, |cells| {
            i64::take(cells).map_err(|fault| (0, fault))
        })?;
        Poll::Ready(Ok(counts
            .into_iter()
            .filter_map(|count| u64::try_from(count).ok())
            .sum()))
    }
}
