//! Rows that borrow from their page.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use crate::error::Result;
use crate::session::{Answer, Pages};
use crate::value::{At, Cells, FromRow};

/// The rows of a result one by one, lent from the page that is held, while the next one is on its way: what
/// [`Pages::rows`] returns.
///
/// # Examples
/// ```no_run
/// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
/// let select = "SELECT day, weather FROM climate.observations WHERE station = ?";
/// let mut rows = session.query_pages(select, ("Seattle",)).await?.rows();
/// while let Some((day, weather)) = rows.next::<(i32, &str)>().await? {
///     println!("{day}: {weather}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PagedRows {
    pages: Pages,
    page: Option<Answer>,
    /// How many rows of the page were given, and how many bytes they take.
    given: usize,
    read: usize,
}

impl PagedRows {
    pub(super) fn new(pages: Pages) -> PagedRows {
        PagedRows {
            pages,
            page: None,
            given: 0,
            read: 0,
        }
    }

    /// The next row, read as a `T` that may borrow from the page; `None` after the last. Rows may be read as one type
    /// and then as another: the columns are compared with `T` for each, which
    /// [`Answer::rows_as`] does once for a page.
    ///
    /// # Errors
    /// Those of [`Pages::next`], after which asking again asks for the same page;
    /// [`ErrorKind::Columns`](crate::ErrorKind::Columns) if the columns do not suit `T`, after which the row can be read
    /// as something else; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if a cell does not: then it is at its end.
    ///
    /// # Cancel safety
    /// No row is lost.
    pub async fn next<'r, T: FromRow<'r>>(&'r mut self) -> Result<Option<T>> {
        match poll_fn(|cx| self.poll_ready(cx)).await? {
            true => self.take(),
            false => Ok(None),
        }
    }

    /// The page that is held: the one that the row given last is in.
    pub fn page(&self) -> Option<&Answer> {
        self.page.as_ref()
    }

    /// How many rows of that page were given.
    pub fn given(&self) -> usize {
        self.given
    }

    /// Where the page after it begins; see [`Pages::paging_state`].
    pub fn paging_state(&self) -> Option<&[u8]> {
        self.pages.paging_state()
    }

    /// Where the page that is held begins; see [`Pages::page_state`]. Who goes on from there gets the rows that were
    /// [`given`](PagedRows::given) once more.
    pub fn page_state(&self) -> Option<&[u8]> {
        self.pages.page_state()
    }

    /// Waits until the page that is held has another row. False after the last.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        while self.page.as_ref().map_or(0, Answer::count) == self.given {
            match ready!(self.pages.poll_page(cx))? {
                Some(page) => self.page = Some(page),
                None => return Poll::Ready(Ok(false)),
            }
            (self.given, self.read) = (0, 0);
        }
        Poll::Ready(Ok(true))
    }

    fn take<'r, T: FromRow<'r>>(&'r mut self) -> Result<Option<T>> {
        let Some(page) = &self.page else {
            return Ok(None);
        };
        let plan = page.plan::<T>()?;
        let body = page.cells().rest().get(self.read..).unwrap_or_default();
        let mut cells = Cells::new(body);
        match T::read(&plan, &mut cells) {
            Ok(row) => {
                self.read += body.len() - cells.rest().len();
                self.given += 1;
                Ok(Some(row))
            }
            Err((column, fault)) => {
                let row = self.given;
                self.given = page.count();
                self.pages.end();
                Err(page.unreadable(At { row, column, fault }))
            }
        }
    }
}
