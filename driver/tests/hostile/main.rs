//! What a hostile server or a broken network can send: nothing of it panics, hangs, takes more memory than it may, or
//! makes an error tell what was in the data.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails with the place and the error"
)]

mod claims;
mod corpus;
mod noise;
mod pieces;
mod secrets;
#[path = "targets/all.rs"]
mod targets;
