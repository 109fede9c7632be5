//! Traces as servers record them: late, and piece by piece.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use super::fake::{Fake, Reply};
use super::rows::{Cell, cell, column, prepared, table};
use crate::frame::request::Request;
use crate::frame::response::{QueryResult, Response, Rows};
use crate::value::{Timestamp, Type};

fn recorded() -> Vec<Cell> {
    let address: IpAddr = [127, 0, 0, 1].into();
    let parameters = BTreeMap::from([("page_size".to_owned(), "10".to_owned())]);
    vec![
        cell("client", &address),
        cell("command", &"QUERY".to_owned()),
        cell("coordinator", &address),
        cell("duration", &1500_i32),
        cell("parameters", &parameters),
        cell("request", &"Execute CQL3 query".to_owned()),
        cell("started_at", &Timestamp(1000)),
    ]
}

fn event(n: u128) -> Vec<Cell> {
    let address: IpAddr = [127, 0, 0, 2].into();
    vec![
        cell("event_id", &Uuid::from_u128(n)),
        cell("activity", &format!("step {n}")),
        cell("source", &address),
        cell("source_elapsed", &7_i32),
        cell("thread", &"shard 3".to_owned()),
    ]
}

/// A statement with one marker, of the type of a trace's id.
fn asked_by_uuid(text: &str) -> Response {
    match prepared(text) {
        Response::Result(QueryResult::Prepared(mut prepared)) => {
            prepared.markers = [column("session_id", Type::Uuid)].into();
            Response::Result(QueryResult::Prepared(prepared))
        }
        other => other,
    }
}

/// The columns alone.
fn none_of(rows: QueryResult) -> QueryResult {
    match rows {
        QueryResult::Rows(rows) => QueryResult::Rows(Rows {
            count: 0,
            body: Bytes::new(),
            ..rows
        }),
        other => other,
    }
}

#[tokio::test]
async fn a_trace_is_waited_for() {
    let asked = AtomicUsize::new(0);
    let fake = Fake::start(1, move |_, request| {
        let execute = match request {
            Request::Prepare(prepare) => return Reply::Answer(asked_by_uuid(prepare.text)),
            Request::Execute(execute) => execute,
            _ => return Reply::Normal,
        };
        let rows = match execute.id {
            id if id.starts_with(b"SELECT client") => match asked.fetch_add(1, Relaxed) {
                0 => none_of(table(vec![recorded()])),
                _ => table(vec![recorded()]),
            },
            _ => table(vec![event(1), event(2)]),
        };
        Reply::Answer(Response::Result(rows))
    })
    .await;
    let session = fake.session().await;
    let id = Uuid::from_u128(9);
    let trace = session.trace(id).await.unwrap().unwrap();
    assert_eq!(
        (trace.id, trace.duration),
        (id, Some(Duration::from_micros(1500)))
    );
    assert_eq!(trace.command.as_deref(), Some("QUERY"));
    assert_eq!(trace.parameters["page_size"], "10");
    let steps: Vec<_> = trace.events.iter().map(|e| e.activity.as_str()).collect();
    assert_eq!(steps, ["step 1", "step 2"]);
    assert_eq!(trace.events[0].elapsed, Some(Duration::from_micros(7)));
    assert_eq!(trace.events[0].thread.as_deref(), Some("shard 3"));
    session.close().await.unwrap();
}
