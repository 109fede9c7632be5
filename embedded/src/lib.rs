//! A CQL cluster inside the process, for development and tests.
//!
//! # Architecture
//!
//! The modules below stand in the order in which a request passes them, from the socket down to the data. A
//! module imports only modules below it in this list; a test holds that.
//!
//! ```text
//! server ─▶ peer ─▶ node ─▶ exec ─▶ store
//!                             └────▶ catalog ─▶ parse
//! ```

// The cluster: nodes, shards, listeners, start and stop.
mod server;

// One client's connection, from STARTUP to its end.
mod peer;

// What connections share: nodes, shards, the ring, counters, prepared statements.
mod node;

// Faults by rule: what goes wrong, where, and how often.
pub mod fault;

// What a statement does: plans, reads, writes, changes of the schema.
mod exec;

// The data: partitions, rows, cells, tombstones.
mod store;

// The schema in force: keyspaces, tables, types, and the system tables that describe them.
mod catalog;

// From CQL text to statements.
mod parse;

// Bytes to and from clients, plain or in TLS.
mod socket;

// TLS, with certificates of the cluster's own making.
#[cfg(feature = "tls")]
mod tls;

// The errors that a server answers.
mod failure;

// Time as the cluster sees it.
mod clock;

// Which server is imitated where the two differ.
mod flavor;

pub use clock::Clock;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub use exec::fuzz;
pub use fault::Fault;
pub use flavor::Flavor;
pub use node::requests::RequestRecord;
pub use node::traffic::{Reached, ShardTraffic};
pub use scylla_orm_driver::frame::TabletRouting;
pub use server::{Cluster, ClusterBuilder, Error, ScriptError, Tablet, TabletError};
#[cfg(feature = "tls")]
pub use tls::{Handshake, Identity, Tls};
