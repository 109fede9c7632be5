//! How much a session asks at once: limits of concurrency and of rate, with a queue that has an end.
//!
//! Whoever asks more than a cluster can do gets slower answers, then timeouts, and the cluster does work that nobody waits
//! for any more. A limit at the client keeps what is too much in a queue, in the order in which it came, and refuses at once
//! what is too much for the queue.

mod both;
mod concurrency;
mod line;
mod rate;

use std::fmt;
use std::sync::Arc;

use futures_core::future::BoxFuture;

use crate::error::ErrorKind;
use crate::policy::Shared;

pub use both::Both;
pub use concurrency::Concurrency;
pub use rate::Rate;

/// Says when a request may begin.
///
/// A session has none unless it is [given one](crate::SessionBuilder::throttle); a profile may have one of its own, which is
/// asked in the place of the session's. One that several sessions hold limits them together.
///
/// Each EXECUTE, QUERY and BATCH of the application is one request, and so is the PREPARE of a statement that is new to the
/// session; each page is one. All attempts of a request and all its copies are that one request. What the driver asks for
/// itself waits for nobody: topology, schema, heartbeats, and statements that a server has forgotten.
///
/// The time in a queue is a part of the request's time: at its deadline the request fails with
/// [`Timeout`](ErrorKind::Timeout), which says that nothing was sent. A queue that is full fails it at once with
/// [`Throttled`](ErrorKind::Throttled). [`Session::metrics`](crate::Session::metrics) counts both.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::throttle::Concurrency;
///
/// let builder = Session::builder().throttle(Concurrency::new(256).queue(1_000));
/// ```
///
/// A policy of your own, which lets nothing in while a switch is off:
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
///
/// use scylla_orm_driver::policy::throttle::{Entrance, Full, Throttle};
///
/// #[derive(Debug)]
/// struct Switch(AtomicBool);
///
/// impl Throttle for Switch {
///     fn enter(&self) -> Entrance {
///         match self.0.load(Relaxed) {
///             true => Entrance::Open,
///             false => Entrance::Refused(Full { queued: 0, limit: 0 }),
///         }
///     }
/// }
///
/// let builder = scylla_orm_driver::Session::builder().throttle(Switch(AtomicBool::new(true)));
/// ```
pub trait Throttle: fmt::Debug + Send + Sync + 'static {
    /// A request wants to begin. It is asked once for each request, on the way that all of them go: it must not block.
    fn enter(&self) -> Entrance;

    /// A request that was let in has ended, or was given up.
    fn leave(&self) {}
}

/// Whether a request may begin.
pub enum Entrance {
    /// It begins now, and [leaves](Throttle::leave) when it ends.
    Open,
    /// It begins when this resolves, and leaves when it ends; or is refused then. It is polled at once. One that is dropped
    /// before it has resolved gives its place back, and does not leave.
    Queue(BoxFuture<'static, Result<(), Full>>),
    /// It fails now.
    Refused(Full),
}

impl fmt::Debug for Entrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entrance::Open => f.write_str("Open"),
            Entrance::Queue(_) => f.write_str("Queue"),
            Entrance::Refused(full) => f.debug_tuple("Refused").field(full).finish(),
        }
    }
}

/// A queue has no place left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// How many requests wait.
    pub queued: usize,
    /// How many may.
    pub limit: usize,
}

impl From<Full> for ErrorKind {
    fn from(Full { queued, limit }: Full) -> ErrorKind {
        ErrorKind::Throttled { queued, limit }
    }
}

impl<P: Throttle> From<P> for Shared<dyn Throttle> {
    fn from(policy: P) -> Self {
        Shared::of(Arc::new(policy))
    }
}

/// The place of a request that was let in; it leaves when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Place(Option<Shared<dyn Throttle>>);

impl Place {
    pub(crate) fn of(throttle: Shared<dyn Throttle>) -> Place {
        Place(Some(throttle))
    }

    /// Leaves nothing when it is dropped: somebody else answers for the place.
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Place {
    #[inline]
    fn drop(&mut self) {
        if let Some(throttle) = &self.0 {
            throttle.leave();
        }
    }
}

/// Requests that wait, where nobody says otherwise.
const QUEUE: usize = 1_024;
