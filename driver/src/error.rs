//! The driver's one error type.

/// What the driver returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure, with where it happened.
#[derive(Debug)]
pub struct Error {}

/// What kind of failure it was.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {}
