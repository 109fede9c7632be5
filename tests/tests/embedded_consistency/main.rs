//! Consistency levels fail as on a real cluster when replicas are down, and when they stand still.

mod down;
mod frozen;
mod waits;
