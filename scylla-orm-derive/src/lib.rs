//! Derives of `scylla-orm`.
