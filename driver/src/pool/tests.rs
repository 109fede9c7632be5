//! Tests of a pool against a server with shards.
