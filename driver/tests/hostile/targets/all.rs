//! Functions that take any bytes and must come back: what fuzzing runs, and what runs over the kept inputs in `cargo test`.
//!
//! Each one may only fail by breaking a promise: a panic, an endless loop, or an assertion about what was read.

pub(crate) mod compressed;
pub(crate) mod connection;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod features;
pub(crate) mod messages;
pub(crate) mod names;
pub(crate) mod rows;
pub(crate) mod segments;
pub(crate) mod tablets;
pub(crate) mod types;
pub(crate) mod values;

/// A function that takes any bytes.
pub(crate) type Target = fn(&[u8]);

/// All of them by name.
pub(crate) const ALL: &[(&str, Target)] = &[
    ("compressed", compressed::run),
    ("connection", connection::run),
    ("errors", errors::run),
    ("events", events::run),
    ("names", names::run),
    ("requests", messages::requests),
    ("responses", messages::responses),
    ("rows", rows::run),
    ("segments", segments::run),
    ("supported", features::run),
    ("tablets", tablets::run),
    ("types", types::run),
    ("values", values::run),
];
