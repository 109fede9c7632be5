//! Many writes, each a request of its own.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::connection::Session;
use crate::error::Result;
use crate::exec::{Call, Write, settings};

/// How many writes of one [`WriteAll`] are under way at once, unless it says otherwise.
pub const AT_ONCE: usize = 128;

/// Executes many inserts, saves, updates or deletes, of any models: as [`WriteAll`] does.
///
/// ```no_run
/// # use scylla_orm::prelude::*;
/// # #[derive(Model)]
/// # struct Post { #[cql(partition_key)] id: i32, stars: i32 }
/// # async fn f(posts: Vec<Post>) -> scylla_orm::Result<()> {
/// // Rows alone have a shorter word.
/// Post::insert_all(&posts).await?;
///
/// write_all(posts.iter().map(|post| post.insert().ttl(3600))).await?;
/// let unstarred = |post: &Post| Post::objects().filter(Post::ID.eq(post.id)).update(Post::STARS.set(0));
/// write_all(posts.iter().map(unstarred)).at_once(16).await?;
/// # Ok(())
/// # }
/// ```
pub fn write_all<'s, I>(statements: I) -> WriteAll<'s, impl Stream<Item = Write<'s>> + use<'s, I>>
where
    I: IntoIterator<Item: IntoFuture<IntoFuture = Write<'s>>>,
{
    write_stream(stream::iter(statements))
}

/// The same for statements that come by and by. While the stream has none, what is under way goes on.
pub fn write_stream<'s, S>(
    statements: S,
) -> WriteAll<'s, impl Stream<Item = Write<'s>> + use<'s, S>>
where
    S: Stream<Item: IntoFuture<IntoFuture = Write<'s>>>,
{
    WriteAll {
        writes: statements.map(IntoFuture::into_future),
        call: Call::default(),
        at_once: AT_ONCE,
    }
}

/// Many writes, each a request of its own, to the node and shard that own its partition; at most [`AT_ONCE`] are under
/// way at once. What is to be written is taken when there is room for it, so it may be endless.
///
/// That is faster than a batch, for which one node does the work of all, and a failure concerns one write.
///
/// Awaited, it gives the number of writes, or the first failure: the rest is then given up, some of it written and some
/// not. [`results`](WriteAll::results) gives the outcome of each instead.
///
/// # Cancel safety
/// It can be dropped at any moment. What was begun may be written all the same; nothing else is taken.
#[must_use = "does nothing until awaited"]
pub struct WriteAll<'s, W> {
    writes: W,
    call: Call<'s>,
    at_once: usize,
}

impl<'s, W> WriteAll<'s, W> {
    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> WriteAll<'t, W> {
        WriteAll {
            writes: self.writes,
            call: self.call.on(session),
            at_once: self.at_once,
        }
    }

    /// How many are under way at once at most. 0 counts as 1.
    pub fn at_once(mut self, writes: usize) -> Self {
        self.at_once = writes.max(1);
        self
    }

    settings!(call);
}

impl<'s, W: Stream<Item = Write<'s>> + Send + 's> WriteAll<'s, W> {
    /// The outcome of each as it comes, with its number, from 0. A failure stops nothing: here is where to count progress,
    /// and to keep what is to be tried again.
    ///
    /// ```no_run
    /// # use scylla_orm::prelude::*;
    /// # use futures_util::StreamExt;
    /// # #[derive(Model)]
    /// # struct Post { #[cql(partition_key)] id: i32 }
    /// # async fn f(posts: Vec<Post>) {
    /// let mut results = Post::insert_all(&posts).results();
    /// let mut failed = Vec::new();
    /// while let Some((number, result)) = results.next().await {
    ///     if let Err(error) = result {
    ///         eprintln!("post {number}: {error}");
    ///         failed.push(&posts[number]);
    ///     }
    /// }
    /// # }
    /// ```
    pub fn results(self) -> Results<'s> {
        let WriteAll {
            writes,
            call,
            at_once,
        } = self;
        let writes = writes.enumerate().map(move |(number, write)| {
            let write = write.by(&call);
            async move { (number, write.await) }
        });
        Results(writes.buffer_unordered(at_once).boxed())
    }
}

impl<'s, W: Stream<Item = Write<'s>> + Send + 's> IntoFuture for WriteAll<'s, W> {
    type Output = Result<u64>;
    type IntoFuture = WritingAll<'s>;

    fn into_future(self) -> WritingAll<'s> {
        let results = self.results().map(|(_, result)| result);
        WritingAll(Box::pin(
            results.try_fold(0, async |count, ()| Ok(count + 1)),
        ))
    }
}

impl<W> fmt::Debug for WriteAll<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteAll")
            .field("call", &self.call)
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}

/// The outcomes of many writes, as they come: a stream. Nothing is sent unless it is polled.
#[must_use = "streams do nothing unless polled"]
pub struct Results<'s>(BoxStream<'s, (usize, Result<()>)>);

impl Stream for Results<'_> {
    type Item = (usize, Result<()>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for Results<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Results")
    }
}

/// Many writes under way, all of which are to succeed: their number.
#[must_use = "futures do nothing unless awaited"]
pub struct WritingAll<'s>(BoxFuture<'s, Result<u64>>);

impl Future for WritingAll<'_> {
    type Output = Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<u64>> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for WritingAll<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WritingAll")
    }
}
