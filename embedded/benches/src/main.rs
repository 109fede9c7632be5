//! What the embedded cluster costs, held against what it may cost.
//!
//! `cargo run --release --manifest-path embedded/benches/Cargo.toml` runs all, with names behind `--` only those. It fails
//! if a limit is passed. Each benchmark is a module and a line in the list below, and runs in a process of its own: the
//! memory of one is not that of another.

mod memory;
mod requests;
mod start;
mod tablets;

use std::process::{Command, ExitCode};

/// The benchmarks by name.
const ALL: &[(&str, fn() -> bool)] = &[
    ("start", start::run),
    ("requests", requests::run),
    ("partitions", memory::partitions),
    ("rows", memory::rows),
    ("tablets", tablets::run),
];

/// In front of a name: it is this process that runs it.
const HERE: &str = "--here";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [here, name] = &arguments[..]
        && here == HERE
    {
        let run = ALL.iter().find(|(own, _)| own == name).unwrap().1;
        return code(run());
    }
    let wanted = |name: &&str| arguments.is_empty() || arguments.iter().any(|a| a == name);
    let names: Vec<&str> = ALL.iter().map(|(name, _)| *name).filter(wanted).collect();
    if names.is_empty() {
        let all: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
        eprintln!("there are: {}", all.join(", "));
        return ExitCode::FAILURE;
    }
    let mut held = true;
    for name in names {
        let own = std::env::current_exe().unwrap();
        held &= Command::new(own)
            .args([HERE, name])
            .status()
            .unwrap()
            .success();
    }
    code(held)
}

fn code(held: bool) -> ExitCode {
    match held {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// A runtime of one thread, for client and server: what runs on it, runs on one core.
fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// Prints whether a limit holds.
fn judge(what: &str, holds: bool) -> bool {
    println!("{}: {what}", if holds { "holds" } else { "DOES NOT HOLD" });
    holds
}
