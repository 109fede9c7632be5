//! Fuzzes the target `parse`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scylla_orm_embedded_fuzz::run("parse", data));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    scylla_orm_embedded_fuzz::mutate(0, data, size, max_size, seed)
});
