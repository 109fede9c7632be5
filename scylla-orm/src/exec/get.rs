//! The one row.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::policy::Shared;
use scylla_orm_driver::policy::profile::Profile;
use scylla_orm_driver::policy::retry::RetryPolicy;
use scylla_orm_driver::statement::Options;

use crate::connection::Session;
use crate::error::{Error, ErrorKind, Result};

use super::read::{ReadRow, read_page};
use super::{Exec, First};

/// The one row of a query, or of a key.
///
/// # Errors
/// [`ErrorKind::NotFound`] if there is none, [`ErrorKind::MultipleFound`] if there are several; else as
/// [`All`](super::All).
///
/// # Cancel safety
/// It can be dropped at any moment.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Get<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
    /// Those that were found.
    rows: Vec<T>,
}

impl<'s, T> Get<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>) -> Self {
        Get {
            exec,
            read,
            rows: Vec::new(),
        }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Get<'t, T> {
        Get {
            exec: self.exec.on(session),
            read: self.read,
            rows: self.rows,
        }
    }

    /// How many replicas must answer, instead of the session's choice.
    pub fn consistency(self, level: Consistency) -> Self {
        self.change(|options| options.consistency = Some(level))
    }

    /// How long it may take, all attempts together, instead of the session's choice.
    pub fn timeout(self, after: Duration) -> Self {
        self.change(|options| options.timeout = Some(after))
    }

    /// Executes it with the settings of `profile` where it has none of its own: consistency, timeouts, policies.
    pub fn profile(self, profile: &Profile) -> Self {
        self.options(|options| options.profile(profile))
    }

    /// What follows a failed attempt, instead of the profile's or the session's choice.
    pub fn retry_policy(self, policy: impl Into<Shared<dyn RetryPolicy>>) -> Self {
        self.options(|options| options.retry_policy(policy))
    }

    /// Asks the server to record how it executes this; see [`Query::tracing`](crate::query::Query::tracing).
    pub fn tracing(self) -> Self {
        self.change(|options| options.tracing = true)
    }

    /// Changes whatever else the driver can be told of a request.
    pub fn options(mut self, change: impl FnOnce(Options) -> Options) -> Self {
        if let Some(call) = self.exec.call() {
            call.change(change);
        }
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Options)) -> Self {
        if let Some(call) = self.exec.call() {
            change(call.options());
        }
        self
    }

    /// The row, or `None` if there is none.
    pub fn optional(self) -> First<'s, T> {
        First::new(self.exec, self.read)
    }
}

impl<T> Get<'_, T> {
    /// Says which statement found no row, or too many.
    #[cold]
    fn error(&self, kind: ErrorKind) -> Error {
        let error = Error::new(kind).of(self.exec.table().model);
        match self.exec.text() {
            Some(text) => error.in_cql(text),
            None => error,
        }
    }
}

// Nothing in it is pinned.
impl<T> Unpin for Get<'_, T> {}

impl<T> Future for Get<'_, T> {
    type Output = Result<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let table = this.exec.table();
        while let Some(page) = ready!(this.exec.poll_next(cx)) {
            let most = 2 - this.rows.len();
            read_page(table, &page?, most, this.read, &mut this.rows)?;
            if this.rows.len() == 2 {
                return Poll::Ready(Err(this.error(ErrorKind::MultipleFound)));
            }
        }
        let row = this.rows.pop();
        Poll::Ready(row.ok_or_else(|| this.error(ErrorKind::NotFound)))
    }
}
