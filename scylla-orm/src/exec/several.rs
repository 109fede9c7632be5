//! A statement that is sent as several requests, one per partition key, and what they have in common.
//!
//! Their rows come one request after another ([`Chain`]), in the order in which the keys were given; or, if the query
//! sorts, merged by the clustering columns ([`Merge`]).

use bytes::Bytes;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use futures_util::stream;
use scylla_orm_driver::frame::response::Rows;
use scylla_orm_driver::statement::Options;

use crate::connection::{Lease, Session};
use crate::cql::{Fan, Flag, Raw, Verb};
use crate::error::{Error, Result};
use crate::table::TableDef;

use super::Exec;
use super::chain::Chain;
use super::merge::{Merge, Sort};
use super::page::Found;
use super::token::Place;

/// How many requests of one statement are in flight at most.
pub(super) const AT_ONCE: usize = 64;

/// A statement that is sent as several requests.
pub(super) struct Several {
    table: &'static TableDef,
    session: Session,
    options: Options,
    fan: Fan,
    /// How their rows are merged, if they are.
    sort: Option<Sort>,
    /// Rows that may still be given, of all requests together. Each has the whole limit for itself.
    left: u32,
}

/// A request that is open: its first page, and what follows that.
pub(super) type Opened = (Rows, Exec<'static>);

impl Several {
    /// # Errors
    /// The rule that the statement breaks: the requests would not show it.
    pub(super) fn new(
        table: &'static TableDef,
        session: Session,
        mut raw: Raw,
        mut fan: Fan,
        options: Options,
    ) -> Result<Self> {
        raw.shape
            .check(table)
            .map_err(|rule| Error::invalid(rule).of(table.model))?;
        let sorted = raw.shape.verb() == Verb::Select && raw.shape.has(Flag::ORDERED);
        let sort = sorted.then(|| Sort::of(table, &mut raw.shape));
        if sort.is_some() {
            // Sorting may have added columns.
            fan = raw.fan(table).unwrap_or(fan);
        }
        let limited = raw.shape.has(Flag::LIMIT);
        Ok(Several {
            table,
            session,
            options,
            fan,
            sort,
            left: match u32::try_from(raw.limit) {
                Ok(limit) if limited => limit,
                _ => u32::MAX,
            },
        })
    }

    /// All rows, page by page. `sparing`: about one page is fetched ahead, and not as much as can be.
    pub(super) fn into_pages(mut self, sparing: bool) -> BoxStream<'static, Result<Rows>> {
        let rows = self.page_size();
        match self.sort.take() {
            None => {
                let chain = Chain::new(self, sparing);
                Box::pin(stream::try_unfold(chain, |mut chain| async move {
                    Ok(chain.next().await?.map(|page| (page, chain)))
                }))
            }
            Some(sort) => {
                let merge = Merge::new(self, sort, None);
                Box::pin(stream::try_unfold(merge, move |mut merge| async move {
                    Ok(merge.next(rows).await?.map(|page| (page, merge)))
                }))
            }
        }
    }

    /// One page: the first, or the one that begins at `places`, with so many rows left.
    pub(super) fn page(
        mut self,
        query: u64,
        places: Option<(u32, Vec<Place>)>,
    ) -> BoxFuture<'static, Result<Found>> {
        let places = places.map(|(left, places)| {
            self.left = left;
            places
        });
        match self.sort.take() {
            None => {
                let place = places.and_then(|places| places.into_iter().next());
                Box::pin(super::chain::page(self, query, place.unwrap_or_default()))
            }
            Some(sort) => {
                let rows = self.page_size();
                Box::pin(Merge::new(self, sort, places).page(query, rows))
            }
        }
    }

    pub(super) fn table(&self) -> &'static TableDef {
        self.table
    }

    /// How many requests there are.
    pub(super) fn len(&self) -> usize {
        self.fan.len()
    }

    /// Rows in a page.
    pub(super) fn page_size(&self) -> u32 {
        let size = self.options.page_size;
        match size.unwrap_or_else(|| self.session.driver().page_size()) {
            0 => u32::MAX,
            rows => rows,
        }
    }

    /// Rows that the limit still allows.
    pub(super) fn left(&self) -> u32 {
        self.left
    }

    /// Takes from the limit what a page has, and from the page what is beyond the limit.
    pub(super) fn take(&mut self, mut page: Rows) -> Rows {
        page.count = page
            .count
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if self.left < u32::MAX {
            self.left -= u32::try_from(page.count).unwrap_or(self.left);
        }
        page
    }

    /// Opens one of the requests, from somewhere in its result on; `rows` is the page size, if it is not the
    /// query's.
    pub(super) fn open(
        &self,
        request: usize,
        from: Option<Bytes>,
        rows: Option<u32>,
    ) -> Option<BoxFuture<'static, Result<Opened>>> {
        let raw = self.fan.statement(request)?;
        let mut options = self.options.clone();
        options.page_size = rows.or(options.page_size);
        let lease = Lease::Shared(self.session.clone());
        let mut exec = Exec::begin(self.table, lease, raw, options, from);
        Some(Box::pin(async move {
            let first = exec
                .next()
                .await
                .expect("a statement has at least one page");
            Ok((first?, exec))
        }))
    }
}
