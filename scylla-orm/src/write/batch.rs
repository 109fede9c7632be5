//! Writes that are sent as one.

use std::marker::PhantomData;

use scylla_orm_driver::statement::BatchKind;

use crate::connection::Session;
use crate::error::Result;
use crate::exec::{BatchLwtWrite, BatchWrite, Call, Plan, serial_settings, settings};

mod member;

pub use member::Member;

/// Writes to one partition of one table, without conditions: all are seen at once, or none.
#[derive(Debug, Clone, Copy)]
pub enum OfPartition {}

/// Writes to several partitions, or tables: once the server has logged them, all are done at some time.
#[derive(Debug, Clone, Copy)]
pub enum Logged {}

/// Updates of counters.
#[derive(Debug, Clone, Copy)]
pub enum OfCounters {}

/// Writes to one partition of one table of which some have conditions: all are done if all conditions hold, else none.
#[derive(Debug, Clone, Copy)]
pub enum Conditions {}

/// Writes that are sent as one request, with one write time. `K` is what they are: [`OfPartition`], [`Logged`],
/// [`OfCounters`] or [`Conditions`].
///
/// A batch makes writes one whole; it does not make them faster. Many rows of different partitions are better written by
/// as many requests at once, each to the node that owns it.
///
/// A batch is built of what writes alone: inserts, saves, updates and deletes of any models. A query does not compile in
/// it, nor do counters beside other writes. What its statements say of sessions and consistency is an error: the batch
/// says it for all. Their TTLs and timestamps count.
///
/// ```no_run
/// # use scylla_orm::prelude::*;
/// # #[derive(Model)]
/// # struct Post {
/// #     #[cql(partition_key)] author: String,
/// #     #[cql(clustering_key)] id: i64,
/// #     #[cql(static_column)] posts: Option<i32>,
/// #     title: String,
/// # }
/// # #[derive(Model)]
/// # struct PostByTitle { #[cql(partition_key)] title: String, author: String, id: i64 }
/// # async fn f(post: Post, by_title: PostByTitle, all: Vec<Post>) -> scylla_orm::Result<()> {
/// // One partition.
/// let author = Post::objects().filter(Post::AUTHOR.eq("ann"));
/// Batch::new().with(post.insert()).with(author.update(Post::POSTS.set(7))).await?;
///
/// // Two tables that tell the same story.
/// Batch::logged().with(post.insert()).with(by_title.insert()).await?;
///
/// // As many as there are.
/// let mut batch = Batch::new();
/// for post in &all {
///     batch.push(post.save());
/// }
/// batch.await?;
///
/// // All of it, if nobody has taken the number.
/// let author = Post::objects().filter(Post::AUTHOR.eq("ann"));
/// let batch = Batch::new().with(post.insert().if_not_exists()).with(author.update(Post::POSTS.set(8)));
/// if batch.await?.is_applied() {
///     println!("written");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct Batch<'s, K = OfPartition> {
    plan: Plan,
    call: Call<'s>,
    kind: PhantomData<K>,
}

impl Batch<'static> {
    /// For one partition of one table. It is sent to a replica of it, and written without a log.
    // Nothing is `Default` here: which of the three it is should be read where it is made.
    #[expect(
        clippy::new_without_default,
        reason = "the kinds are told apart by name"
    )]
    pub fn new() -> Self {
        Batch::of(BatchKind::Unlogged, true)
    }

    /// For several partitions, or several tables. The server logs it first, on other nodes too, so it costs about twice
    /// as much; it is then all written sooner or later. Others may see a part of it before the rest.
    pub fn logged() -> Batch<'static, Logged> {
        Batch::of(BatchKind::Logged, false)
    }

    /// For counters, of any partition. Not sent again by itself: what was counted twice cannot be told.
    pub fn counters() -> Batch<'static, OfCounters> {
        Batch::of(BatchKind::Counter, false)
    }
}

impl<'s, K> Batch<'s, K> {
    fn of(kind: BatchKind, of_one_partition: bool) -> Self {
        Batch {
            plan: Plan {
                kind,
                of_one_partition,
                parts: Vec::new(),
            },
            call: Call::default(),
            kind: PhantomData,
        }
    }

    /// With one more statement. With a condition, the batch becomes one of [`Conditions`].
    pub fn with<S: Member<K>>(mut self, statement: S) -> Batch<'s, S::Makes> {
        self.plan.parts.push(statement.into_part());
        Batch {
            plan: self.plan,
            call: self.call,
            kind: PhantomData,
        }
    }

    /// Adds a statement that leaves the batch what it is: for loops.
    pub fn push<S: Member<K, Makes = K>>(&mut self, statement: S) -> &mut Self {
        self.plan.parts.push(statement.into_part());
        self
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.plan.parts.len()
    }

    /// Whether it has none. It then sends nothing.
    pub fn is_empty(&self) -> bool {
        self.plan.parts.is_empty()
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Batch<'t, K> {
        Batch {
            plan: self.plan,
            call: self.call.on(session),
            kind: PhantomData,
        }
    }

    settings!(call);

    /// When all of it counts as written, but for statements that say so themselves, in microseconds since 1970.
    pub fn timestamp(mut self, micros: i64) -> Self {
        self.call.options().timestamp = Some(micros);
        self
    }
}

impl Batch<'_, Conditions> {
    serial_settings!(call);
}

macro_rules! writes {
    ($($kind:ty),+) => {$(
        impl<'s> IntoFuture for Batch<'s, $kind> {
            type Output = Result<()>;
            type IntoFuture = BatchWrite<'s>;

            fn into_future(self) -> BatchWrite<'s> {
                BatchWrite::new(self.plan, self.call)
            }
        }
    )+};
}

writes!(OfPartition, Logged, OfCounters);

/// `Existing` is the server's answer: the rows that the conditions met, as [`rows_as`] or [`Answer::columns`] read them.
/// `Missing`: there is no such row.
///
/// [`rows_as`]: scylla_orm_driver::session::Answer::rows_as
/// [`Answer::columns`]: scylla_orm_driver::session::Answer::columns
impl<'s> IntoFuture for Batch<'s, Conditions> {
    type Output = <BatchLwtWrite<'s> as Future>::Output;
    type IntoFuture = BatchLwtWrite<'s>;

    fn into_future(self) -> BatchLwtWrite<'s> {
        BatchLwtWrite::new(self.plan, self.call)
    }
}
