//! What the mapper makes of queries and writes, without a server.

#![expect(clippy::unwrap_used, reason = "a test")]

mod checks;
mod fields;
mod futures;
mod models;
mod reads;
mod writes;
