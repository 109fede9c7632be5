//! Whom a request is sent to, in which order, and whom a session connects to.
//!
//! Without a policy a session does what suits nearly everybody: replicas of the partition first, those of the local rack,
//! then of the local data centre, and among equals the first, unless another has clearly less to do; see
//! [`SessionBuilder`](crate::SessionBuilder). That path allocates nothing and calls nothing through a pointer. A policy
//! from here takes its place; most are made of two, as `TokenAware::new(DcAware::default())`.

mod dc_aware;
mod host_filter;
mod least_loaded;
mod rack_aware;
mod round_robin;
mod target_first;
mod token_aware;
mod white_list;

/// The nodes that a policy calls remote, in a fixed order; none for a `LOCAL_` consistency level.
fn last_resort(
    policy: &impl LoadBalancing,
    request: &Request<'_>,
    nodes: &Nodes<'_>,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    if !request.allows(HostDistance::Remote) {
        return ControlFlow::Continue(());
    }
    nodes
        .places()
        .filter(|node| policy.distance(*node, nodes) == HostDistance::Remote)
        .try_for_each(visit)
}

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::ControlFlow;

use crate::frame::Consistency;
use crate::policy::Shared;
use crate::policy::distance::{HostDistance, Locality};
use crate::token::Token;
use crate::topology::Node;

pub use dc_aware::DcAware;
pub use host_filter::HostFilter;
pub use least_loaded::LeastLoaded;
pub use rack_aware::RackAware;
pub use round_robin::RoundRobin;
pub use target_first::TargetFirst;
pub use token_aware::TokenAware;
pub use white_list::{Host, WhiteList};

/// Whom a request is sent to, in which order, and whom a session connects to.
///
/// It is asked for each request, so it should be quick and should not allocate; it must not block. It need not know which
/// nodes are down, or silent: those are passed over. Nodes are places in [`Nodes::all`].
///
/// # Examples
/// Even places first:
/// ```
/// use std::ops::ControlFlow;
///
/// use scylla_orm_driver::policy::balancing::{LoadBalancing, Nodes, Request, Visit};
/// use scylla_orm_driver::policy::distance::HostDistance;
///
/// #[derive(Debug)]
/// struct EvenFirst;
///
/// impl LoadBalancing for EvenFirst {
///     fn distance(&self, _node: u16, _nodes: &Nodes<'_>) -> HostDistance {
///         HostDistance::Local
///     }
///
///     fn plan(&self, _request: &Request<'_>, nodes: &Nodes<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
///         nodes.places().filter(|place| place % 2 == 0).try_for_each(&mut *visit)?;
///         nodes.places().filter(|place| place % 2 == 1).try_for_each(visit)
///     }
/// }
///
/// let builder = scylla_orm_driver::Session::builder().load_balancing(EvenFirst);
/// ```
pub trait LoadBalancing: fmt::Debug + Send + Sync + 'static {
    /// How far a node is: whether the session connects to it, and with how many connections. Asked when the topology is
    /// read; the nearest that any policy of the session says is what counts.
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance;

    /// Tells `visit` the nodes to ask, the best first, until it breaks. One that is told twice is asked once.
    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()>;
}

/// What a plan tells its nodes to. It breaks when no more are wanted: then the plan is to end, which `?` does.
pub type Visit<'v> = dyn FnMut(u16) -> ControlFlow<()> + 'v;

/// What a policy knows of a request.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Request<'a> {
    /// The keyspace that it is about, if that is known.
    pub keyspace: Option<&'a str>,
    /// The token of its partition, if its values tell it.
    pub token: Option<Token>,
    /// The replicas of its partition, in the order of the ring or of the tablet; empty if they are not known.
    pub replicas: &'a [u16],
    /// How many replicas must answer.
    pub consistency: Consistency,
    /// Whether everybody should ask the replicas in the same order, as conditional writes want it: whoever asks another
    /// one first makes two rounds of Paxos collide.
    pub stable: bool,
    /// One more for each request of the session: where a policy that takes turns begins.
    pub turn: usize,
}

impl Request<'_> {
    /// Whether nodes at that distance may be asked: those of other data centres do not count for a `LOCAL_` level.
    pub fn allows(&self, distance: HostDistance) -> bool {
        match distance {
            HostDistance::LocalRack | HostDistance::Local => true,
            HostDistance::Remote => !self.consistency.is_local(),
            HostDistance::Ignored => false,
        }
    }
}

/// The nodes of the cluster at one moment.
#[derive(Clone, Copy)]
pub struct Nodes<'a> {
    nodes: &'a [Node],
    here: &'a Locality,
    load: &'a dyn Fn(u16) -> Option<u32>,
}

impl<'a> Nodes<'a> {
    /// A view of `nodes` from `here`; `load` is how many answers a node owes, `None` if it has no connection. For tests
    /// of policies: a session makes its own.
    pub fn new(
        nodes: &'a [Node],
        here: &'a Locality,
        load: &'a dyn Fn(u16) -> Option<u32>,
    ) -> Nodes<'a> {
        Nodes { nodes, here, load }
    }

    /// All nodes. Plans name them by their places in this slice.
    pub fn all(&self) -> &'a [Node] {
        self.nodes
    }

    /// The places of all nodes.
    pub fn places(&self) -> impl DoubleEndedIterator<Item = u16> + use<> {
        // There are never more: the driver leaves out what its numbers do not reach.
        0..u16::try_from(self.nodes.len()).unwrap_or(u16::MAX)
    }

    /// The node at a place.
    pub fn at(&self, place: u16) -> Option<&'a Node> {
        self.nodes.get(usize::from(place))
    }

    /// Where the session is.
    pub fn here(&self) -> &'a Locality {
        self.here
    }

    /// How many answers the node owes on the connection that the request would go by; `None` if it has none.
    pub fn load(&self, place: u16) -> Option<u32> {
        (self.load)(place)
    }

    /// The places for which `keep` holds, from the one that has the turn on: each is the first equally often.
    fn in_turn(self, turn: usize, keep: impl Fn(u16) -> bool + Copy) -> impl Iterator<Item = u16> {
        let count = self.places().filter(|place| keep(*place)).count();
        let start = turn.checked_rem(count).unwrap_or(0);
        let kept = move || self.places().filter(move |place| keep(*place));
        kept().skip(start).chain(kept().take(start))
    }
}

impl fmt::Debug for Nodes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nodes")
            .field("nodes", &self.nodes)
            .field("here", &self.here)
            .finish_non_exhaustive()
    }
}

impl<P: LoadBalancing> From<P> for Shared<dyn LoadBalancing> {
    fn from(policy: P) -> Self {
        Shared::of(std::sync::Arc::new(policy))
    }
}
