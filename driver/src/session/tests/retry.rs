//! What is sent again, and what is not.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use bytes::Bytes;

use super::fake::{Fake, Reply, error, is_execute};
use super::rows::{column, prepared};
use crate::error::ErrorKind;
use crate::frame::Consistency;
use crate::frame::request::Request;
use crate::frame::response::{QueryResult, Response, ServerErrorKind};
use crate::statement::{Batch, BatchKind, Statement};
use crate::value::Type;

const READ: &str = "SELECT v FROM k.t WHERE id = ?";
const WRITE: &str = "INSERT INTO k.t (id) VALUES (?)";

fn unprepared() -> Reply {
    error(
        ServerErrorKind::Unprepared { id: Bytes::new() },
        "No prepared statement with ID found",
    )
}

/// Does `first` for the first so many requests that `which` picks, and nothing special for the others.
fn first(
    times: usize,
    which: impl Fn(&Request<'_>) -> bool + Send + Sync + 'static,
    first: impl Fn() -> Reply + Send + Sync + 'static,
) -> impl Fn(usize, &Request<'_>) -> Reply + Send + Sync + 'static {
    let seen = AtomicUsize::new(0);
    move |_, request| match which(request) && seen.fetch_add(1, SeqCst) < times {
        true => first(),
        false => Reply::Normal,
    }
}

#[tokio::test]
async fn a_statement_that_the_server_forgot_is_prepared_again_on_the_spot() {
    let fake = Fake::start(1, first(1, is_execute, unprepared)).await;
    let session = fake.session().await;
    session.query(READ, (1,)).await.unwrap();
    let asked: Vec<String> = fake.log().into_iter().map(|(_, asked)| asked).collect();
    let (prepare, execute) = (format!("PREPARE {READ}"), format!("EXECUTE {READ}"));
    assert_eq!(asked, [prepare.clone(), execute.clone(), prepare, execute]);
}

#[tokio::test]
async fn a_server_that_keeps_forgetting_is_told_once_only() {
    let fake = Fake::start(1, first(99, is_execute, unprepared)).await;
    let session = fake.session().await;
    let error = session.query(READ, (1,)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unprepared), "{error:?}");
    assert_eq!(fake.count(&format!("EXECUTE {READ}")), 2);
}

#[tokio::test]
async fn statements_of_a_batch_are_prepared_again_too() {
    let is_batch = |request: &Request<'_>| matches!(request, Request::Batch(_));
    let fake = Fake::start(1, first(1, is_batch, unprepared)).await;
    let session = fake.session().await;
    let write = session.prepare(WRITE).await.unwrap();
    let mut batch = Batch::new(BatchKind::Logged);
    batch
        .push(&write, (1,))
        .unwrap()
        .push(&write, (2,))
        .unwrap();
    session.batch(&batch).await.unwrap();
    assert_eq!(fake.count("BATCH of 2"), 2);
    assert_eq!(fake.count(&format!("PREPARE {WRITE}")), 2);
}

#[tokio::test]
async fn values_for_markers_of_other_types_are_not_sent() {
    let prepares = AtomicUsize::new(0);
    let fake = Fake::start(1, move |_, request| match request {
        Request::Execute(_) => unprepared(),
        Request::Prepare(prepare) if prepares.fetch_add(1, SeqCst) == 1 => retyped(prepare.text),
        _ => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    let error = session.query(READ, (1,)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::StatementChanged),
        "{error:?}"
    );
    session.prepare(READ).await.unwrap();
    assert_eq!(
        fake.count(&format!("PREPARE {READ}")),
        3,
        "it is prepared anew"
    );
}

/// The id of a statement may be made of its text alone, so that a server that has prepared it again, with other types,
/// would take the old values.
#[tokio::test]
async fn values_for_markers_of_other_types_are_not_sent_later_either() {
    let (known, prepares) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let fake = Fake::start(1, move |_, request| match request {
        Request::Execute(execute) if *execute.id != *READ.as_bytes() => unprepared(),
        Request::Execute(_) if known.fetch_add(1, SeqCst) == 0 => unprepared(),
        // The second and third time the type is another one; then it is as it was.
        Request::Prepare(prepare) if (1..3).contains(&prepares.fetch_add(1, SeqCst)) => {
            retyped(prepare.text)
        }
        _ => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    let read = session.prepare(READ).await.unwrap();
    for _ in 0..2 {
        let error = session.execute(&read, (1,)).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::StatementChanged),
            "{error:?}"
        );
    }
    assert_eq!(fake.count(&format!("EXECUTE {READ}")), 1);
    session.execute(&read, (1,)).await.unwrap();
}

/// Prepared, with a marker of another type.
fn retyped(text: &str) -> Reply {
    match prepared(text) {
        Response::Result(QueryResult::Prepared(mut told)) => {
            told.markers = [column("id", Type::Text)].into();
            Reply::Answer(Response::Result(QueryResult::Prepared(told)))
        }
        other => Reply::Answer(other),
    }
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_sent_again() {
    let fake = Fake::start(3, first(1, is_execute, || Reply::Hangup)).await;
    let session = fake.session().await;
    let error = session.query(WRITE, (1,)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Broken { sent: true, .. }),
        "{error:?}"
    );
    assert_eq!(error.attempts().len(), 1);
    assert_eq!(fake.count(&format!("EXECUTE {WRITE}")), 1);
}

#[tokio::test]
async fn an_idempotent_write_goes_to_another_node_with_the_same_time() {
    let fake = Fake::start(3, first(1, is_execute, || Reply::Hangup)).await;
    let session = fake.session().await;
    session
        .query(Statement::new(WRITE).idempotent(true), (1,))
        .await
        .unwrap();
    let executed: Vec<usize> = fake
        .log()
        .into_iter()
        .filter(|(_, asked)| asked.starts_with("EXECUTE"))
        .map(|(node, _)| node)
        .collect();
    assert_eq!(executed.len(), 2);
    assert_ne!(executed[0], executed[1]);
    let times = fake.times();
    assert!(times[0].is_some() && times[0] == times[1], "{times:?}");
}

#[tokio::test]
async fn errors_list_every_attempt() {
    let fake = Fake::start(3, |_, request| match is_execute(request) {
        true => error(
            ServerErrorKind::Unavailable {
                consistency: Consistency::Quorum,
                required: 2,
                alive: 1,
            },
            "Cannot achieve consistency level QUORUM",
        ),
        false => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    let error = session.query(READ, (1,)).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let asked: Vec<&str> = error.attempts().iter().map(|a| &*a.target).collect();
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0], asked[1]);
    assert!(error.node().is_some());
    assert!(error.to_string().contains("2 needed, 1 alive"), "{error}");
}

#[tokio::test]
async fn a_session_whose_nodes_are_gone_says_so() {
    let mut fake = Fake::plain(2).await;
    let session = fake.session().await;
    let read = session.prepare(READ).await.unwrap();
    fake.kill(0);
    fake.kill(1);
    let failed = Mutex::new(Vec::new());
    // The first ones may meet connections that are just ending.
    let gone = async {
        loop {
            let error = session.execute(&read, (1,)).await.unwrap_err();
            if matches!(error.kind(), ErrorKind::NoHost) {
                return error;
            }
            failed.lock().unwrap().push(error.to_string());
            tokio::task::yield_now().await;
        }
    };
    let error = tokio::time::timeout(std::time::Duration::from_secs(5), gone)
        .await
        .unwrap();
    assert_eq!(error.attempts().len(), 2, "{error}");
}
