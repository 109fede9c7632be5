//! A CQL cluster inside the process, for development and tests.
//!
//! One line starts a node, which any client of ScyllaDB or Cassandra can connect to; a script makes what a test needs:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use scylla_orm_embedded::Cluster;
//!
//! let cluster = Cluster::start().await?;
//! cluster.run_script(
//!     "CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 1};
//!      CREATE TABLE shop.orders (id int PRIMARY KEY, total decimal);",
//! )?;
//! let contact_points = cluster.contact_points(); // 127.0.0.1 and a free port
//! # assert_eq!(contact_points.len(), 1);
//! // … the application connects, and does what it does …
//! cluster.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! | A test that needs | finds it in |
//! |---|---|
//! | several nodes, shards, racks, data centres, Cassandra instead of ScyllaDB | [`Cluster::builder`] |
//! | users, passwords, permissions | [`ClusterBuilder::credentials`], [`ClusterBuilder::authorization`] |
//! | TLS (feature `tls`) | `ClusterBuilder::tls`, `Cluster::ca_certificate_pem` |
//! | the same data each time | [`Cluster::run_script`], [`Cluster::load_snapshot`] |
//! | time that passes | [`Cluster::clock`] |
//! | nodes that stop, join, leave | [`Cluster::stop_node`], [`Cluster::start_node`] |
//! | what goes wrong on a network | [`Cluster::fault`] |
//! | to know what was asked, and where it arrived | [`Cluster::requests`], [`Cluster::traffic`] |
//!
//! The program `scylla-orm-embedded` (feature `cli`) is the same for cqlsh and other languages:
//! `scylla-orm-embedded --nodes 3 --credentials admin:secret --script schema.cql --snapshot data`.
//!
//! # What it is not
//!
//! It is no database. It keeps everything in the memory of one process, in one copy: that a quorum answers is played, not
//! done. It is not as fast or as slow as a server, so no figure of it says anything about one. It imitates what clients see
//! and not how: there are no SSTables, no repair, no compaction, no nodetool. User-defined functions, triggers and logs of
//! changes (CDC) are missing. For production there are ScyllaDB and Apache Cassandra, and a test that everything works
//! there belongs on them.
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

// Snapshots: what a cluster knows, in a directory, and back.
mod snapshot;

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
pub use snapshot::SnapshotError;
#[cfg(feature = "tls")]
pub use tls::{Handshake, Identity, Tls};
