//! Requests as others see them: spans, trackers, and the log of slow ones. A session that nobody looks at pays for a
//! look at two flags.

mod slow;
mod text;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tracing::field::{Empty, display};
use tracing::{Level, Span};

use crate::error::Error;
use crate::policy::tracker::{Ended, RequestTracker};
use crate::session::Answer;
use crate::session::counted::Counted;
use crate::statement::Prepared;

use slow::SlowLog;
use text::{failure, first_word, sanitized};

pub(super) use text::warning;

/// The target of the spans of requests, for filters.
const TARGET: &str = "scylla_orm_driver::request";

/// Who looks at the requests of a session.
#[derive(Debug, Default)]
pub(super) struct Observers {
    pub(super) trackers: Vec<Arc<dyn RequestTracker>>,
    pub(super) slow: Option<SlowLog>,
}

/// A request that somebody looks at.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) span: Span,
    subject: Subject,
    begun: Instant,
}

/// What a request is about.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) operation: &'static str,
    pub(super) text: Arc<str>,
    /// Whose keyspace and table it is about.
    pub(super) statement: Option<Prepared>,
}

impl Observers {
    pub(super) fn slower_than(limit: Option<Duration>) -> Option<SlowLog> {
        limit.map(SlowLog::new)
    }

    /// Looks at a request that begins, if anybody wants that.
    #[inline]
    pub(super) fn observe(&self, subject: impl FnOnce() -> Subject) -> Option<Box<Observed>> {
        let spans = tracing::enabled!(target: TARGET, Level::DEBUG);
        if !spans && self.slow.is_none() && self.trackers.is_empty() {
            return None;
        }
        Some(begin(subject()))
    }
}

#[cold]
fn begin(subject: Subject) -> Box<Observed> {
    Box::new(Observed {
        span: span(&subject),
        subject,
        begun: Instant::now(),
    })
}

/// With the names of OpenTelemetry's conventions for databases.
fn span(subject: &Subject) -> Span {
    let span = tracing::debug_span!(
        target: TARGET,
        "request",
        otel.kind = "client",
        otel.name = Empty,
        otel.status_code = Empty,
        db.system.name = "cassandra",
        db.namespace = Empty,
        db.collection.name = Empty,
        db.operation.name = Empty,
        db.query.text = Empty,
        db.response.returned_rows = Empty,
        server.address = Empty,
        server.port = Empty,
        scylla.shard = Empty,
        error.r#type = Empty,
        exception.message = Empty,
    );
    if span.is_disabled() {
        return span;
    }
    let verb = first_word(&subject.text);
    match subject.place() {
        Some((keyspace, table)) => {
            span.record(
                "otel.name",
                display(format_args!("{verb} {keyspace}.{table}")),
            );
            span.record("db.namespace", keyspace);
            span.record("db.collection.name", table);
        }
        None => _ = span.record("otel.name", verb.as_str()),
    }
    span.record("db.operation.name", verb.as_str());
    span.record("db.query.text", &*sanitized(&subject.text));
    span
}

impl Subject {
    fn place(&self) -> Option<(&str, &str)> {
        self.statement.as_ref()?.table()
    }
}

impl Observed {
    /// The request has ended.
    #[cold]
    pub(super) fn ended(
        &self,
        result: &Result<Answer, Error>,
        observers: &Observers,
        counted: &Counted,
    ) {
        let (keyspace, table) = self.subject.place().unzip();
        let answer = result.as_ref().ok();
        let error = result.as_ref().err();
        let ended = Ended {
            operation: self.subject.operation,
            statement: &self.subject.text,
            keyspace,
            table,
            elapsed: self.begun.elapsed(),
            node: answer.map(Answer::node).or_else(|| error?.node()),
            shard: answer.and_then(Answer::shard).or_else(|| error?.shard()),
            tracing_id: answer.and_then(Answer::tracing_id),
            rows: answer.map_or(0, Answer::count),
            error,
        };
        self.record(&ended);
        if let Some(slow) = observers.slow.as_ref().filter(|s| s.is_slow(&ended)) {
            counted.slow.fetch_add(1, Relaxed);
            slow.tell(&ended);
        }
        for tracker in &observers.trackers {
            tracker.ended(&ended);
        }
    }

    fn record(&self, ended: &Ended<'_>) {
        let span = &self.span;
        if span.is_disabled() {
            return;
        }
        if let Some(node) = ended.node {
            span.record("server.address", display(node.ip()));
            span.record("server.port", node.port());
        }
        if let Some(shard) = ended.shard {
            span.record("scylla.shard", shard);
        }
        match ended.error {
            None => _ = span.record("db.response.returned_rows", ended.rows as u64),
            Some(error) => {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", error.kind().class().name());
                span.record("exception.message", failure(error.kind()).as_str());
            }
        }
    }
}
