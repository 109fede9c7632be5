//! Trackers, slow requests and warnings.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::policy::tracker::{Ended, RequestTracker};
use scylla_orm::driver::statement::{Batch, BatchKind};
use tests::log::Log;

use super::{Bench, SECRET};

/// Keeps a line for each request.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl RequestTracker for Lines {
    fn ended(&self, ended: &Ended<'_>) {
        let table = ended.table.unwrap_or("-");
        let outcome = match ended.error {
            None => format!("{} rows", ended.rows),
            Some(error) => format!("failed after {} attempts", error.attempts().len()),
        };
        assert!(ended.node.is_some() && ended.elapsed > Duration::ZERO);
        let line = format!("{} {table}: {outcome}", ended.operation);
        self.0.lock().unwrap().push(line);
    }
}

impl Lines {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn a_tracker_hears_of_each_request() {
    let lines = Lines::default();
    let bench = Bench::start(Session::builder().request_tracker(lines.clone())).await;
    assert_eq!(
        lines.take(),
        ["QUERY -: 0 rows", "PREPARE -: 0 rows", "PREPARE -: 0 rows"]
    );
    bench.work(1).await;
    assert_eq!(lines.take(), ["EXECUTE t: 0 rows", "EXECUTE t: 1 rows"]);
    bench.fail().await;
    assert_eq!(lines.take(), ["PREPARE -: failed after 1 attempts"]);
    let mut batch = Batch::new(BatchKind::Unlogged);
    batch.push(&bench.insert, ("a", 1)).unwrap();
    bench.session.batch(&batch).await.unwrap();
    assert_eq!(lines.take(), ["BATCH t: 0 rows"]);
    bench.end().await;
}

#[tokio::test]
async fn slow_requests_are_logged_without_what_they_hold() {
    let log = Log::start();
    // Every request is slower than this.
    let bench = Bench::start(Session::builder().slow_requests(Duration::from_nanos(1))).await;
    bench.work(1).await;
    bench.fail().await;
    let slow = bench.session.metrics().slow;
    assert_eq!(slow, 6);
    let lines = log.lines();
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("slow request"))
        .collect();
    assert_eq!(told.len(), 6, "{lines:#?}");
    assert!(
        told.iter().any(|line| line.contains("nonsense = ?")),
        "{told:#?}"
    );
    assert!(
        lines.iter().all(|line| !line.contains(SECRET)),
        "{lines:#?}"
    );
    bench.end().await;
}

/// Servers warn of each such statement anew: Cassandra of a batch over many partitions, ScyllaDB of the strategy.
#[tokio::test]
async fn a_warning_is_told_once() {
    let bench = Bench::start(Session::builder()).await;
    let (log, before) = (Log::start(), bench.session.metrics().warnings);
    let mut warned = Vec::new();
    for round in 0..3 {
        let mut batch = Batch::new(BatchKind::Unlogged);
        for n in 0..20 {
            batch
                .push(&bench.insert, (format!("{round} {n}"), n))
                .unwrap();
        }
        warned.push(bench.session.batch(&batch).await.unwrap());
        // Not the one of the table: with tablets, that has another strategy for good.
        let verb = if round == 0 { "CREATE" } else { "ALTER" };
        let simple = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
        let cql = format!(
            "{verb} KEYSPACE {}_simple WITH replication = {simple}",
            bench.keyspace
        );
        warned.push(bench.session.query(cql, ()).await.unwrap());
    }
    let drop = format!("DROP KEYSPACE {}_simple", bench.keyspace);
    warned.push(bench.session.query(drop, ()).await.unwrap());
    warned.retain(|answer| !answer.warnings().is_empty());
    let counted = bench.session.metrics().warnings - before;
    assert_eq!(counted, warned.len() as u64);
    let texts: BTreeSet<_> = warned.iter().flat_map(|a| a.warnings()).collect();
    let told = log.count("the server warns");
    println!(
        "{counted} answers with {} warnings, {told} told",
        texts.len()
    );
    assert!(counted >= 3, "one of the two in each round");
    assert_eq!(told, texts.len(), "{:#?}", log.lines());
    bench.end().await;
}
