//! Connections that end under load, and servers that answer what nobody has asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::statement::{Prepared, Statement};
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::fault::Condition;
use scylla_orm_embedded::{Cluster, Fault};
use tests::poll::{PROMPT, until};

use super::{builder, close, read, ready, start, table, total};

const KEYS: i32 = 200;

/// How a server ends or breaks a connection in the place of an answer.
type Break = fn(Condition) -> Fault;

/// Reads until told to stop; none may fail.
fn load(
    session: &Session,
    select: &Prepared,
    stop: &Arc<AtomicBool>,
) -> tokio::task::JoinHandle<u32> {
    let (session, select, stop) = (session.clone(), select.clone(), stop.clone());
    tokio::spawn(async move {
        let mut done = 0;
        for k in (0..KEYS).cycle() {
            if stop.load(Relaxed) {
                break;
            }
            read(&session, &select, k).await.unwrap();
            done += 1;
        }
        done
    })
}

/// Breaks connections under load, one after another. Reads are idempotent and succeed elsewhere, each with its own row;
/// a counter's update is not, and fails as possibly sent.
async fn check(what: &str, broken: Break) {
    let cluster = start(Cluster::builder().nodes(3).shards(4)).await;
    let session = ready(builder(&cluster)).await;
    let select = table(&session, 3, KEYS).await;
    let cql = "CREATE TABLE p.c (k int PRIMARY KEY, n counter)";
    session.query(cql, ()).await.unwrap();
    let update = "UPDATE p.c SET n = n + 1 WHERE k = 1";
    session.query(update, ()).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let loads: Vec<_> = (0..8).map(|_| load(&session, &select, &stop)).collect();
    let (mut errors, mut slowest_refill) = (Vec::new(), Duration::ZERO);
    let mut breaks = 0;
    for _ in 0..5 {
        let before = total(&session.shard_aware_stats()).opened;
        let reads = broken(Fault::on().opcode(Opcode::Execute).table("t").nth(5));
        let reads = cluster.fault(reads);
        let counter = cluster.fault(broken(Fault::on().table("c").nth(1)));
        let begin = Instant::now();
        let error = session.query(Statement::new(update), ()).await.unwrap_err();
        errors.push(begin.elapsed());
        let kind = matches!(error.kind(), ErrorKind::Broken { sent: true, .. });
        // One before it may have found its connection ended, and not been sent.
        let sent = error.attempts().iter().filter(|a| a.kind.possibly_sent());
        assert!(
            kind && error.possibly_sent() && sent.count() == 1,
            "{error:?}"
        );
        until("a read was hit", async || reads.hits() == 1).await;
        breaks += counter.hits() + reads.hits();
        counter.remove();
        reads.remove();
        let begin = Instant::now();
        until("all connections are there again", async || {
            let now = total(&session.shard_aware_stats());
            now.missing == 0 && now.opened > before
        })
        .await;
        slowest_refill = slowest_refill.max(begin.elapsed());
    }
    stop.store(true, Relaxed);
    let mut done = 0;
    for load in join_all(loads).await {
        done += load.unwrap();
    }
    errors.sort_unstable();
    println!(
        "{what}, {breaks} connections under load: {done} reads, none failed or mixed up; an update that is not idempotent \
         failed within {errors:?}, all connections there again within {slowest_refill:?}"
    );
    // The one in the middle: others have this machine, too.
    let usual = errors[errors.len() / 2];
    assert!(usual < PROMPT, "{errors:?}");
    assert!(done > 0);
    session.close().await.unwrap();
    assert_eq!(session.connections().aborted, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_ends_a_connection() {
    check("FIN", |on| on.cut_fin()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_resets_a_connection() {
    check("RST", |on| on.cut_rst()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_answers_a_stream_that_has_no_request() {
    check("unknown stream", |on| on.wrong_stream(17_000)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_answers_a_negative_stream() {
    check("negative stream", |on| on.wrong_stream(-20_000)).await;
}

/// Of two answers the first is good; after the second nothing from the connection can be trusted.
#[tokio::test]
async fn a_server_answers_twice() {
    let cluster = start(Cluster::builder().nodes(1).shards(2)).await;
    let session = ready(builder(&cluster)).await;
    let select = table(&session, 1, KEYS).await;
    for round in 1..=10 {
        let before = session.connections();
        let twice = cluster.fault(Fault::on().opcode(Opcode::Execute).nth(3).duplicate());
        for k in 0..KEYS {
            // The one behind may find its connection ended; it was not sent then, or is read again.
            read(&session, &select, k).await.unwrap();
        }
        assert_eq!(twice.hits(), 1);
        twice.remove();
        until("the connection was replaced", async || {
            session.connections().closed > before.closed
                && total(&session.shard_aware_stats()).missing == 0
        })
        .await;
        assert_eq!(
            total(&session.shard_aware_stats()).connected,
            2,
            "round {round}"
        );
    }
    close(&cluster, vec![session]).await;
}
