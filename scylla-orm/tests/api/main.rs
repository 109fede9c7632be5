//! What the mapper makes of queries and writes, without a server.

mod checks;
mod fields;
mod futures;
mod models;
mod reads;
mod writes;
