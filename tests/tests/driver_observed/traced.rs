//! Traces that servers record.

use scylla_orm::driver::Session;
use scylla_orm::driver::statement::Statement;
use uuid::Uuid;

use super::Bench;

#[tokio::test]
async fn a_trace_that_the_server_recorded_is_found() {
    let bench = Bench::start(Session::builder()).await;
    if bench.target.cluster().is_some() {
        // It records none; the driver's own tests read what one would write.
        return bench.end().await;
    }
    bench.work(1).await;
    let cql = format!("SELECT v FROM {}.t WHERE k = 'a'", bench.keyspace);
    let read = Statement::new(cql).tracing(true);
    let answer = bench.session.query(read, ()).await.unwrap();
    let id = answer.tracing_id().expect("it was asked for");
    let trace = bench
        .session
        .trace(id)
        .await
        .unwrap()
        .expect("it is recorded");
    assert_eq!(trace.coordinator, Some(answer.node().ip()));
    assert!(trace.duration.is_some() && trace.started_at.is_some());
    assert!(!trace.events.is_empty());
    println!("{} events in {:?}", trace.events.len(), trace.duration);
    bench.end().await;
}

#[tokio::test]
async fn a_trace_that_is_not_there_is_none() {
    let bench = Bench::start(Session::builder()).await;
    assert_eq!(bench.session.trace(Uuid::new_v4()).await.unwrap(), None);
    bench.end().await;
}
