//! Fuzzes the target `connection`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scylla_orm_driver_fuzz::run("connection", data));
