//! What holds for all messages, types and values: what was written is read as the same.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails with the place and the error"
)]

mod arbitrary;
mod requests;
mod responses;
mod tokens;
mod types;
mod values;
