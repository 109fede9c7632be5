//! Who may do what on an embedded cluster, and who listens on the way.
//!
//! Runs on embedded clusters alone: each test asks for one of its own kind.

mod roles;
mod secrets;
mod tls;
