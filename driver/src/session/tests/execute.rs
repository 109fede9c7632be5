//! Preparing and executing.

use std::time::Duration;

use super::fake::{Fake, Reply, error, is_execute};
use super::rows::one_row;
use crate::error::ErrorKind;
use crate::frame::request::Request;
use crate::frame::response::{QueryResult, Response, ServerErrorKind};
use crate::session::Execution;
use crate::statement::{Batch, BatchKind, Statement};
use crate::value::Mismatch;

const READ: &str = "SELECT v FROM k.t WHERE id = ?";
const WRITE: &str = "INSERT INTO k.t (id) VALUES (?)";

#[tokio::test]
async fn rows_come_as_what_is_asked_for() {
    let fake = Fake::plain(1).await;
    let session = fake.session().await;
    let answer = session.query(READ, (1,)).await.unwrap();
    assert_eq!(answer.all_as::<(i32,)>().unwrap(), [(7,)]);
    assert_eq!(
        answer.first_as::<(Option<i32>,)>().unwrap(),
        Some((Some(7),))
    );
    assert_eq!(answer.node(), fake.addresses()[0]);
    let wrong = answer.all_as::<(String,)>().unwrap_err();
    assert!(
        matches!(wrong.kind(), ErrorKind::Columns(Mismatch::Type { .. })),
        "{wrong:?}"
    );
    assert_eq!(wrong.statement(), Some(READ));
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_text_in_an_int_column_is_refused_before_it_is_sent() {
    let fake = Fake::plain(1).await;
    let session = fake.session().await;
    let error = session.query(READ, ("one",)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Encode(_)), "{error:?}");
    assert!(error.to_string().contains(READ), "{error}");
    let prepared = session.prepare(READ).await.unwrap();
    let error = session
        .run(Execution::new(prepared, Vec::new(), 0))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::ValueCount {
                markers: 1,
                values: 0
            }
        ),
        "{error:?}"
    );
    assert_eq!(fake.count(&format!("EXECUTE {READ}")), 0);
}

#[tokio::test]
async fn a_statement_is_prepared_once() {
    let fake = Fake::plain(1).await;
    let session = fake.session().await;
    let all = (0..20).map(|i| session.query(READ, (i,)));
    for answer in futures_util::future::join_all(all).await {
        answer.unwrap();
    }
    assert_eq!(fake.count(&format!("PREPARE {READ}")), 1);
    assert_eq!(fake.count(&format!("EXECUTE {READ}")), 20);
}

#[tokio::test]
async fn columns_are_read_once_for_equal_descriptions() {
    let fake = Fake::plain(1).await;
    let session = fake.session().await;
    let (first, second) = (
        session.query(READ, (1,)).await.unwrap(),
        session.query(READ, (2,)).await.unwrap(),
    );
    assert!(std::sync::Arc::ptr_eq(first.columns(), second.columns()));
}

#[tokio::test]
async fn a_write_carries_a_time_and_a_read_does_not() {
    let fake = Fake::plain(1).await;
    let session = fake.session().await;
    session.query(WRITE, (1,)).await.unwrap();
    session.query(WRITE, (1,)).await.unwrap();
    session.query(READ, (1,)).await.unwrap();
    session
        .query(Statement::new(WRITE).timestamp(5), (1,))
        .await
        .unwrap();
    let times = fake.times();
    assert!(times[0].is_some() && times[0] < times[1], "{times:?}");
    assert_eq!(times[2..], [None, Some(5)]);
}

#[tokio::test]
async fn requests_go_to_the_replica_of_their_partition() {
    let fake = Fake::plain(3).await;
    let session = fake.session().await;
    let prepared = session.prepare(READ).await.unwrap();
    for id in 0..50 {
        session.execute(&prepared, (id,)).await.unwrap();
    }
    let traffic = session.traffic();
    let sum = |of: fn(&crate::metrics::Traffic) -> u64| traffic.iter().map(of).sum::<u64>();
    assert_eq!(sum(|t| t.keyed), 50);
    assert_eq!(sum(|t| t.to_owning_shard), 50);
    assert_eq!(traffic.len(), 3, "{traffic:?}");
}

#[tokio::test]
async fn pages_follow_each_other_and_an_error_does_not_skip_one() {
    let fake = Fake::start(1, |_, request| {
        let Request::Execute(execute) = request else {
            return Reply::Normal;
        };
        match (execute.params.paging_state, execute.params.page_size) {
            (None, Some(2)) => Reply::Answer(page(1, Some(b"a"))),
            (Some(b"a"), Some(2)) => Reply::Answer(page(2, None)),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let session = fake.builder().page_size(2).connect().await.unwrap();
    let prepared = session.prepare(READ).await.unwrap();
    let mut pages = session.pages(&prepared, (1,)).unwrap();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        seen.extend(page.all_as::<(i32,)>().unwrap());
    }
    assert_eq!(seen, [(1,), (2,)]);
    assert!(pages.next().await.unwrap().is_none());
}

fn page(value: i32, state: Option<&'static [u8]>) -> Response {
    match one_row(value) {
        Response::Result(QueryResult::Rows(mut rows)) => {
            rows.metadata.paging_state = state.map(bytes::Bytes::from_static);
            Response::Result(QueryResult::Rows(rows))
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_server_says_is_kept_with_advice() {
    let fake = Fake::start(1, |_, request| match request {
        Request::Prepare(_) => error(ServerErrorKind::Invalid, "unconfigured table t"),
        _ => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    let error = session.query(READ, (1,)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Invalid { .. }),
        "{error:?}"
    );
    assert_eq!(error.node(), Some(fake.addresses()[0]));
    assert_eq!(error.statement(), Some(READ));
    assert_eq!(error.attempts().len(), 1);
    let text = error.to_string();
    assert!(
        text.contains("unconfigured table t") && text.contains("create the table first"),
        "{text}"
    );
}

#[tokio::test]
async fn use_is_refused() {
    let fake = Fake::plain(1).await;
    let error = fake.session().await.query("USE k", ()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_deadline_ends_the_wait() {
    let fake = Fake::start(1, |_, request| match is_execute(request) {
        true => Reply::Silence,
        false => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    let statement = Statement::new(READ).timeout(Duration::from_millis(50));
    let error = session.query(statement, (1,)).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(error.to_string().contains("50ms"), "{error}");
}

#[tokio::test]
async fn a_batch_is_one_request() {
    let fake = Fake::plain(1).await;
    let session = fake.session().await;
    let write = session.prepare(WRITE).await.unwrap();
    let mut batch = Batch::new(BatchKind::Unlogged);
    batch.push(&write, (1,)).unwrap();
    batch.push(&write, (2,)).unwrap();
    batch.push_text("DELETE FROM k.t WHERE id = 3");
    assert!(batch.push(&write, ("x",)).is_err());
    session.batch(&batch).await.unwrap();
    assert_eq!(fake.count("BATCH of 3"), 1);
}

#[test]
fn a_run_is_small_and_can_be_sent() {
    fn sendable<T: Send + 'static>() {}
    sendable::<crate::session::Run>();
    let size = size_of::<crate::session::Run>();
    assert!(size <= 256, "{size} bytes");
}
