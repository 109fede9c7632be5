//! One page of a query's rows.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::future::BoxFuture;
use scylla_orm_driver::frame::response::Rows;
use scylla_orm_driver::statement::Options;

use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

use super::read::{ReadRow, read_page};
use super::token::{PageToken, Place, fingerprint};
use super::{Exec, Several, prepare};

/// One page of a query's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows. They may be fewer than the page size, even none, though there is a next page.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` if this is the last.
    pub next: Option<PageToken>,
}

/// Fetches one page.
///
/// # Errors
/// [`ErrorKind::PageToken`] if the token is of another query, or of the same with other values; else as
/// [`All`](super::All).
///
/// # Cancel safety
/// It can be dropped at any moment.
#[must_use = "futures do nothing unless awaited"]
pub struct NextPage<'s, T> {
    table: &'static TableDef,
    read: ReadRow<T>,
    step: Step<'s>,
}

enum Step<'s> {
    Start(Exec<'s>, Option<PageToken>),
    /// The query is one request; with its fingerprint.
    One(Exec<'s>, u64),
    /// It is several.
    Several(BoxFuture<'static, Result<Found>>),
    Over,
}

/// The parts of a page in order, and where the next begins.
pub(super) type Found = (Vec<Rows>, Option<PageToken>);

impl<'s, T> NextPage<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>, after: Option<PageToken>) -> Self {
        NextPage {
            table: exec.table(),
            read,
            step: Step::Start(exec, after),
        }
    }

    fn poll_found(&mut self, cx: &mut Context<'_>) -> Poll<Result<Found>> {
        loop {
            match &mut self.step {
                Step::Start(..) => {
                    if let Step::Start(exec, after) = mem::replace(&mut self.step, Step::Over) {
                        self.step = start(exec, after)?;
                    }
                }
                Step::One(exec, query) => {
                    let page = ready!(exec.poll_next(cx)).transpose()?;
                    let query = *query;
                    self.step = Step::Over;
                    let state = page.as_ref().and_then(|p| p.metadata.paging_state.as_ref());
                    let next = state.map(|state| PageToken {
                        query,
                        // The server's state knows how many rows are left.
                        left: u32::MAX,
                        places: vec![Place {
                            state: state.to_vec(),
                            ..Place::default()
                        }],
                    });
                    return Poll::Ready(Ok((page.into_iter().collect(), next)));
                }
                Step::Several(future) => return future.as_mut().poll(cx),
                Step::Over => panic!("a page was polled after it had resolved"),
            }
        }
    }
}

impl<T> Future for NextPage<'_, T> {
    type Output = Result<Page<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (parts, next) = ready!(self.poll_found(cx))?;
        let mut rows = Vec::new();
        for part in &parts {
            read_page(self.table, part, usize::MAX, self.read, &mut rows)?;
        }
        Poll::Ready(Ok(Page { rows, next }))
    }
}

/// Finds the session, and where in the query's rows the page begins.
fn start(exec: Exec<'_>, after: Option<PageToken>) -> Result<Step<'_>> {
    let table = exec.table();
    let Some((raw, call)) = exec.into_parts() else {
        return Ok(Step::Over);
    };
    let lease = call.on.find()?;
    let query = fingerprint(table, prepare::keyspace(&lease, table)?, &raw);
    let places = match after {
        Some(token) if token.query != query => {
            return Err(Error::new(ErrorKind::PageToken).of(table.model));
        }
        after => after.map(|token| (token.left, token.places)),
    };
    let options = call
        .options
        .map_or_else(Options::default, |options| *options);
    if let Some(fan) = raw.fan(table) {
        let several = Several::new(table, lease.into_session(), raw, fan, options)?;
        return Ok(Step::Several(several.page(query, places)));
    }
    let from = places.and_then(|(_, places)| places.first().and_then(Place::state));
    Ok(Step::One(
        Exec::begin(table, lease, raw, options, from),
        query,
    ))
}

impl<T> fmt::Debug for NextPage<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextPage")
            .field("model", &self.table.model)
            .finish_non_exhaustive()
    }
}
