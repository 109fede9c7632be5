//! The lock and the counters of a connection: those of `std`, or, where loom tries all orders of threads, its own.

#[cfg(all(test, scylla_orm_loom))]
pub(super) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32},
};
#[cfg(not(all(test, scylla_orm_loom)))]
pub(super) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32},
};
