//! Which session a statement runs on: the one it names, the one in scope, or the default.

use std::ops::Deref;
use std::sync::OnceLock;

use tokio::task::futures::TaskLocalFuture;

use crate::error::{Error, ErrorKind, Result};

use super::Session;

static DEFAULT: OnceLock<Session> = OnceLock::new();

tokio::task_local! {
    static SCOPED: Session;
}

/// Which session a statement runs on. It is looked up at the first poll, not where the query is built.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum On<'s> {
    /// The one in scope, or the default.
    #[default]
    Ambient,
    /// This one.
    Given(&'s Session),
}

/// A session that was found. Only one in scope is counted; the others outlive the statement anyway.
pub(crate) enum Lease<'s> {
    /// Given, or the default.
    Lent(&'s Session),
    /// In scope.
    Shared(Session),
}

impl<'s> On<'s> {
    /// Finds it.
    ///
    /// # Errors
    /// [`ErrorKind::NoSession`].
    #[inline]
    pub(crate) fn find(self) -> Result<Lease<'s>> {
        if let On::Given(session) = self {
            return Ok(Lease::Lent(session));
        }
        if let Ok(session) = SCOPED.try_with(Session::clone) {
            return Ok(Lease::Shared(session));
        }
        match DEFAULT.get() {
            Some(session) => Ok(Lease::Lent(session)),
            None => Err(Error::new(ErrorKind::NoSession)),
        }
    }

    /// Finds it, to keep it.
    ///
    /// # Errors
    /// [`ErrorKind::NoSession`].
    pub(crate) fn session(self) -> Result<Session> {
        Ok(self.find()?.into_session())
    }
}

impl Lease<'_> {
    pub(crate) fn into_session(self) -> Session {
        match self {
            Lease::Lent(session) => session.clone(),
            Lease::Shared(session) => session,
        }
    }
}

impl Deref for Lease<'_> {
    type Target = Session;

    #[inline]
    fn deref(&self) -> &Session {
        match self {
            Lease::Lent(session) => session,
            Lease::Shared(session) => session,
        }
    }
}

pub(super) fn set_default(session: &Session) -> Result<()> {
    DEFAULT
        .set(session.clone())
        .map_err(|_| Error::new(ErrorKind::DefaultAlreadySet))
}

pub(super) fn scope<F: Future>(session: &Session, future: F) -> TaskLocalFuture<Session, F> {
    SCOPED.scope(session.clone(), future)
}
