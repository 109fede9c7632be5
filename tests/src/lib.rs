//! What the suites share.

// What statements answer while replicas stand still.
pub mod levels;

// What the library tells by `tracing`, collected.
pub mod log;

// Waiting with a deadline.
pub mod poll;

// A client of bytes.
pub mod raw;

// A relay between driver and cluster that counts frames and sees how connections end.
pub mod relay;

// Reads our own sources: which module imports which, how long files and functions are.
pub mod source;

// Addresses where no server answers, each in its own way.
pub mod strangers;

// The cluster that a run tests against.
pub mod target;

// How TCP connections end, seen on the wire.
pub mod tcp;

// All that is told while the suites run, and all that they bind, in files.
pub mod trace;

// Statements and their answers, as text.
pub mod transcript;

/// The code of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
