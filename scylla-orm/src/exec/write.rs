//! A write without an answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::Result;

use super::Exec;

/// A write without an answer.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Write<'s> {
    /// `None` if there is nothing to write.
    exec: Option<Exec<'s>>,
}

impl<'s> Write<'s> {
    pub(crate) fn new(exec: Exec<'s>) -> Self {
        Write { exec: Some(exec) }
    }

    /// A write of nothing.
    pub(crate) fn nothing() -> Self {
        Write { exec: None }
    }
}

impl Future for Write<'_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let Some(exec) = &mut self.exec {
            ready!(Pin::new(exec).poll(cx))?;
        }
        Poll::Ready(Ok(()))
    }
}
