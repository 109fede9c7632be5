//! Who wants to know of each request that has ended.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use crate::error::Error;

/// Is told of each request of the application when it has ended, whether it succeeded or not. One that is given up by
/// its caller is not told.
///
/// It is called by the task that waits for the answer, so it must be quick and must not block. A session without
/// trackers pays nothing for them.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::tracker::{Ended, RequestTracker};
///
/// #[derive(Debug)]
/// struct Audit;
///
/// impl RequestTracker for Audit {
///     fn ended(&self, request: &Ended<'_>) {
///         if let Some(error) = request.error {
///             eprintln!("{} failed after {:?}: {error}", request.operation, request.elapsed);
///             for attempt in error.attempts() {
///                 eprintln!("  {}: {}", attempt.target, attempt.kind);
///             }
///         }
///     }
/// }
///
/// let builder = Session::builder().request_tracker(Audit);
/// # let _ = builder;
/// ```
pub trait RequestTracker: Debug + Send + Sync + 'static {
    /// A request has ended.
    fn ended(&self, request: &Ended<'_>);
}

/// A request that has ended. What was bound to its markers is not told.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Ended<'a> {
    /// The message that was sent: `EXECUTE`, `QUERY`, `BATCH`, `PREPARE`.
    pub operation: &'static str,
    /// The CQL text as the application wrote it, with the literals that are in it; of a batch, its first statement.
    pub statement: &'a str,
    /// The keyspace, if it is known.
    pub keyspace: Option<&'a str>,
    /// The table, if it is known.
    pub table: Option<&'a str>,
    /// How long it took, all its attempts together.
    pub elapsed: Duration,
    /// The node that answered, or failed last.
    pub node: Option<SocketAddr>,
    /// The shard of that connection.
    pub shard: Option<u16>,
    /// Where the server recorded how it executed the statement, if that was asked for: see
    /// [`Session::trace`](crate::Session::trace).
    pub tracing_id: Option<uuid::Uuid>,
    /// Rows of the answer, or of this page of it.
    pub rows: usize,
    /// Why it failed; the error has the history of the attempts.
    pub error: Option<&'a Error>,
}
