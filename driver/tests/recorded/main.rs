//! What a real Apache Cassandra has sent, read and written back to the same bytes.
//!
//! `tests/src/bin/record` has recorded it; the first line of each file says when and from which release.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails with the place and the error"
)]

mod complete;
mod damaged;
mod frames;
mod packed;
mod tape;
mod values;
