//! Plans, as data.
