//! Executions under way, each with the number of its item.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::error::Result;
use crate::session::{Answer, IntoExecution, Run, Session};

use super::AT_ONCE;

/// Executions under way, and where more come from.
pub(super) struct Flights<S> {
    session: Session,
    /// `None` when no more are to be begun.
    items: Option<Pin<Box<S>>>,
    running: FuturesUnordered<Numbered>,
    /// Items that were taken.
    taken: usize,
    pub(super) most: usize,
    /// Whether the first failure is the end.
    pub(super) stops: bool,
}

/// An execution under way. Nothing else of an item takes memory.
struct Numbered {
    number: usize,
    run: Run,
}

impl Future for Numbered {
    type Output = (usize, Result<Answer>);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = ready!(Pin::new(&mut self.run).poll(cx));
        Poll::Ready((self.number, result))
    }
}

impl<S> Flights<S> {
    pub(super) fn new(session: Session, items: S) -> Flights<S> {
        Flights {
            session,
            items: Some(Box::pin(items)),
            running: FuturesUnordered::new(),
            taken: 0,
            most: AT_ONCE,
            stops: false,
        }
    }

    pub(super) fn begin_no_more(&mut self) {
        self.items = None;
    }

    /// Gives up what is under way.
    pub(super) fn end(&mut self) {
        self.begin_no_more();
        self.running.clear();
    }
}

impl<S: Stream<Item: IntoExecution>> Flights<S> {
    /// The next execution that ends; `None` after the last. Others are begun meanwhile, as long as fewer are under way
    /// than may be, those included whose results are `held` by the caller.
    pub(super) fn poll_ended(
        &mut self,
        held: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(usize, Result<Answer>)>> {
        while self.running.len() + held < self.most
            && let Some(items) = &mut self.items
        {
            match items.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    let number = self.taken;
                    self.taken += 1;
                    match item.into_execution() {
                        Ok(execution) => {
                            let run = self.session.run(execution);
                            self.running.push(Numbered { number, run });
                        }
                        Err(error) => return Poll::Ready(Some((number, Err(error)))),
                    }
                }
                Poll::Ready(None) => self.items = None,
                Poll::Pending => break,
            }
        }
        match ready!(self.running.poll_next_unpin(cx)) {
            // The items wake this task when there is another.
            None if self.items.is_some() => Poll::Pending,
            ended => Poll::Ready(ended),
        }
    }
}

impl<S> fmt::Debug for Flights<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights")
            .field("under_way", &self.running.len())
            .field("taken", &self.taken)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}
