//! A shard-aware driver for ScyllaDB and Apache Cassandra.
//!
//! # Architecture
//!
//! The modules below stand in the order in which a request passes them, from the caller down to the
//! socket. A module imports only modules below it in this list; a test holds that.
//!
//! ```text
//! session ─▶ cluster ─▶ routing ─▶ pool ─▶ conn ─▶ frame ─▶ wire ─▶ socket
//! session ◀───────────────────────────────── conn ◀── frame ◀── wire ◀───┘
//! ```
//!
//! [`docs::request`] follows one request, function by function.

// What generated code names. Not a part of the interface.
#[doc(hidden)]
pub mod private;

// What applications hold: prepare, execute, query, batch, page, close.
pub mod session;

// The live cluster: the topology snapshot, a pool per node, the control connection.
pub mod cluster;

// Whom to ask: replicas, data centres, shards. Pure.
pub mod routing;

// The connections to one node, one per shard.
pub mod pool;

// One connection: handshake, stream ids, the task that owns the socket, close.
pub mod conn;

// Statements and their options, among them the profile that they are executed with.
pub mod statement;

// What users choose: whom to ask, whether to ask again, when to connect again. Below statements and sessions, which carry
// policies, and connections, which ask them; above what policies judge: nodes, tokens, errors.
pub mod policy;

// An immutable picture of the cluster: nodes, ring, replication, schema.
pub mod topology;

// From a partition key to a token, and from a token to a shard.
pub mod token;

// Counters of what the driver did.
pub mod metrics;

// The driver's one error type.
pub mod error;

// CQL messages, both directions of each in one file.
pub mod frame;

// How Rust values and CQL values meet.
pub mod value;

// The notations of the protocol: `[int]`, `[string]`, `[bytes]` and so on.
pub mod wire;

// Time as the driver sees it: now, timestamps, deadlines.
pub mod clock;

// How bytes reach a server: streams, and names that become addresses.
pub mod socket;

// Pages of documentation, no code: the way of a request, what other drivers have, and where this one differs on purpose.
pub mod docs;

pub use error::{Error, ErrorKind, Result};
pub use session::{Session, SessionBuilder};
