//! Queries of one type, whatever their filters.

use std::marker::PhantomData;

use crate::column::{Columns, Conditions};
use crate::connection::Session;
use crate::cql::Flag;
use crate::error::Result;
use crate::exec::{
    All, Count, Exists, First, Get, NextPage, PageToken, Stream, page_settings, settings,
};
use crate::table::Table;

use super::{Only, Untyped};

/// A query whose rules were checked (`.build()`), or will be when it runs (`.dynamic()`).
///
/// The check is made once per shape, not per call: before its statement is prepared. A filter that is added here
/// makes the query one of the second kind.
#[must_use = "a query does nothing until a verb such as `.all()` ends it"]
pub struct Select<'s, M> {
    q: Untyped<'s>,
    of: PhantomData<fn() -> M>,
}

impl<M> Clone for Select<'_, M> {
    fn clone(&self) -> Self {
        Select {
            q: self.q.clone(),
            of: PhantomData,
        }
    }
}

impl<M: Table> std::fmt::Debug for Select<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.q.fmt(M::definition(), f)
    }
}

/// What a query is made of.
impl<'s, M: Table> Select<'s, M> {
    pub(super) fn new(q: Untyped<'s>) -> Self {
        Select { q, of: PhantomData }
    }

    /// Adds conditions: one, several joined by `.and(..)`, or a tuple.
    pub fn filter<F: Conditions<M>>(mut self, conditions: F) -> Self {
        self.q.raw.shape.flag(Flag::DYNAMIC);
        conditions.apply(&mut self.q.raw);
        self
    }

    /// Adds the conditions that `conditions` makes of a value, if there is one.
    pub fn filter_if<T, F: Conditions<M>>(
        self,
        value: Option<T>,
        conditions: impl FnOnce(T) -> F,
    ) -> Self {
        match value {
            Some(value) => self.filter(conditions(value)),
            None => self,
        }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Select<'t, M> {
        Select::new(Untyped {
            raw: self.q.raw,
            call: self.q.call.on(session),
        })
    }

    settings!(q.call);
    page_settings!(q.call);

    /// At most so many rows.
    pub fn limit(self, rows: u32) -> Self {
        Select::new(self.q.limit(rows))
    }

    /// "I mean every row."
    pub fn scan(self) -> Self {
        Select::new(self.q.flag(Flag::SCAN))
    }

    /// Lets the server check rows one by one, which can be slow: it reads rows that are not in the result.
    pub fn allow_filtering(self) -> Self {
        Select::new(self.q.flag(Flag::FILTERING))
    }

    /// Some columns of the rows instead of whole ones. A verb follows; filters come before.
    pub fn only<C: Columns<M>>(self, _: C) -> Only<'s, C::Row> {
        let mut q = self.q;
        C::pick(&mut q.raw);
        Only::new(M::definition(), q, C::read)
    }

    /// The statement and the encoded values of its bind markers, without a server.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks.
    pub fn cql(&self) -> Result<(String, Vec<u8>)> {
        self.q.raw.clone().cql(M::definition())
    }
}

/// Verbs.
impl<'s, M: Table> Select<'s, M> {
    /// All rows. There is no hidden limit: pages are fetched until there are no more.
    pub fn all(self) -> All<'s, M> {
        self.q.all(M::definition(), M::from_row)
    }

    /// The first row, if there is one.
    pub fn first(self) -> First<'s, M> {
        self.q.first(M::definition(), M::from_row)
    }

    /// The one row that there is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::error::ErrorKind::NotFound) if there is none,
    /// [`ErrorKind::MultipleFound`](crate::error::ErrorKind::MultipleFound) if there are several.
    pub fn get(self) -> Get<'s, M> {
        self.q.get(M::definition(), M::from_row)
    }

    /// The rows one by one: one page is held, and the next is fetched.
    pub fn stream(self) -> Stream<'s, M> {
        self.q.stream(M::definition(), M::from_row)
    }

    /// One page: the first, or the one that a token from the page before names.
    pub fn page(self, after: Option<PageToken>) -> NextPage<'s, M> {
        self.q.page(M::definition(), M::from_row, after)
    }

    /// How many rows there are, counted by the server.
    pub fn count(self) -> Count<'s> {
        self.q.count(M::definition())
    }

    /// Whether there is any row.
    pub fn exists(self) -> Exists<'s> {
        self.q.exists(M::definition())
    }
}
