//! Spans of requests, with the names of OpenTelemetry.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use scylla_orm::driver::Session;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::{Bench, SECRET};

/// Keeps all spans of requests, and all events, of all levels.
#[derive(Debug, Clone, Default)]
struct Spans(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    spans: Vec<BTreeMap<&'static str, String>>,
    events: Vec<String>,
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = BTreeMap::new();
        fields.insert("target", attributes.metadata().target().to_owned());
        attributes.record(&mut Fields(&mut fields));
        let spans = &mut self.0.lock().unwrap().spans;
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, record: &Record<'_>) {
        let at = usize::try_from(id.into_u64()).unwrap() - 1;
        record.record(&mut Fields(&mut self.0.lock().unwrap().spans[at]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        self.0.lock().unwrap().events.push(format!("{fields:?}"));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn check(span: &BTreeMap<&'static str, String>, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(
            span.get(name).map(String::as_str),
            Some(*value),
            "{name} of {span:#?}"
        );
    }
}

#[tokio::test]
async fn requests_have_spans_that_hold_no_values() {
    let spans = Spans::default();
    let guard = tests::log::listen(spans.clone());
    let bench = Bench::start(Session::builder()).await;
    bench.work(1).await;
    bench.fail().await;
    let keyspace = bench.keyspace.clone();
    bench.end().await;
    drop(guard);
    let kept = std::mem::take(&mut *spans.0.lock().unwrap());
    let named = |name: String| {
        let found = kept
            .spans
            .iter()
            .find(|span| span.get("otel.name") == Some(&name));
        found.unwrap_or_else(|| panic!("no {name} in {:#?}", kept.spans))
    };
    let text = format!("SELECT v FROM {keyspace}.t WHERE k = ?");
    let read = named(format!("SELECT {keyspace}.t"));
    check(
        read,
        &[
            ("target", "scylla_orm_driver::request"),
            ("otel.kind", "client"),
            ("db.system.name", "cassandra"),
            ("db.namespace", &keyspace),
            ("db.collection.name", "t"),
            ("db.operation.name", "SELECT"),
            ("db.query.text", &text),
            ("db.response.returned_rows", "1"),
        ],
    );
    assert!(read.contains_key("server.address") && read.contains_key("server.port"));
    let failed = kept
        .spans
        .iter()
        .find(|span| span.contains_key("error.type"));
    check(
        failed.expect("a span of what failed"),
        &[("otel.status_code", "ERROR"), ("error.type", "invalid")],
    );
    // Every level, and everything that the session did.
    let all = format!("{:?} {:?}", kept.spans, kept.events);
    assert!(!all.contains(SECRET));
}
