//! Reads: queries whose rules the compiler checks, and those that are checked when they run.

use std::marker::PhantomData;

use crate::column::{Assign, Columns, Filter, OrderBy};
use crate::connection::Session;
use crate::cql::{Flag, Op, Raw, Verb};
use crate::exec::{
    All, Call, Count, Exec, Exists, First, Get, NextPage, PageToken, ReadRow, Stream,
    page_settings, settings,
};
use crate::rules::{
    Countable, Deletable, Filtering, Limited, Orderable, Readable, Scanned, Updatable, Where,
};
use crate::table::{Table, TableDef, Writable};
use crate::write::{Delete, Update};

mod only;
mod select;

pub use only::Only;
pub use select::Select;

/// A query whose rules are checked by the compiler: `W` says which columns are filtered and how.
///
/// It is a shell over a query without a type: it is instantiated once per state, so each method takes itself apart at
/// once (no drop glue of its own) and calls no other generic method of it.
#[must_use = "a query does nothing until a verb such as `.all()` ends it"]
pub struct Query<'s, M, W> {
    q: Untyped<'s>,
    of: PhantomData<fn() -> (M, W)>,
}

impl<M: Table, W> std::fmt::Debug for Query<'_, M, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.q.fmt(M::definition(), f)
    }
}

impl<M: Table, W> Query<'static, M, W> {
    pub(crate) fn start() -> Self {
        Query {
            q: Untyped {
                raw: Raw::new(Verb::Select),
                call: Call::default(),
            },
            of: PhantomData,
        }
    }
}

/// What a query is made of.
impl<'s, M: Table, W> Query<'s, M, W> {
    /// Adds conditions: one, several joined by `.and(..)`, or a tuple. Their values are encoded here, so that the
    /// query borrows none of them.
    pub fn filter<F: Filter<M, W>>(self, conditions: F) -> Query<'s, M, F::Out> {
        let Query { mut q, .. } = self;
        conditions.apply(&mut q.raw);
        Query { q, of: PhantomData }
    }

    /// Sorts by the clustering columns, as declared or all reversed: one, or a tuple of the first ones. It comes after
    /// the filters on the partition key.
    pub fn order_by<O: OrderBy<M::Order>>(self, _: O) -> Self
    where
        W: Orderable,
    {
        Query {
            q: self.q.order(O::REVERSED),
            of: PhantomData,
        }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Query<'t, M, W> {
        Query {
            q: Untyped {
                raw: self.q.raw,
                call: self.q.call.on(session),
            },
            of: PhantomData,
        }
    }

    settings!(q.call);
    page_settings!(q.call);

    /// This query, checked. It has one type whatever the filters: store it, return it, add to it at run time.
    pub fn build(self) -> Select<'s, M>
    where
        W: Readable<M>,
    {
        Select::new(self.q)
    }

    /// This query, to be checked when it runs and not by the compiler.
    pub fn dynamic(self) -> Select<'s, M> {
        Select::new(self.q.flag(Flag::DYNAMIC))
    }

    /// Some columns of the rows instead of whole ones. A verb follows; filters come before.
    pub fn only<C: Columns<M>>(self, _: C) -> Only<'s, C::Row>
    where
        W: Readable<M>,
    {
        let mut q = self.q;
        C::pick(&mut q.raw);
        Only::new(M::definition(), q, C::read)
    }
}

/// Reading verbs.
impl<'s, M: Table, W> Query<'s, M, W> {
    /// All rows. There is no hidden limit: pages are fetched until there are no more.
    pub fn all(self) -> All<'s, M>
    where
        W: Readable<M>,
    {
        self.q.all(M::definition(), M::from_row)
    }

    /// The one row that there is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::error::ErrorKind::NotFound) if there is none,
    /// [`ErrorKind::MultipleFound`](crate::error::ErrorKind::MultipleFound) if there are several.
    pub fn get(self) -> Get<'s, M>
    where
        W: Readable<M>,
    {
        self.q.get(M::definition(), M::from_row)
    }

    /// The rows one by one: one page is held, and the next is fetched.
    pub fn stream(self) -> Stream<'s, M>
    where
        W: Readable<M>,
    {
        self.q.stream(M::definition(), M::from_row)
    }

    /// One page: the first, or the one that a token from the page before names.
    pub fn page(self, after: Option<PageToken>) -> NextPage<'s, M>
    where
        W: Readable<M>,
    {
        self.q.page(M::definition(), M::from_row, after)
    }
}

