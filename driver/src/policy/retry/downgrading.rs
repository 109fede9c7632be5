//! Rather something than nothing.

use std::fmt;
use std::sync::Arc;

use super::{Decision, RetryPolicy, Standard, Tried};
use crate::error::ErrorKind;
use crate::frame::Consistency;
use crate::frame::response::WriteType;

/// The rules of [`Standard`], and beyond them a retry at a lower consistency level where the replicas that are there are
/// enough for one, and writes that at least one replica has count as done.
///
/// **This gives up consistency**: a read at `QUORUM` may not see a write at `QUORUM` before it. Use it only where you know
/// that you can live with that, and record each downgrade with [`on_downgrade`](Downgrading::on_downgrade), so that the
/// data can be repaired.
///
/// | failure, the first time | what follows |
/// |---|---|
/// | read timeout, fewer answers than required | the same node, at the level that the answers would have met |
/// | write timeout of `SIMPLE`, `BATCH`, `COUNTER`, at least one acknowledged | ignored |
/// | write timeout of `UNLOGGED_BATCH`, at least one acknowledged | the same node, at the level of the acknowledgements, if idempotent |
/// | unavailable, at least one alive | the same node, at the level of those alive |
/// | anything else, and all of a serial level | as [`Standard`] says |
///
/// The level for three replicas and more is `THREE`, for two `TWO`, for one `ONE`; that for a `LOCAL_` level is
/// `LOCAL_ONE`. One that is not lower than it was is no downgrade: the caller gets the failure.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::retry::Downgrading;
///
/// let policy = Downgrading::default().on_downgrade(|downgrade| {
///     eprintln!("{} to {:?}: {}", downgrade.from, downgrade.to, downgrade.statement);
/// });
/// let builder = Session::builder().retry_policy(policy);
/// ```
#[derive(Clone, Default)]
pub struct Downgrading {
    hook: Option<Arc<Hook>>,
}

type Hook = dyn Fn(&Downgrade<'_>) + Send + Sync;

/// A request that got less than it asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Downgrade<'a> {
    /// Its CQL text.
    pub statement: &'a str,
    /// The level that could not be met.
    pub from: Consistency,
    /// The level of the next attempt; `None` for a write whose failure is ignored.
    pub to: Option<Consistency>,
    /// How it failed.
    pub failure: &'a ErrorKind,
}

impl Downgrading {
    /// Calls `hook` for each downgrade, before it is done. It must not block.
    pub fn on_downgrade(
        mut self,
        hook: impl Fn(&Downgrade<'_>) + Send + Sync + 'static,
    ) -> Downgrading {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// The same node at the level that so many replicas can meet.
    fn lower(&self, failure: &ErrorKind, request: &Tried<'_>, replicas: i32) -> Decision {
        let from = request.consistency;
        match level(from, replicas) {
            Some(to) => {
                self.tell(failure, request, Some(to));
                Decision::retry().at(to)
            }
            None => Decision::Rethrow,
        }
    }

    fn ignore(&self, failure: &ErrorKind, request: &Tried<'_>) -> Decision {
        self.tell(failure, request, None);
        Decision::Ignore
    }

    fn tell(&self, failure: &ErrorKind, request: &Tried<'_>, to: Option<Consistency>) {
        if let Some(hook) = &self.hook {
            hook(&Downgrade {
                statement: request.statement,
                from: request.consistency,
                to,
                failure,
            });
        }
    }
}

/// The level that so many replicas meet, if it is lower than `from`.
fn level(from: Consistency, replicas: i32) -> Option<Consistency> {
    let to = match replicas {
        ..1 => return None,
        _ if from.is_local() => Consistency::LocalOne,
        1 => Consistency::One,
        2 => Consistency::Two,
        3.. => Consistency::Three,
    };
    let rank = |level| match level {
        Consistency::Any => 0,
        Consistency::One | Consistency::LocalOne => 1,
        Consistency::Two => 2,
        Consistency::Three => 3,
        _ => 4,
    };
    (rank(to) < rank(from)).then_some(to)
}

impl RetryPolicy for Downgrading {
    fn decide(&self, failure: &ErrorKind, request: &Tried<'_>) -> Decision {
        use WriteType::{Batch, Counter, Simple, UnloggedBatch};
        if request.serial || request.retries > 0 {
            return Standard::default().decide(failure, request);
        }
        match failure {
            ErrorKind::ReadTimeout {
                received, required, ..
            } if received < required => self.lower(failure, request, *received),
            ErrorKind::WriteTimeout {
                received: 1..,
                write: Simple | Batch | Counter,
                ..
            } => self.ignore(failure, request),
            ErrorKind::WriteTimeout {
                received,
                write: UnloggedBatch,
                ..
            } if request.idempotent => self.lower(failure, request, *received),
            ErrorKind::Unavailable { alive, .. } => self.lower(failure, request, *alive),
            _ => Standard::default().decide(failure, request),
        }
    }
}

impl fmt::Debug for Downgrading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Downgrading")
            .field("recorded", &self.hook.is_some())
            .finish()
    }
}
