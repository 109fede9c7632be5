//! Fuzzing of the driver: the functions of `driver/tests/hostile/targets`, by name.

#[path = "../../tests/hostile/targets/all.rs"]
mod targets;

/// Runs the target of this name.
///
/// # Panics
/// If there is none, or if it finds something.
pub fn run(name: &str, data: &[u8]) {
    let mut named = targets::ALL.iter().filter(|(own, _)| *own == name);
    let (_, run) = named.next().unwrap_or_else(|| panic!("no target {name}"));
    run(data);
}
