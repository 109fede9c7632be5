//! Time as the cluster sees it.
