//! When a request that is not answered yet is sent to another node as well.

mod constant;
mod percentile;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::policy::{Shared, name_of};

pub use constant::Constant;
pub use percentile::Percentile;

/// Says when a request that is not answered yet is sent to another node as well: the first good answer wins, and nobody
/// waits for the others. It cuts the longest latencies, and it costs the cluster work.
///
/// Only requests that are idempotent are copied: reads, and writes that say so. All copies carry the same write time and
/// share the deadline of the request; they go to the nodes of its plan, one after another. A copy that has lost harms
/// nothing: its answer is thrown away when it comes, and its stream id used again only then.
///
/// A session has none unless it is [given one](crate::SessionBuilder::speculation); a profile may have one.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::policy::speculation::SpeculationPolicy;
///
/// /// One copy, soon; the second much later.
/// #[derive(Debug)]
/// struct Twice;
///
/// impl SpeculationPolicy for Twice {
///     fn delay(&self, copy: u32) -> Option<Duration> {
///         match copy {
///             1 => Some(Duration::from_millis(20)),
///             2 => Some(Duration::from_millis(500)),
///             _ => None,
///         }
///     }
/// }
///
/// let builder = scylla_orm_driver::Session::builder().speculation(Twice);
/// ```
pub trait SpeculationPolicy: fmt::Debug + Send + Sync + 'static {
    /// How long to wait for an answer before copy number `copy` is sent, counted from the one before; the first copy is
    /// number 1. `None`: no more copies.
    fn delay(&self, copy: u32) -> Option<Duration>;

    /// A request of this policy was answered so long after it had begun; for policies that learn.
    fn answered(&self, _after: Duration) {}

    /// What metrics call it. The name of its type, unless it says otherwise.
    fn name(&self) -> &'static str {
        name_of::<Self>()
    }
}

impl<P: SpeculationPolicy> From<P> for Shared<dyn SpeculationPolicy> {
    fn from(policy: P) -> Self {
        Shared::of(Arc::new(policy))
    }
}
