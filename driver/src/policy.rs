//! What to do when something fails.

/// How much the driver uses of what it knows about where data lives.
pub mod routing;

/// Whether a request that failed is sent again, and where.
pub mod retry;
