//! Whether there is a row.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::Exec;

/// Whether a query has any row.
///
/// # Errors
/// As [`All`](super::All).
///
/// # Cancel safety
/// It can be dropped at any moment.
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
        // A page may be empty and not be the last.
        while let Some(page) = ready!(self.exec.poll_next(cx)) {
            if page?.count > 0 {
                return Poll::Ready(Ok(true));
            }
        }
        Poll::Ready(Ok(false))
    }
}
