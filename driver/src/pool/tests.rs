//! Tests of a pool against a node with shards, on a network in memory and with a clock that the tests move.

mod backoff;
mod fill;
mod node;
mod pick;
mod storm;
mod tcp;
