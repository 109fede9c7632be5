//! Tests of a session against nodes that do what each test says.

mod close;
mod connect;
mod execute;
mod fake;
mod follow;
mod retry;
mod rows;
