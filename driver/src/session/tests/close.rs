//! The end of a session.

use std::time::Duration;

use super::fake::{Fake, Reply, is_execute};
use crate::error::ErrorKind;

const READ: &str = "SELECT v FROM k.t WHERE id = ?";

#[tokio::test]
async fn close_ends_every_connection_and_refuses_requests() {
    let fake = Fake::plain(3).await;
    let session = fake.session().await;
    let read = session.prepare(READ).await.unwrap();
    session.close().await.unwrap();
    session.close().await.unwrap();
    fake.abandoned().await;
    let error = session.execute(&read, (1,)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
    let error = session.refresh().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
    let error = session.await_schema_agreement().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
    assert!(!session.wait_ready(Duration::from_secs(1)).await);
}

#[tokio::test]
async fn dropping_the_last_clone_closes_in_the_background() {
    let fake = Fake::plain(2).await;
    let session = fake.session().await;
    let clone = session.clone();
    drop(session);
    clone.query(READ, (1,)).await.unwrap();
    drop(clone);
    fake.abandoned().await;
}

#[tokio::test]
async fn a_dropped_connect_leaves_nothing_behind() {
    let fake = Fake::plain(2).await;
    for ms in [0, 1, 2, 5, 10] {
        let connecting = fake.builder().connect();
        let _ = tokio::time::timeout(Duration::from_millis(ms), connecting).await;
    }
    tokio::time::timeout(Duration::from_secs(20), fake.abandoned())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_request_under_way_keeps_the_session_until_its_answer() {
    let fake = Fake::plain(1).await;
    let session = fake.session().await;
    let read = session.prepare(READ).await.unwrap();
    let (values, count) = read.encode(&(1,)).unwrap();
    let run = session.run(crate::session::Execution::new(read, values, count));
    drop(session);
    assert_eq!(run.await.unwrap().count(), 1);
    fake.abandoned().await;
}

#[tokio::test]
async fn requests_that_are_given_up_do_no_harm() {
    let fake = Fake::start(1, |_, request| match is_execute(request) {
        true => Reply::Silence,
        false => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    for id in 0..50 {
        let asking = session.query(READ, (id,));
        assert!(
            tokio::time::timeout(Duration::from_millis(1), asking)
                .await
                .is_err()
        );
    }
    session.prepare("SELECT 1").await.unwrap();
}
