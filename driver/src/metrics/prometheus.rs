//! Counts as text that Prometheus reads.

mod policies;

use std::fmt::{Display, Write};

use super::{Busy, Counts, ErrorCounts, LatencyHistogram, Metrics, ThrottleCounts};

/// How finely metrics are told apart: each shard of each node makes some forty lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Detail {
    /// The session as a whole.
    Session,
    /// Each node.
    #[default]
    Node,
    /// Each shard of each node.
    Shard,
}

/// LatencyHistogram are told in classes that end at powers of two of microseconds: from 128 µs to 67 s.
const POWERS: std::ops::RangeInclusive<u32> = 7..=26;

impl Metrics {
    /// In the text format of Prometheus, version 0.0.4. Names begin with `scylla_orm_`; counters of a node that has left
    /// the cluster are not told any more, except in those of the session.
    ///
    /// # Examples
    /// ```
    /// use scylla_orm_driver::metrics::{Detail, Metrics};
    ///
    /// let text = Metrics::default().to_prometheus(Detail::Session);
    /// assert!(text.contains("\nscylla_orm_requests_total 0\n"));
    /// ```
    pub fn to_prometheus(&self, detail: Detail) -> String {
        let mut page = Page {
            text: String::new(),
            series: self.series(detail),
        };
        page.counts();
        page.busy();
        page.errors();
        page.latencies();
        page.session(self);
        page.text
    }

    fn series(&self, detail: Detail) -> Vec<Series> {
        let mut all = Vec::new();
        if detail == Detail::Session {
            all.push(Series {
                labels: String::new(),
                busy: self.busy(),
                counts: self.total(),
            });
            return all;
        }
        for node in &self.nodes {
            let labels = format!(
                "node=\"{}\",datacenter=\"{}\",rack=\"{}\"",
                node.node,
                escaped(&node.datacenter),
                escaped(&node.rack)
            );
            if detail == Detail::Node {
                all.push(Series {
                    labels,
                    busy: node.busy(),
                    counts: node.total(),
                });
                continue;
            }
            for shard in &node.shards {
                let name = shard.shard.map_or_else(String::new, |s| s.to_string());
                all.push(Series {
                    labels: format!("{labels},shard=\"{name}\""),
                    busy: shard.busy,
                    counts: shard.counts.clone(),
                });
            }
        }
        all
    }
}

/// What is told of one session, node or shard.
struct Series {
    labels: String,
    busy: Busy,
    counts: Counts,
}

struct Page {
    text: String,
    series: Vec<Series>,
}

impl Page {
    fn counts(&mut self) {
        type Count = (&'static str, &'static str, fn(&Counts) -> u64);
        const COUNTS: [Count; 8] = [
            (
                "requests",
                "Requests that were sent, each attempt on its own",
                |c| c.requests,
            ),
            (
                "keyed_requests",
                "Requests whose partition was known",
                |c| c.keyed,
            ),
            (
                "replica_requests",
                "Keyed requests that went to a replica",
                |c| c.to_replica,
            ),
            (
                "shard_requests",
                "Keyed requests that went to the owning shard",
                |c| c.to_owning_shard,
            ),
            (
                "retries",
                "Failed attempts that were followed by another",
                |c| c.retries,
            ),
            (
                "speculations",
                "Requests that were sent besides the first",
                |c| c.speculations,
            ),
            ("read_bytes", "Bytes that came over connections", |c| {
                c.read_bytes
            }),
            ("written_bytes", "Bytes that went over connections", |c| {
                c.written_bytes
            }),
        ];
        for (name, help, of) in COUNTS {
            self.family(&format!("{name}_total"), "counter", help, |series| {
                of(&series.counts)
            });
        }
    }

    fn busy(&mut self) {
        self.family("connections", "gauge", "Connections that are open", |s| {
            s.busy.connections
        });
        self.family(
            "in_flight",
            "gauge",
            "Requests whose answers are due",
            |s| s.busy.in_flight,
        );
        self.family("orphans", "gauge", "Answers that nobody waits for", |s| {
            s.busy.orphans
        });
    }

    /// One line for each series.
    fn family<T: Display>(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        of: impl Fn(&Series) -> T,
    ) {
        head(&mut self.text, name, kind, help);
        for series in &self.series {
            line(&mut self.text, name, &series.labels, of(series));
        }
    }

    fn errors(&mut self) {
        head(
            &mut self.text,
            "errors_total",
            "counter",
            "Attempts that failed",
        );
        for series in &self.series {
            errors(
                &mut self.text,
                "errors_total",
                &series.labels,
                &series.counts.errors,
            );
        }
    }

    fn latencies(&mut self) {
        let help = "Time until an answer came";
        head(&mut self.text, "latency_seconds", "histogram", help);
        for series in &self.series {
            latencies(&mut self.text, &series.labels, &series.counts.latencies);
        }
    }

