//! Fuzzes the target `binds`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scylla_orm_embedded_fuzz::run("binds", data));
