//! Every type of CQL, there and back: as Rust types, as dynamic values, and as literals that the server reads.

mod absent;
mod composite;
mod derived;
mod dynamic;
mod scalar;
mod table;
mod timeuuids;
