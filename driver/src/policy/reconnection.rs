//! How long to wait before a node is connected to again.

mod constant;
mod exponential;
mod full_jitter;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::policy::Shared;

pub use constant::Constant;
pub use exponential::Exponential;
pub use full_jitter::FullJitter;

/// Says how long to wait before a node that could not be connected to is tried again. The control connection follows it
/// too, but never gives up.
///
/// An event that says that the node is up ends the wait, and begins the schedule anew.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::reconnection::ReconnectionPolicy;
/// use scylla_orm_driver::pool::config::PoolConfig;
///
/// /// Soon, then every minute.
/// #[derive(Debug)]
/// struct SoonOnce;
///
/// impl ReconnectionPolicy for SoonOnce {
///     fn delay(&self, failures: u32) -> Option<Duration> {
///         Some(Duration::from_secs(if failures == 0 { 1 } else { 60 }))
///     }
/// }
///
/// let pool = PoolConfig {
///     reconnection: SoonOnce.into(),
///     ..PoolConfig::default()
/// };
/// let builder = Session::builder().pool_settings(pool);
/// ```
pub trait ReconnectionPolicy: fmt::Debug + Send + Sync + 'static {
    /// How long to wait before the next attempt, after one that failed; `failures` is how many had failed before that one
    /// since one succeeded. `None` gives up: the node is tried again when the cluster says that it is up.
    fn delay(&self, failures: u32) -> Option<Duration>;

    /// A connection that has lasted as long was a success: when it is lost, the schedule begins anew, and there is no wait.
    /// One that was lost earlier is taken for one more failure: a server that accepts and hangs up is not asked at full
    /// speed. 10 s by default.
    fn lasting(&self) -> Duration {
        Duration::from_secs(10)
    }
}

impl<P: ReconnectionPolicy> From<P> for Shared<dyn ReconnectionPolicy> {
    fn from(policy: P) -> Self {
        Shared::of(Arc::new(policy))
    }
}

/// `shortest` doubled so often, but not beyond `longest`.
fn doubled(shortest: Duration, longest: Duration, times: u32) -> Duration {
    let factor = 1_u32.checked_shl(times).unwrap_or(u32::MAX);
    shortest.saturating_mul(factor).min(longest)
}
