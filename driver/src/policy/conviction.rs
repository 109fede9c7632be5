//! When a node counts as down.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::policy::Shared;

/// Says whether a node counts as down because one of its connections was lost.
///
/// # Examples
/// A node is down when it has lost half of its connections:
/// ```
/// use scylla_orm_driver::policy::conviction::{Conviction, ConvictionPolicy, Loss};
///
/// #[derive(Debug)]
/// struct Half;
///
/// impl ConvictionPolicy for Half {
///     fn judge(&self, loss: &Loss<'_>) -> Conviction {
///         match loss.remaining * 2 <= loss.wanted {
///             true => Conviction::Down,
///             false => Conviction::Up,
///         }
///     }
/// }
///
/// let pool = scylla_orm_driver::pool::config::PoolConfig {
///     conviction: Half.into(),
///     ..Default::default()
/// };
/// let builder = scylla_orm_driver::Session::builder().pool_settings(pool);
/// ```
pub trait ConvictionPolicy: fmt::Debug + Send + Sync + 'static {
    /// What the loss of a connection says about its node. It keeps no state for whom it is told of: a node that is
    /// connected to again is up.
    fn judge(&self, loss: &Loss<'_>) -> Conviction;
}

/// A connection that has ended, and not because this side closed it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Loss<'a> {
    /// The node.
    pub node: SocketAddr,
    /// Why it has ended.
    pub cause: &'a str,
    /// Connections that the node still has.
    pub remaining: u16,
    /// Connections that it should have.
    pub wanted: u16,
}

/// What becomes of a node that has lost a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conviction {
    /// Its other connections go on; the lost one is opened again.
    Up,
    /// Its other connections go on, but each must give a sign of life within the time of a heartbeat.
    Suspect,
    /// Its other connections are closed too, each when it has its answers, and requests go to other nodes until it can be
    /// connected to again.
    Down,
}

/// What a session does unless it is told otherwise: a node is down when its last connection is gone. Whether the others
/// still work, they find out by themselves.
///
/// # Examples
/// ```
/// use scylla_orm_driver::policy::conviction::LastConnection;
/// use scylla_orm_driver::pool::config::PoolConfig;
///
/// let pool = PoolConfig {
///     conviction: LastConnection.into(),
///     ..PoolConfig::default()
/// };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastConnection;

impl ConvictionPolicy for LastConnection {
    fn judge(&self, _loss: &Loss<'_>) -> Conviction {
        Conviction::Up
    }
}

/// A node is down after the first failure of any of its connections.
///
/// # Examples
/// ```
/// use scylla_orm_driver::policy::conviction::FirstFailure;
/// use scylla_orm_driver::pool::config::PoolConfig;
///
/// let pool = PoolConfig {
///     conviction: FirstFailure.into(),
///     ..PoolConfig::default()
/// };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FirstFailure;

impl ConvictionPolicy for FirstFailure {
    fn judge(&self, _loss: &Loss<'_>) -> Conviction {
        Conviction::Down
    }
}

impl<P: ConvictionPolicy> From<P> for Shared<dyn ConvictionPolicy> {
    fn from(policy: P) -> Self {
        Shared::of(Arc::new(policy))
    }
}
