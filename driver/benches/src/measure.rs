//! Candidates that do the same, measured in turns: what disturbs one round disturbs all of them.

use std::time::Duration;

use cpu_time::ThreadTime;

/// A candidate: its name, and what it does once.
pub type Candidate<'a> = (&'a str, Box<dyn FnMut() + 'a>);

/// How often each candidate has its turn, and how often it does its work then.
const ROUNDS: usize = 201;
const TIMES: u32 = 20;

/// Prints the median CPU time of each candidate, and its ratio to that of the candidate called `base`.
pub fn compare(title: &str, base: &str, mut candidates: Vec<Candidate<'_>>) {
    let mut times = vec![Vec::with_capacity(ROUNDS); candidates.len()];
    for _ in 0..ROUNDS {
        for ((_, work), times) in candidates.iter_mut().zip(&mut times) {
            let start = ThreadTime::now();
            for _ in 0..TIMES {
                work();
            }
            times.push(start.elapsed() / TIMES);
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let of_base = candidates
        .iter()
        .position(|(name, _)| *name == base)
        .unwrap();
    println!("{title}\n");
    println!("| | µs | ÷ {base} |\n|---|---|---|");
    for ((name, _), time) in candidates.iter().zip(&medians) {
        println!("| {name} | {time:.1} | {:.3} |", time / medians[of_base]);
    }
    println!();
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}
