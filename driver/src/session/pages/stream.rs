//! Rows that own what they have, as a stream.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::error::Result;
use crate::session::Pages;
use crate::value::FromRow;

/// The rows of a result one by one, while the next page is on its way: what [`Pages::stream`] returns. The rows of a page
/// are read when it comes.
///
/// An error is its last item: those of [`Pages::next`]; [`ErrorKind::Columns`](crate::ErrorKind::Columns) if the columns
/// do not suit `T`; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if a cell does not, after the rows before it.
/// [`into_pages`](RowStream::into_pages) goes on behind it.
///
/// # Cancel safety
/// It can be dropped at any moment, and polled by another task than before. No row is lost that was not given.
///
/// # Examples
/// ```no_run
/// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
/// use futures_util::TryStreamExt;
///
/// let select = "SELECT day, weather FROM climate.observations WHERE station = ?";
/// let pages = session.query_pages(select, ("Seattle",)).await?;
/// let mut rows = pages.stream::<(i32, String)>();
/// while let Some((day, weather)) = rows.try_next().await? {
///     println!("{day}: {weather}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct RowStream<T> {
    pages: Pages,
    /// Rows of the page that came last.
    rows: VecDeque<T>,
    /// What came behind them, if that is no page.
    end: Option<Result<()>>,
}

impl<T> RowStream<T> {
    pub(super) fn new(pages: Pages) -> RowStream<T> {
        RowStream {
            pages,
            rows: VecDeque::new(),
            end: None,
        }
    }

    /// How many rows of the page that came last are still to be given.
    pub fn left(&self) -> usize {
        self.rows.len()
    }

    /// Where the page after it begins; see [`Pages::paging_state`].
    pub fn paging_state(&self) -> Option<&[u8]> {
        self.pages.paging_state()
    }

    /// Where that page begins; see [`Pages::page_state`].
    pub fn page_state(&self) -> Option<&[u8]> {
        self.pages.page_state()
    }

    /// The pages from the next one on. Rows that were not given are given up.
    pub fn into_pages(self) -> Pages {
        self.pages
    }
}

// Nothing in it is pinned.
impl<T> Unpin for RowStream<T> {}

impl<T: for<'f> FromRow<'f>> Stream for RowStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let RowStream { pages, rows, end } = &mut *self;
        loop {
            if let Some(row) = rows.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            if let Some(over) = end {
                let over = std::mem::replace(over, Ok(()));
                return Poll::Ready(over.err().map(Err));
            }
            match ready!(pages.poll_page(cx)) {
                Ok(Some(page)) => {
                    let read = page.each_as(|row| rows.push_back(row));
                    *end = read.is_err().then_some(read);
                }
                Ok(None) => *end = Some(Ok(())),
                Err(error) => *end = Some(Err(error)),
            }
        }
    }
}
