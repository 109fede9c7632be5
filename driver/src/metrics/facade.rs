//! Counts for the `metrics` crate, through which they come to whatever the application exports them with.

use std::collections::HashMap;
use std::net::SocketAddr;

use metrics::{Label, counter, gauge, histogram};

use super::{Counts, LatencyHistogram, Metrics};

/// Hands what a session has counted to the recorder of the `metrics` crate, each time that it is asked to: for a task
/// that does so every few seconds. Names and labels are those of
/// [`to_prometheus`](Metrics::to_prometheus) for each node, without `_total`; shards are not told apart.
///
/// # Examples
/// ```no_run
/// # async fn example(session: scylla_orm_driver::Session) {
/// use std::time::Duration;
///
/// use scylla_orm_driver::metrics::Exporter;
///
/// tokio::spawn(async move {
///     let mut exporter = Exporter::default();
///     loop {
///         exporter.record(&session.metrics());
///         tokio::time::sleep(Duration::from_secs(5)).await;
///     }
/// });
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Exporter {
    /// What was told of latencies: only what is new is told again.
    told: HashMap<SocketAddr, LatencyHistogram>,
}

impl Exporter {
    /// Tells the recorder what was counted until now.
    pub fn record(&mut self, metrics: &Metrics) {
        let known = |node: &SocketAddr| metrics.nodes.iter().any(|n| n.node == *node);
        self.told.retain(|node, _| known(node));
        for node in &metrics.nodes {
            let labels = vec![
                Label::new("node", node.node.to_string()),
                Label::new("datacenter", node.datacenter.to_string()),
                Label::new("rack", node.rack.to_string()),
            ];
            let (counts, busy) = (node.total(), node.busy());
            counters(&counts, &labels);
            gauge!("scylla_orm_connections", labels.clone()).set(busy.connections);
            gauge!("scylla_orm_in_flight", labels.clone()).set(busy.in_flight);
            gauge!("scylla_orm_orphans", labels.clone()).set(busy.orphans);
            let last = self.told.entry(node.node).or_default();
            latencies(&counts.latencies.since(last), &labels);
            *last = counts.latencies;
        }
        for (class, count) in metrics.failed.iter() {
            counter!("scylla_orm_failed_requests", "class" => class.name()).absolute(count);
        }
        counter!("scylla_orm_connections_opened").absolute(metrics.connections.opened);
        counter!("scylla_orm_warnings").absolute(metrics.warnings);
        counter!("scylla_orm_slow_requests").absolute(metrics.slow);
        policies(metrics);
        let throttle = metrics.throttle;
        gauge!("scylla_orm_waiting_requests").set(throttle.waiting as f64);
        counter!("scylla_orm_queued_requests").absolute(throttle.queued);
        counter!("scylla_orm_refused_requests").absolute(throttle.refused);
    }
}

fn counters(counts: &Counts, labels: &[Label]) {
    for (name, count) in [
        ("scylla_orm_requests", counts.requests),
        ("scylla_orm_keyed_requests", counts.keyed),
        ("scylla_orm_replica_requests", counts.to_replica),
        ("scylla_orm_shard_requests", counts.to_owning_shard),
        ("scylla_orm_retries", counts.retries),
        ("scylla_orm_speculations", counts.speculations),
        ("scylla_orm_read_bytes", counts.read_bytes),
        ("scylla_orm_written_bytes", counts.written_bytes),
    ] {
        counter!(name, labels.to_vec()).absolute(count);
    }
    for (class, count) in counts.errors.iter().filter(|(_, count)| *count > 0) {
        let mut labels = labels.to_vec();
        labels.push(Label::new("class", class.name()));
        counter!("scylla_orm_errors", labels).absolute(count);
    }
}

fn policies(metrics: &Metrics) {
    for counts in &metrics.retries {
        for (decision, count) in [
            ("retry", counts.retried),
            ("ignore", counts.ignored),
            ("rethrow", counts.rethrown),
            ("stop", counts.stopped),
        ] {
            let labels = [("policy", counts.policy), ("decision", decision)];
            counter!("scylla_orm_retry_decisions", &labels).absolute(count);
        }
    }
    for counts in &metrics.speculations {
        let policy = counts.policy;
        counter!("scylla_orm_speculative_copies", "policy" => policy).absolute(counts.copies);
        counter!("scylla_orm_speculative_wins", "policy" => policy).absolute(counts.won);
    }
}

fn latencies(new: &LatencyHistogram, labels: &[Label]) {
    let told = histogram!("scylla_orm_latency_seconds", labels.to_vec());
    for (latency, count) in new.classes() {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        told.record_many(latency.as_secs_f64(), count);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use metrics::{
        Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
        SharedString, Unit,
    };

    use super::*;
    use crate::metrics::{Busy, NodeMetrics, Reached, ShardMeter, ShardMetrics};

    /// Keeps what it is told, by name.
    #[derive(Debug, Clone, Default)]
    struct Kept(Arc<Mutex<BTreeMap<String, u64>>>);

    struct One(Kept, String);

    impl CounterFn for One {
        fn increment(&self, _: u64) {
            panic!("counts are told as they are");
        }

        fn absolute(&self, value: u64) {
            self.0.0.lock().unwrap().insert(self.1.clone(), value);
        }
    }

    impl HistogramFn for One {
        fn record(&self, _: f64) {
            *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += 1;
        }
    }

    impl Recorder for Kept {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(Arc::new(One(self.clone(), key.name().to_owned())))
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }

        fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::from_arc(Arc::new(One(self.clone(), key.name().to_owned())))
        }
    }

    #[test]
    fn counts_are_told_whole_and_latencies_once() {
        let (kept, meter) = (Kept::default(), ShardMeter::default());
        let read = |meter: &ShardMeter| Metrics {
            nodes: vec![NodeMetrics {
                node: ([127, 0, 0, 1], 9042).into(),
                host_id: uuid::Uuid::nil(),
                datacenter: "dc".into(),
                rack: "r".into(),
                shards: vec![ShardMetrics {
                    shard: None,
                    busy: Busy::default(),
                    counts: meter.read(),
                }],
            }],
            ..Metrics::default()
        };
        metrics::with_local_recorder(&kept, || {
            let mut exporter = Exporter::default();
            for _ in 0..3 {
                meter.count(Reached::Owner);
                meter.answered(Duration::from_millis(3));
                exporter.record(&read(&meter));
            }
            exporter.record(&read(&meter));
        });
        let kept = kept.0.lock().unwrap();
        assert_eq!(kept["scylla_orm_requests"], 3);
        assert_eq!(kept["scylla_orm_latency_seconds"], 3);
    }
}
