//! One execution under way.

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::{ErrorKind, Result};
use crate::session::{Answer, Execution, Session};

/// An execution under way: what [`Session::run`] returns. Nothing is sent before it is polled.
///
/// # Cancel safety
/// It can be dropped at any moment. The answer is then thrown away when it comes; a write may still happen.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Run {
    session: Session,
    execution: Execution,
}

impl Run {
    pub(crate) fn new(session: Session, execution: Execution) -> Run {
        Run { session, execution }
    }
}

impl Future for Run {
    type Output = Result<Answer>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<Answer>> {
        let _ = (&self.session, &self.execution);
        Poll::Ready(Err(ErrorKind::Closed.into()))
    }
}
