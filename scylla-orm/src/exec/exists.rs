//! Whether there is a row.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::Exec;

/// Whether a query has any row.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Exists<'s> {
    exec: Exec<'s>,
}

impl<'s> Exists<'s> {
    pub(crate) fn new(exec: Exec<'s>) -> Self {
        Exists { exec }
    }
}

impl Future for Exists<'_> {
    type Output = Result<bool>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.exec).poll(cx))?;
        Poll::Ready(Ok(answer.count() > 0))
    }
}
