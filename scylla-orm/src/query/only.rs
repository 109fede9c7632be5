//! Queries of some columns.

use crate::connection::Session;
use crate::error::Result;
use crate::exec::{All, First, Get, NextPage, PageToken, ReadRow, Stream, page_settings, settings};
use crate::table::TableDef;

use super::Untyped;

/// A query of some columns. A row is a `T`: the field's type, or a tuple of them in the order in which the columns were
/// given.
#[must_use = "a query does nothing until a verb such as `.all()` ends it"]
#[derive(Debug)]
pub struct Only<'s, T> {
    table: &'static TableDef,
    q: Untyped<'s>,
    read: ReadRow<T>,
}

impl<T> Clone for Only<'_, T> {
    fn clone(&self) -> Self {
        Only {
            table: self.table,
            q: self.q.clone(),
            read: self.read,
        }
    }
}

impl<'s, T> Only<'s, T> {
    pub(super) fn new(table: &'static TableDef, q: Untyped<'s>, read: ReadRow<T>) -> Self {
        Only { table, q, read }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Only<'t, T> {
        Only {
            table: self.table,
            q: Untyped {
                raw: self.q.raw,
                call: self.q.call.on(session),
            },
            read: self.read,
        }
    }

    settings!(q.call);
    page_settings!(q.call);

    /// The statement and the encoded values of its bind markers, without a server.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks.
    pub fn cql(&self) -> Result<(String, Vec<u8>)> {
        self.q.raw.clone().cql(self.table)
    }

    /// All rows. There is no hidden limit: pages are fetched until there are no more.
    pub fn all(self) -> All<'s, T> {
        self.q.all(self.table, self.read)
    }

    /// The first row, if there is one.
    pub fn first(self) -> First<'s, T> {
        self.q.first(self.table, self.read)
    }

    /// The one row that there is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::error::ErrorKind::NotFound) if there is none,
    /// [`ErrorKind::MultipleFound`](crate::error::ErrorKind::MultipleFound) if there are several.
    pub fn get(self) -> Get<'s, T> {
        self.q.get(self.table, self.read)
    }

    /// The rows one by one: one page is held, and the next is fetched.
    pub fn stream(self) -> Stream<'s, T> {
        self.q.stream(self.table, self.read)
    }

    /// One page: the first, or the one that a token from the page before names.
    pub fn page(self, after: Option<PageToken>) -> NextPage<'s, T> {
        self.q.page(self.table, self.read, after)
    }
}
