//! A write without an answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::connection::On;
use crate::error::Result;

use super::{Call, Exec};

/// A write without an answer.
///
/// # Errors
/// What the server says; what the session says, if there is none or no node can be asked. Of a write that is sent as
/// several requests some may have been done.
///
/// # Cancel safety
/// It can be dropped at any moment. Once it was polled, it may be written all the same.
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

    /// On the session that `call` names, and as it says, where it does not say so itself.
    pub(crate) fn by(self, call: &Call<'s>) -> Self {
        let exec = self.exec.map(|exec| {
            let mut exec = match call.on {
                On::Given(session) if exec.is_ambient() => exec.on(session),
                _ => exec,
            };
            if let (Some(own), Some(options)) = (exec.call(), &call.options) {
                own.options.get_or_insert_with(|| options.clone());
            }
            exec
        });
        Write { exec }
    }

    /// A write of nothing.
    pub(crate) fn nothing() -> Self {
        Write { exec: None }
    }
}

impl Future for Write<'_> {
    type Output = Result<()>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let Some(exec) = &mut self.exec {
            // One per partition key that is written.
            while let Some(done) = ready!(exec.poll_next(cx)) {
                done?;
            }
        }
        Poll::Ready(Ok(()))
    }
}
