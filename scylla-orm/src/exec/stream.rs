//! Rows one by one.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use scylla_orm_driver::frame::response::Rows;
use scylla_orm_driver::value::Cells;

use crate::error::Result;

use super::Exec;
use super::read::{ReadRow, broken};

/// The rows of a query one by one. It holds one page, and fetches the next one meanwhile.
///
/// An error is its last item; it says what [`All`](super::All) would say.
///
/// # Cancel safety
/// It can be dropped at any moment, and polled by another task than before.
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Stream<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
    page: Option<Page>,
    /// What came of fetching the page after it, as far as that is known.
    next: Option<Option<Result<Rows>>>,
    /// How many rows it has given.
    rows: usize,
}

/// The page that is held.
#[derive(Debug)]
struct Page {
    rows: Rows,
    /// Rows that were given.
    given: usize,
    /// Bytes that they take.
    read: usize,
}

impl<'s, T> Stream<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>) -> Self {
        Stream {
            exec: exec.sparing(),
            read,
            page: None,
            next: None,
            rows: 0,
        }
    }

    /// The next row of the page that is held.
    #[inline]
    fn row(&mut self) -> Option<Result<T>> {
        let page = self.page.as_mut()?;
        if page.given == page.rows.count {
            self.page = None;
            return None;
        }
        let body = page.rows.body.get(page.read..).unwrap_or_default();
        let mut cells = Cells::new(body);
        match (self.read)(&mut cells) {
            Ok(row) => {
                page.read += body.len() - cells.rest().len();
                page.given += 1;
                self.rows += 1;
                Some(Ok(row))
            }
            Err((column, fault)) => {
                let error = broken(self.exec.table(), &page.rows, column, self.rows, fault);
                self.end();
                Some(Err(error))
            }
        }
    }

    fn end(&mut self) {
        self.page = None;
        self.next = Some(None);
    }
}

// Nothing in it is pinned.
impl<T> Unpin for Stream<'_, T> {}

impl<T> futures_core::Stream for Stream<'_, T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(row) = this.row() {
                return Poll::Ready(Some(row));
            }
            let next = match mem::take(&mut this.next) {
                Some(next) => next,
                None => ready!(this.exec.poll_next(cx)),
            };
            match next {
                Some(Ok(rows)) => {
                    this.page = Some(Page {
                        rows,
                        given: 0,
                        read: 0,
                    });
                    // The next page is asked for now, so that it comes while this one is read.
                    if let Poll::Ready(next) = this.exec.poll_next(cx) {
                        this.next = Some(next);
                    }
                }
                Some(Err(error)) => {
                    this.end();
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    this.end();
                    return Poll::Ready(None);
                }
            }
        }
    }
}
