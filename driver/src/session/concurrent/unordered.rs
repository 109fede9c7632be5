//! Results as they come.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::error::Result;
use crate::session::{Answer, IntoExecution};

use super::flights::Flights;

/// The results of many executions as they come, each with the number of its item, from 0: what
/// [`Concurrent::unordered`](super::Concurrent::unordered) returns. A stream.
#[must_use = "nothing is executed unless it is polled"]
pub struct Unordered<S>(Flights<S>);

impl<S> Unordered<S> {
    pub(super) fn new(flights: Flights<S>) -> Unordered<S> {
        Unordered(flights)
    }

    /// How many executions are under way at once at most; see
    /// [`Concurrent::at_once`](super::Concurrent::at_once).
    pub fn at_once(mut self, most: usize) -> Self {
        self.0.most = most.max(1);
        self
    }

    /// Stops at the first failure, which is then the last item: nothing more is begun, and the rest is given up.
    pub fn stop_at_error(mut self) -> Self {
        self.0.stops = true;
        self
    }
}

impl<S: Stream<Item: IntoExecution>> Unordered<S> {
    /// The next result; `None` after the last.
    ///
    /// # Cancel safety
    /// No result is lost.
    pub async fn next(&mut self) -> Option<(usize, Result<Answer>)> {
        poll_fn(|cx| self.poll_result(cx)).await
    }

    fn poll_result(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Result<Answer>)>> {
        let ended = ready!(self.0.poll_ended(0, cx));
        if self.0.stops && matches!(ended, Some((_, Err(_)))) {
            self.0.end();
        }
        Poll::Ready(ended)
    }
}

impl<S: Stream<Item: IntoExecution>> Stream for Unordered<S> {
    type Item = (usize, Result<Answer>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_result(cx)
    }
}

impl<S> fmt::Debug for Unordered<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unordered").field(&self.0).finish()
    }
}
