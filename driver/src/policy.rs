//! What to do when something fails.

/// Whether a request that failed is sent again, and where.
pub mod retry;
