//! The main job, on real input.
fn main() {}
