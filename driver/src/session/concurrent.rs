//! Many executions on one session, a bounded number of them at once.

mod flights;
mod unordered;

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::stream::{self, TryStreamExt};

use crate::error::Result;
use crate::session::{Answer, IntoExecution, Session};

use flights::Flights;

pub use unordered::Unordered;

/// How many executions of one [`execute_concurrent`](Session::execute_concurrent) are under way at once, unless it
/// says otherwise.
pub const AT_ONCE: usize = 100;

impl Session {
    /// Executes many statements, at most [`AT_ONCE`] of them at once, and gives their results in the order of the
    /// items: each an [`Execution`](crate::session::Execution), or a prepared statement with its values.
    ///
    /// Each request has its own deadline, its own retries, and goes to the node and shard that own its partition, as by
    /// [`run`](Session::run). An item is taken when there is room for it, so `items` may be endless. Nothing is sent
    /// before the result is polled, and new requests begin only while it is.
    ///
    /// # Errors
    /// Each item has a result of its own: those of [`run`](Session::run), and
    /// [`ErrorKind::Encode`](crate::ErrorKind::Encode), for which nothing is sent. A failure stops nothing, unless
    /// [`stop_at_error`](Concurrent::stop_at_error) or [`all`](Concurrent::all) says so.
    ///
    /// # Cancel safety
    /// Dropping the result gives up all that is under way; writes among it may still happen. Each item that was taken
    /// from `items` was begun, and none is taken that is not.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
    /// let insert = session.prepare("INSERT INTO shop.items (id, price) VALUES (?, ?)").await?;
    /// let rows = (0..10_000).map(|id| (&insert, (id, 9.95)));
    /// session.execute_concurrent(rows).at_once(256).all().await?;
    ///
    /// let select = session.prepare("SELECT price FROM shop.items WHERE id = ?").await?;
    /// let mut prices = session.execute_concurrent((0..10_000).map(|id| (&select, (id,))));
    /// while let Some(result) = prices.next().await {
    ///     match result {
    ///         Ok(answer) => println!("{:?}", answer.first_as::<(f64,)>()?),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn execute_concurrent<I>(&self, items: I) -> Concurrent<stream::Iter<I::IntoIter>>
    where
        I: IntoIterator<Item: IntoExecution>,
    {
        self.execute_concurrent_stream(stream::iter(items))
    }

    /// The same for items that come by and by. While the stream has none, what is under way goes on.
    ///
    /// # Errors
    /// As [`execute_concurrent`](Session::execute_concurrent).
    ///
    /// # Cancel safety
    /// As [`execute_concurrent`](Session::execute_concurrent): of a stream that is passed by reference, none is lost
    /// that was not begun.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(
    /// #     session: scylla_orm_driver::Session,
    /// #     readings: impl futures_util::Stream<Item = (i32, f64)>,
    /// # ) -> scylla_orm_driver::Result<()> {
    /// use futures_util::StreamExt;
    ///
    /// let insert = session.prepare("INSERT INTO climate.readings (sensor, value) VALUES (?, ?)").await?;
    /// let mut written = session
    ///     .execute_concurrent_stream(readings.map(|reading| (&insert, reading)))
    ///     .unordered();
    /// while let Some((index, result)) = written.next().await {
    ///     if let Err(error) = result {
    ///         eprintln!("reading {index}: {error}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn execute_concurrent_stream<S>(&self, items: S) -> Concurrent<S>
    where
        S: Stream<Item: IntoExecution>,
    {
        Concurrent {
            flights: Flights::new(self.clone(), items),
            waiting: VecDeque::new(),
            held: 0,
            given: 0,
        }
    }
}

/// The results of many executions, in the order of the items: what
/// [`execute_concurrent`](Session::execute_concurrent) returns. A stream.
///
/// A result that waits for an earlier one counts as under way, so that one slow request does not pile up the answers to
/// the others: [`unordered`](Concurrent::unordered) does not wait.
#[must_use = "nothing is executed unless it is polled"]
pub struct Concurrent<S> {
    flights: Flights<S>,
    /// The results of the items from number `given` on, as far as they are there.
    waiting: VecDeque<Option<Result<Answer>>>,
    /// How many of them are there.
    held: usize,
    given: usize,
}

impl<S> Concurrent<S> {
    /// How many executions are under way at once at most. 0 counts as 1. Other requests of the session are not counted.
    pub fn at_once(mut self, most: usize) -> Self {
        self.flights.most = most.max(1);
        self
    }

    /// Stops at the first failure, which is then the last item: what comes before it in order is still given, nothing
    /// more is begun, and the rest is given up.
    pub fn stop_at_error(mut self) -> Self {
        self.flights.stops = true;
        self
    }

    /// The results as they come, each with the number of its item, from 0.
    pub fn unordered(self) -> Unordered<S> {
        Unordered::new(self.flights)
    }

    fn end(&mut self) {
        self.flights.end();
        self.waiting.clear();
        self.held = 0;
    }
}

impl<S: Stream<Item: IntoExecution>> Concurrent<S> {
    /// The next result; `None` after the last.
    ///
    /// # Cancel safety
    /// No result is lost.
    pub async fn next(&mut self) -> Option<Result<Answer>> {
        poll_fn(|cx| self.poll_result(cx)).await
    }

    /// All answers, in the order of the items. It keeps them in memory.
    ///
    /// # Errors
    /// The first failure, as [`stop_at_error`](Concurrent::stop_at_error).
    ///
    /// # Cancel safety
    /// As [`execute_concurrent`](Session::execute_concurrent).
    pub async fn all(self) -> Result<Vec<Answer>> {
        self.stop_at_error().try_collect().await
    }

    fn poll_result(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Answer>>> {
        loop {
            if let Some(result) = self.take() {
                if result.is_err() && self.flights.stops {
                    self.end();
                }
                return Poll::Ready(Some(result));
            }
            match ready!(self.flights.poll_ended(self.held, cx)) {
                Some((number, result)) => self.keep(number, result),
                None => return Poll::Ready(None),
            }
        }
    }

    /// The next result in order, if it is there.
    fn take(&mut self) -> Option<Result<Answer>> {
        let result = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.held -= 1;
        self.given += 1;
        Some(result)
    }

    fn keep(&mut self, number: usize, result: Result<Answer>) {
        if result.is_err() && self.flights.stops {
            self.flights.begin_no_more();
        }
        let place = number - self.given;
        if self.waiting.len() <= place {
            self.waiting.resize_with(place + 1, || None);
        }
        if let Some(kept) = self.waiting.get_mut(place) {
            *kept = Some(result);
            self.held += 1;
        }
    }
}

impl<S: Stream<Item: IntoExecution>> Stream for Concurrent<S> {
    type Item = Result<Answer>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_result(cx)
    }
}

impl<S> fmt::Debug for Concurrent<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Concurrent")
            .field("flights", &self.flights)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}
