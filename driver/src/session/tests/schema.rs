//! Reading the schema from servers that tell nonsense, or nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use super::fake::{Fake, Reply, error};
use super::rows::{Cell, cell, keyspace_row, table};
use crate::error::ErrorKind;
use crate::frame::request::Request;
use crate::frame::response::{QueryResult, Response, ServerErrorKind};
use crate::value::Type;

fn text(name: &str, value: &str) -> Cell {
    cell(name, &value.to_owned())
}

fn list(name: &str, values: &[&str]) -> Cell {
    let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    cell(name, &values)
}

fn column(name: &str, kind: &str, ty: &str) -> Vec<Cell> {
    vec![
        text("keyspace_name", "k"),
        text("table_name", "t"),
        text("column_name", name),
        text("kind", kind),
        text("type", ty),
        cell("position", &-7_i32),
    ]
}

/// A schema in which little is as it should be.
fn nonsense(sheet: &str) -> QueryResult {
    let deep = format!("{}int{}", "list<".repeat(10_000), ">".repeat(10_000));
    let rows = match sheet {
        "keyspaces" => vec![
            keyspace_row("k"),
            // Not UTF-8, in place of a map.
            vec![
                text("keyspace_name", "other"),
                cell("replication", &b"\xff\xfe".to_vec()),
            ],
        ],
        "tables" => vec![
            vec![text("keyspace_name", "k"), text("table_name", "t")],
            vec![text("keyspace_name", "k"), text("table_name", "")],
            vec![text("keyspace_name", "not there"), text("table_name", "t")],
        ],
        "columns" => vec![
            column("a", "partition_key", "int"),
            column("b", "regular", "frozen<circle>"),
            column("c", "regular", &deep),
            column("d", "a kind that there is not", "int"),
            column("", "regular", "int"),
            column("e", "regular", "map<int"),
        ],
        "types" => vec![
            vec![
                text("keyspace_name", "k"),
                text("type_name", "circle"),
                list("field_names", &["x", "y"]),
                list("field_types", &["frozen<circle>"]),
            ],
            vec![
                text("keyspace_name", "k"),
                text("type_name", ""),
                list("field_names", &[]),
                list("field_types", &[]),
            ],
        ],
        "functions" => vec![vec![
            text("keyspace_name", "k"),
            text("function_name", "f"),
            list("argument_names", &["a", "b"]),
            list("argument_types", &["int"]),
            text("return_type", "nonsense<"),
        ]],
        "aggregates" => vec![vec![
            text("keyspace_name", "k"),
            text("aggregate_name", "sum_of"),
            list("argument_types", &["int", "frozen<circle>"]),
            text("return_type", "bigint"),
            text("state_func", "add"),
            text("state_type", "bigint"),
            text("initcond", "0"),
        ]],
        _ => Vec::new(),
    };
    table(rows)
}

/// The table of `system_schema` that a request asks for.
fn sheet<'a>(request: &Request<'a>) -> Option<&'a str> {
    let Request::Query(query) = request else {
        return None;
    };
    let (_, after) = query.text.split_once("SELECT * FROM system_schema.")?;
    after.split(' ').next()
}

#[tokio::test]
async fn nonsense_is_passed_over() {
    let fake = Fake::start(1, |_, request| match sheet(request) {
        // A server without this table.
        Some("views") => error(ServerErrorKind::Invalid, "unconfigured table views"),
        Some(sheet) => Reply::Answer(Response::Result(nonsense(sheet))),
        None => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    let schema = session.refresh_schema().await.unwrap();
    let known = schema.keyspace("k").unwrap();
    assert_eq!(known.tables.keys().collect::<Vec<_>>(), ["t"]);
    let columns: Vec<_> = known.tables["t"].columns.iter().collect();
    let names: Vec<_> = columns.iter().map(|c| (&*c.name, c.position)).collect();
    assert_eq!(names, [("a", 0), ("b", 0), ("c", 0), ("e", 0)]);
    assert!(matches!(columns[2].ty, Type::Custom(_)));
    assert_eq!(known.types.keys().collect::<Vec<_>>(), ["circle"]);
    let function = known.functions("f").next().unwrap();
    assert_eq!(function.arguments, [("a".to_owned(), Type::Int)]);
    let aggregate = known.aggregates("sum_of").next().unwrap();
    assert_eq!(
        (&aggregate.returns, aggregate.initial.as_deref()),
        (&Type::BigInt, Some("0"))
    );
    assert!(schema.keyspace("other").is_some());
    assert!(schema.keyspace("not there").is_none());
    session.close().await.unwrap();
}

/// A node whose schema tables say nothing is given up after the deadline of a question, and another is asked.
#[tokio::test]
async fn another_node_is_asked() {
    let fake = Fake::start(2, |node, request| match sheet(request) {
        Some(_) if node == 0 => Reply::Silence,
        Some(sheet) => Reply::Answer(Response::Result(nonsense(sheet))),
        None => Reply::Normal,
    })
    .await;
    let builder = fake.builder().connect_timeout(Duration::from_millis(300));
    let session = builder.connect().await.unwrap();
    let schema = session.refresh_schema().await.unwrap();
    assert!(schema.keyspace("k").is_some());
    session.close().await.unwrap();
}

/// An event can be lost: each reading of the topology looks whether the schema has another version.
#[tokio::test]
async fn a_change_that_no_event_tells_is_found() {
    let (changed, readings) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let (is_changed, counted) = (changed.clone(), readings.clone());
    let fake = Fake::start(1, move |_, request| match (request, sheet(request)) {
        (_, Some(sheet)) => {
            counted.fetch_add(usize::from(sheet == "keyspaces"), Relaxed);
            Reply::Answer(Response::Result(nonsense(sheet)))
        }
        (Request::Query(query), _) if query.text.contains("schema_version") => {
            let version = uuid::Uuid::from_u128(if is_changed.load(Relaxed) { 2 } else { 1 });
            let row = vec![cell("schema_version", &version)];
            Reply::Answer(Response::Result(table(vec![row])))
        }
        _ => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    let first = session.schema().await.unwrap();
    assert_eq!(first.version(), Some(uuid::Uuid::from_u128(1)));
    changed.store(true, Relaxed);
    // The fake's `SELECT * FROM system.local` tells no version, which is another one than was read.
    session.refresh().await.unwrap();
    let found = async {
        while session.schema().await.unwrap().version() == first.version() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(20), found).await;
    assert!(found.is_ok(), "{} readings", readings.load(Relaxed));
    session.close().await.unwrap();
    let closed = session.refresh_schema().await.unwrap_err();
    assert!(matches!(closed.kind(), ErrorKind::Closed));
}
