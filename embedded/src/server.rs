//! The cluster: nodes, shards, listeners, start and stop.
