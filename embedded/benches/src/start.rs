//! How long a cluster takes to start, and to stop: from the call to the last listener, in wall time.

use std::time::{Duration, Instant};

use scylla_orm_embedded::Cluster;

use crate::{judge, on_one_thread};

/// Nodes, shards of each, and how long the start may take.
const CASES: [(usize, u16, Duration); 3] = [
    (1, 2, Duration::from_millis(50)),
    (3, 4, Duration::from_millis(500)),
    (9, 8, Duration::from_millis(500)),
];

const TIMES: usize = 21;

/// Runs it.
pub fn run() -> bool {
    println!("start and stop, {TIMES} times: median and slowest, in ms\n");
    println!("| nodes × shards | start | slowest | stop | slowest |\n|---|---|---|---|---|");
    let cases: Vec<(usize, u16, Duration, Duration)> = CASES
        .into_iter()
        .map(|(nodes, shards, limit)| (nodes, shards, limit, slowest_start(nodes, shards)))
        .collect();
    println!();
    let held = cases.into_iter().map(|(nodes, shards, limit, slowest)| {
        let what = format!("{nodes} × {shards} start within {limit:?}: {slowest:?} at most");
        judge(&what, slowest < limit)
    });
    held.fold(true, |all, one| all & one)
}

fn slowest_start(nodes: usize, shards: u16) -> Duration {
    let (mut starts, mut stops) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let builder = Cluster::builder().nodes(nodes).shards(shards);
        let (start, stop) = on_one_thread(async {
            let at = Instant::now();
            let cluster = builder.start().await.unwrap();
            let start = at.elapsed();
            let at = Instant::now();
            cluster.stop().await;
            (start, at.elapsed())
        });
        starts.push(start);
        stops.push(stop);
    }
    let ((start, slowest), (stop, slowest_stop)) = (spread(starts), spread(stops));
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "| {nodes} × {shards} | {:.2} | {:.2} | {:.2} | {:.2} |",
        ms(start),
        ms(slowest),
        ms(stop),
        ms(slowest_stop)
    );
    slowest
}

/// The median and the longest.
fn spread(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}
