//! Fuzzes the target `tablets`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scylla_orm_driver_fuzz::run("tablets", data));