    /// What is counted for the session alone.
    fn session(&mut self, metrics: &Metrics) {
        let text = &mut self.text;
        let ends = metrics.connections;
        head(
            text,
            "connections_opened_total",
            "counter",
            "Connections that were opened",
        );
        line(text, "connections_opened_total", "", ends.opened);
        head(
            text,
            "connections_ended_total",
            "counter",
            "Connections, by how they ended",
        );
        for (how, count) in [
            ("closed", ends.closed),
            ("lost", ends.lost),
            ("aborted", ends.aborted),
        ] {
            let labels = format!("how=\"{how}\"");
            line(text, "connections_ended_total", &labels, count);
        }
        let help = "Requests that failed after all their attempts";
        head(text, "failed_requests_total", "counter", help);
        errors(text, "failed_requests_total", "", &metrics.failed);
        head(
            text,
            "warnings_total",
            "counter",
            "Answers with warnings of the server",
        );
        line(text, "warnings_total", "", metrics.warnings);
        head(
            text,
            "slow_requests_total",
            "counter",
            "Requests that took too long",
        );
        line(text, "slow_requests_total", "", metrics.slow);
        self.throttle(metrics.throttle);
        self.policies(metrics);
    }

    fn throttle(&mut self, counts: ThrottleCounts) {
        let (gauge, counter) = ("gauge", "counter");
        for (name, kind, help, count) in [
            (
                "waiting_requests",
                gauge,
                "Requests that wait for the throttle",
                counts.waiting,
            ),
            (
                "queued_requests_total",
                counter,
                "Requests that waited for the throttle",
                counts.queued,
            ),
            (
                "refused_requests_total",
                counter,
                "Requests that the throttle refused",
                counts.refused,
            ),
        ] {
            head(&mut self.text, name, kind, help);
            line(&mut self.text, name, "", count);
        }
    }
}

fn errors(text: &mut String, name: &str, labels: &str, counts: &ErrorCounts) {
    for (class, count) in counts.iter().filter(|(_, count)| *count > 0) {
        let labels = joined(labels, &format!("class=\"{}\"", class.name()));
        line(text, name, &labels, count);
    }
}

fn latencies(text: &mut String, labels: &str, latencies: &LatencyHistogram) {
    for power in POWERS {
        let seconds = (1_u64 << power) as f64 / 1e6;
        let labels = joined(labels, &format!("le=\"{seconds}\""));
        line(
            text,
            "latency_seconds_bucket",
            &labels,
            latencies.below_power(power),
        );
    }
    let all = joined(labels, "le=\"+Inf\"");
    line(text, "latency_seconds_bucket", &all, latencies.count());
    line(
        text,
        "latency_seconds_sum",
        labels,
        latencies.sum().as_secs_f64(),
    );
    line(text, "latency_seconds_count", labels, latencies.count());
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "# HELP scylla_orm_{name} {help}.\n# TYPE scylla_orm_{name} {kind}"
    );
}

fn line(text: &mut String, name: &str, labels: &str, value: impl Display) {
    let _ = match labels.is_empty() {
        true => writeln!(text, "scylla_orm_{name} {value}"),
        false => writeln!(text, "scylla_orm_{name}{{{labels}}} {value}"),
    };
}

fn joined(labels: &str, more: &str) -> String {
    match labels.is_empty() {
        true => more.to_owned(),
        false => format!("{labels},{more}"),
    }
}

/// As it may stand between quotes.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::ErrorClass;
    use crate::metrics::{NodeMetrics, Reached, ShardMeter, ShardMetrics};

    fn metrics() -> Metrics {
        let meter = ShardMeter::default();
        for n in 0..4 {
            meter.count(Reached::Owner);
            meter.answered(Duration::from_micros(100 << n));
        }
        meter.failed(ErrorClass::Timeout);
        Metrics {
            nodes: vec![NodeMetrics {
                node: ([127, 0, 0, 1], 9042).into(),
                host_id: uuid::Uuid::nil(),
                datacenter: "a\"b".into(),
                rack: "r".into(),
                shards: vec![ShardMetrics {
                    shard: Some(3),
                    busy: Busy::default(),
                    counts: meter.read(),
                }],
            }],
            ..Metrics::default()
        }
    }

    fn check(detail: Detail, expected: &[&str]) {
        let text = metrics().to_prometheus(detail);
        for line in expected {
            let found = text.lines().any(|found| found == *line);
            assert!(found, "{line} is not in\n{text}");
        }
    }

    #[test]
    fn each_detail_has_its_labels() {
        check(
            Detail::Session,
            &[
                "# TYPE scylla_orm_requests_total counter",
                "scylla_orm_requests_total 4",
                "scylla_orm_errors_total{class=\"timeout\"} 1",
                "scylla_orm_latency_seconds_bucket{le=\"0.000128\"} 1",
                "scylla_orm_latency_seconds_bucket{le=\"0.000512\"} 3",
                "scylla_orm_latency_seconds_bucket{le=\"+Inf\"} 4",
                "scylla_orm_latency_seconds_count 4",
            ],
        );
        let node = "node=\"127.0.0.1:9042\",datacenter=\"a\\\"b\",rack=\"r\"";
        check(
            Detail::Node,
            &[&format!("scylla_orm_shard_requests_total{{{node}}} 4")],
        );
        check(
            Detail::Shard,
            &[&format!("scylla_orm_in_flight{{{node},shard=\"3\"}} 0")],
        );
    }

    /// Names, labels and numbers are as the format wants them, and each family is announced once.
    #[test]
    fn every_line_is_well_formed() {
        let text = metrics().to_prometheus(Detail::Shard);
        let mut families = Vec::new();
        for line in text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                assert!(!families.contains(&family), "{line}");
                families.push(family);
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                let name = series.split('{').next().unwrap();
                assert!(
                    name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()),
                    "{line}"
                );
            }
        }
        assert!(text.ends_with('\n'));
    }
}
