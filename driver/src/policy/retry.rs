//! Whether a request that failed is sent again, and where.
//!
//! A policy judges one failed attempt at a time. What it says is done, within limits that no policy can move: the deadline
//! of the request, the nodes of its plan, the session's [budget](crate::policy::retry::RetryBudget), and that a serial
//! consistency level never becomes another one.

mod backoff;
mod budget;
mod downgrading;
mod fallthrough;
mod standard;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::ErrorKind;
use crate::frame::Consistency;
use crate::policy::{Shared, name_of};

pub use backoff::ExponentialBackoff;
pub use budget::RetryBudget;
pub(crate) use budget::Spending;
pub use downgrading::{Downgrade, Downgrading};
pub use fallthrough::Fallthrough;
pub use standard::Standard;

/// Says what follows a failed attempt of a request.
///
/// A session has one, [`Standard`] unless it is told otherwise; a profile and a statement may have others.
///
/// # Examples
/// A policy that waits a moment before it asks another node, when one says that it is overloaded:
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::ErrorKind;
/// use scylla_orm_driver::policy::retry::{Decision, RetryPolicy, Standard, Tried};
///
/// #[derive(Debug)]
/// struct Patient;
///
/// impl RetryPolicy for Patient {
///     fn decide(&self, failure: &ErrorKind, request: &Tried<'_>) -> Decision {
///         match failure {
///             ErrorKind::Overloaded { .. } if request.idempotent && request.retries < 3 => {
///                 Decision::retry_next_host().after(Duration::from_millis(50))
///             }
///             _ => Standard::default().decide(failure, request),
///         }
///     }
/// }
///
/// let builder = scylla_orm_driver::Session::builder().retry_policy(Patient);
/// ```
pub trait RetryPolicy: fmt::Debug + Send + Sync + 'static {
    /// What follows the failure of an attempt. It may be about a [read timeout](ErrorKind::ReadTimeout), a
    /// [write timeout](ErrorKind::WriteTimeout), [too few replicas](ErrorKind::Unavailable), or anything else that fails a
    /// request: a lost connection, an overloaded or a starting node, the timeout of the attempt. It is not asked when the
    /// deadline of the request itself has passed.
    ///
    /// Whoever says [`Retry`](Decision::Retry) or [`RetryNextHost`](Decision::RetryNextHost) should look at
    /// [`Tried::idempotent`] first: what [was possibly sent](ErrorKind::possibly_sent) may have been done.
    fn decide(&self, failure: &ErrorKind, request: &Tried<'_>) -> Decision;

    /// What metrics call it. The name of its type, unless it says otherwise.
    fn name(&self) -> &'static str {
        name_of::<Self>()
    }
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The caller gets the failure.
    Rethrow,
    /// Another attempt at the same node.
    Retry(Again),
    /// Another attempt at the next node of the plan.
    RetryNextHost(Again),
    /// The failure is passed over: the caller gets an answer without rows.
    Ignore,
}

/// How another attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Again {
    /// With another consistency level; `None` keeps it. A serial level is kept in any case.
    pub consistency: Option<Consistency>,
    /// After a pause. One that is longer than the time that is left gives up at once.
    pub after: Duration,
}

impl Decision {
    /// Another attempt at the same node, at once.
    pub fn retry() -> Decision {
        Decision::Retry(Again::default())
    }

    /// Another attempt at the next node, at once.
    pub fn retry_next_host() -> Decision {
        Decision::RetryNextHost(Again::default())
    }

    /// The same with another consistency level, if it is about another attempt.
    pub fn at(self, consistency: Consistency) -> Decision {
        let consistency = Some(consistency);
        self.map(|again| Again {
            consistency,
            ..again
        })
    }

    /// The same after a pause, if it is about another attempt.
    pub fn after(self, pause: Duration) -> Decision {
        self.map(|again| Again {
            after: pause,
            ..again
        })
    }

    fn map(self, change: impl FnOnce(Again) -> Again) -> Decision {
        match self {
            Decision::Retry(again) => Decision::Retry(change(again)),
            Decision::RetryNextHost(again) => Decision::RetryNextHost(change(again)),
            other => other,
        }
    }
}

/// What is known of a request when one of its attempts has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tried<'a> {
    /// Its CQL text.
    pub statement: &'a str,
    /// Whether executing it twice does the same as executing it once: it reads, or its writer says so.
    pub idempotent: bool,
    /// Whether it is a conditional write, or reads at a serial level.
    pub serial: bool,
    /// The consistency level of the attempt.
    pub consistency: Consistency,
    /// How often a server's own answer, or the timeout of an attempt, has already led to another attempt. Failures to
    /// send do not count: nothing was done then.
    pub retries: u32,
}

impl<'a> Tried<'a> {
    /// A request that was tried once: idempotent, not serial. For tests of policies; the fields can be changed.
    pub fn new(statement: &'a str, consistency: Consistency) -> Tried<'a> {
        Tried {
            statement,
            idempotent: true,
            serial: false,
            consistency,
            retries: 0,
        }
    }
}

impl<P: RetryPolicy> From<P> for Shared<dyn RetryPolicy> {
    fn from(policy: P) -> Self {
        Shared::of(Arc::new(policy))
    }
}
