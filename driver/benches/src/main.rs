//! The driver measured beside others, in one interleaved run.
//!
//! `cargo run --release --manifest-path driver/benches/Cargo.toml` runs all, with names behind `--` only those. Each
//! benchmark is a module, and a line in the list below.

mod measure;
mod rows;

/// The benchmarks by name.
const ALL: &[(&str, fn())] = &[("rows", rows::run)];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, run) in ALL {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run();
        }
    }
}
