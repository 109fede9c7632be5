//! Tests of a session against nodes that do what each test says.

mod close;
mod connect;
mod execute;
mod fake;
mod follow;
mod nonsense;
mod pages;
mod policies;
mod retry;
mod rows;
mod schema;
mod trace;
