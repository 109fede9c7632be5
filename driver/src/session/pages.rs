//! The pages of a result, one after another.

mod rows;
mod stream;

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::error::{Error, ErrorKind, Result};
use crate::session::{Answer, Execution, Run, Session};

pub use rows::PagedRows;
pub use stream::RowStream;

/// The pages of a result: each is asked for when the one before has been read or, with
/// [`prefetch`](Pages::prefetch), when that has come.
///
/// Each page is a request of its own, with the whole [timeout](crate::statement::Options::timeout), its own retries, and
/// the connection that is best at that moment. What is dropped before the end leaves nothing at the server: the answer to
/// a page that is under way is thrown away when it comes.
///
/// # Examples
/// Rows that borrow from their page, while the next one is on its way:
/// ```no_run
/// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
/// let select = "SELECT day, weather FROM climate.observations WHERE station = ?";
/// let mut pages = session.query_pages(select, ("Seattle",)).await?.prefetch(true);
/// while let Some(page) = pages.next().await? {
///     for row in page.rows_as::<(i32, &str)>()? {
///         let (day, weather) = row?;
///         println!("{day}: {weather}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Pages {
    /// The request for the next page, sent or not; `None` after the last.
    run: Option<Run>,
    /// Where the next page begins.
    state: Option<Box<[u8]>>,
    /// Where the last page that was given began.
    began: Option<Box<[u8]>>,
    prefetch: bool,
    sent: Sent,
    /// What came of the request at once, before anybody waited for it.
    early: Option<Result<Answer>>,
}

/// Whether the next page was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    No,
    /// By somebody who waits for it.
    Awaited,
    /// Before the one who waits for it came.
    Ahead,
}

impl Pages {
    pub(crate) fn new(session: Session, first: Execution) -> Pages {
        Pages {
            state: first.paging_state.clone(),
            run: Some(session.run(first)),
            began: None,
            prefetch: false,
            sent: Sent::No,
            early: None,
        }
    }

    /// Whether the next page is asked for as soon as one has come, so that it is on its way while that one is read. It is
    /// never more than one page ahead, which is held as it came. Off by default; on for [`rows`](Pages::rows) and
    /// [`stream`](Pages::stream).
    ///
    /// Retries of a page that is ahead go on when it is waited for; and if its time is over by then, it is asked for anew,
    /// with all the time that a page has.
    pub fn prefetch(mut self, prefetch: bool) -> Pages {
        self.prefetch = prefetch;
        self
    }

    /// The next page; `None` after the last. A page may be empty and not be the last. After an error, asking again
    /// asks for the same page.
    ///
    /// # Errors
    /// As [`Session::run`].
    ///
    /// # Cancel safety
    /// No page is lost: the next call waits for the same one.
    pub async fn next(&mut self) -> Result<Option<Answer>> {
        if self.sent == Sent::Awaited {
            self.sent = Sent::Ahead;
        }
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// Where the next page begins, to go on from there another time: put it into [`Execution::paging_state`] of the
    /// same statement with the same values. `None` before the first page and after the last.
    pub fn paging_state(&self) -> Option<&[u8]> {
        self.run.as_ref()?;
        self.state.as_deref()
    }

    /// Where the page that was given last begins, to read it once more. `None` for the first page.
    pub fn page_state(&self) -> Option<&[u8]> {
        self.began.as_deref()
    }

    /// The rows one by one, borrowed from their page, which is held until the next one is asked for.
    pub fn rows(self) -> PagedRows {
        PagedRows::new(self.prefetch(true))
    }

    /// The rows one by one, each as a `T` that owns what it has.
    pub fn stream<T>(self) -> RowStream<T> {
        RowStream::new(self.prefetch(true))
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Answer>>> {
        loop {
            let Some(run) = &mut self.run else {
                return Poll::Ready(Ok(None));
            };
            let result = match self.early.take() {
                Some(result) => result,
                None => {
                    if self.sent == Sent::No {
                        self.sent = Sent::Awaited;
                    }
                    ready!(Pin::new(&mut *run).poll(cx))
                }
            };
            let sent = mem::replace(&mut self.sent, Sent::No);
            match result {
                Ok(answer) => {
                    self.turn(&answer, cx);
                    return Poll::Ready(Ok(Some(answer)));
                }
                Err(error) => {
                    run.again();
                    // Its time may have passed while nobody waited for it.
                    if sent != Sent::Ahead || !is_late(&error) {
                        return Poll::Ready(Err(error));
                    }
                }
            }
        }
    }

    /// Goes on to the page after this one.
    fn turn(&mut self, answer: &Answer, cx: &mut Context<'_>) {
        let next = answer.paging_state();
        let copy = next.map(|state| Box::from(&**state));
        self.began = mem::replace(&mut self.state, copy);
        match (next, &mut self.run) {
            (Some(state), Some(run)) => {
                run.next_page(state.clone());
                if self.prefetch {
                    self.sent = Sent::Ahead;
                    if let Poll::Ready(early) = Pin::new(run).poll(cx) {
                        self.early = Some(early);
                    }
                }
            }
            _ => self.run = None,
        }
    }

    /// Ends it, whatever pages there are.
    fn end(&mut self) {
        self.run = None;
        self.early = None;
    }
}

fn is_late(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Timeout { .. })
}