impl<'s, M: Table, P, C, X, L> Query<'s, M, Where<P, C, X, L>> {
    /// At most so many rows.
    pub fn limit(self, rows: u32) -> Query<'s, M, Where<P, C, X, Limited>> {
        Query {
            q: self.q.limit(rows),
            of: PhantomData,
        }
    }

    /// "I mean every row."
    pub fn scan(self) -> Query<'s, M, Where<P, C, X, Scanned>> {
        Query {
            q: self.q.flag(Flag::SCAN),
            of: PhantomData,
        }
    }

    /// Lets the server check rows one by one, which can be slow: it reads rows that are not in the result.
    pub fn allow_filtering(self) -> Query<'s, M, Where<P, C, Filtering, L>> {
        Query {
            q: self.q.flag(Flag::FILTERING),
            of: PhantomData,
        }
    }

    /// The first row, if there is one.
    pub fn first(self) -> First<'s, M>
    where
        Where<P, C, X, Limited>: Readable<M>,
    {
        self.q.first(M::definition(), M::from_row)
    }

    /// Whether there is any row.
    pub fn exists(self) -> Exists<'s>
    where
        Where<P, C, X, Limited>: Readable<M>,
    {
        self.q.exists(M::definition())
    }

    /// How many rows there are, counted by the server.
    pub fn count(self) -> Count<'s>
    where
        L: Countable,
        Where<P, C, X, L>: Readable<M>,
    {
        self.q.count(M::definition())
    }
}

/// Writing verbs.
impl<'s, M: Table, W> Query<'s, M, W> {
    /// Changes the row that the filters name, or, if only static columns are set, the partition. Nothing is read
    /// before; a row that is not there is made.
    pub fn update<A: Assign<M>>(self, assignments: A) -> Update<'s, M>
    where
        M: Writable,
        W: Updatable<A::Reach>,
    {
        let Untyped { raw, call } = self.q;
        Update::new(raw, call, assignments)
    }

    /// Deletes the rows that the filters name: a row, a range of rows, or a partition.
    pub fn delete(self) -> Delete<'s, M>
    where
        M: Writable,
        W: Deletable,
    {
        let Untyped { mut raw, call } = self.q;
        raw.shape.set_verb(Verb::Delete);
        Delete::new(raw, call)
    }
}

/// A query without a type: what all queries of all models share.
#[derive(Debug, Clone)]
struct Untyped<'s> {
    raw: Raw,
    call: Call<'s>,
}

impl<'s> Untyped<'s> {
    fn flag(mut self, flag: Flag) -> Self {
        self.raw.shape.flag(flag);
        self
    }

    fn limit(mut self, rows: u32) -> Self {
        self.raw.set_limit(rows);
        self
    }

    fn order(mut self, reversed: bool) -> Self {
        // The last one said counts.
        self.raw.shape = self.raw.shape.without(Flag::REVERSED);
        if reversed {
            self.raw.shape.flag(Flag::REVERSED);
        }
        self.flag(Flag::ORDERED)
    }

    fn exec(self, table: &'static TableDef) -> Exec<'s> {
        Exec::new(table, self.raw, self.call)
    }

    fn all<T>(self, table: &'static TableDef, read: ReadRow<T>) -> All<'s, T> {
        All::new(self.exec(table), read)
    }

    fn first<T>(self, table: &'static TableDef, read: ReadRow<T>) -> First<'s, T> {
        First::new(self.limit(1).exec(table), read)
    }

    /// A second row is one too many, and so is fetched; unless the query says itself that it wants one.
    fn get<T>(self, table: &'static TableDef, read: ReadRow<T>) -> Get<'s, T> {
        let limited = self.raw.shape.has(Flag::LIMIT) && self.raw.limit < 2;
        let q = if limited { self } else { self.limit(2) };
        Get::new(q.exec(table), read)
    }

    fn stream<T>(self, table: &'static TableDef, read: ReadRow<T>) -> Stream<'s, T> {
        Stream::new(self.exec(table), read)
    }

    fn page<T>(
        self,
        table: &'static TableDef,
        read: ReadRow<T>,
        after: Option<PageToken>,
    ) -> NextPage<'s, T> {
        NextPage::new(self.exec(table), read, after)
    }

    fn count(mut self, table: &'static TableDef) -> Count<'s> {
        self.raw.shape.set_verb(Verb::Count);
        Count::new(self.exec(table))
    }

    /// One column of one row is enough, and the first of the key is there in every table.
    fn exists(mut self, table: &'static TableDef) -> Exists<'s> {
        if let Some(&first) = table.key.first() {
            self.raw.shape.clause(first, Op::PICK);
        }
        Exists::new(self.limit(1).exec(table))
    }

    fn fmt(&self, table: &TableDef, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Query({:?})", self.raw.shape.text(table, table.keyspace))
    }
}
