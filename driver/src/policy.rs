//! What users choose: whom to ask, whether to ask again, when to connect again.
//!
//! A policy is a small type with a trait of its own, so that users can bring theirs. It is pure where it can be: it gets
//! what it decides from, and nothing is sent by it. A session has one policy of each kind; a
//! [`Profile`](profile::Profile) may have others, and a statement may have others again: the nearest to the request wins.
//!
//! | kind | trait | of the session | in a profile | of a statement |
//! |---|---|---|---|---|
//! | whom to ask, and whom to connect to | [`LoadBalancing`](balancing::LoadBalancing) | yes | yes | by a profile |
//! | what follows a failure | [`RetryPolicy`](retry::RetryPolicy) | yes | yes | yes |
//! | whether another node is asked too | [`SpeculationPolicy`](speculation::SpeculationPolicy) | yes | yes | by a profile |
//! | when a request may begin | [`Throttle`](throttle::Throttle) | yes | yes | by a profile |
//! | write times | [`TimestampGenerator`](timestamp::TimestampGenerator) | yes | | a time |
//! | when a node is tried again | [`ReconnectionPolicy`](reconnection::ReconnectionPolicy) | yes | | |
//! | when a node is down | [`ConvictionPolicy`](conviction::ConvictionPolicy) | yes | | |
//! | where a node is connected to | [`AddressTranslator`](address::AddressTranslator) | yes | | |
//!
//! What other drivers call these, and where their defaults are others, stands in [`docs`](crate::docs).
//!
//! Policies know nodes, tokens, consistency levels and errors; statements carry them, connections and sessions ask them.
//! That is where this module stands in the order of the crate.

mod shared;

/// Where a node is connected to, if not where the cluster says.
pub mod address;

/// Whom a request is sent to, in which order.
pub mod balancing;

/// When a node counts as down.
pub mod conviction;

/// How far nodes are from here.
pub mod distance;

/// How a kind of requests is executed, changed while the program runs.
pub mod profile;

/// How long to wait before a node is connected to again.
pub mod reconnection;

/// Whether a request that failed is sent again, and where.
pub mod retry;

/// How much the driver uses of what it knows about where data lives.
pub mod routing;

/// When a request that is not answered yet is sent to another node as well.
pub mod speculation;

/// How much a session asks at once.
pub mod throttle;

/// Who says when a write was made.
pub mod timestamp;

/// Who wants to know of each request that has ended.
pub mod tracker;

pub use shared::Shared;

use shared::name_of;
