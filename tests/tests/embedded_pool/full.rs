//! Servers that do not answer or do not read: requests are refused at once when a connection is full, and it is replaced
//! without harm to the others on it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::ErrorKind;
use scylla_orm::driver::conn::config::ConnConfig;
use scylla_orm::driver::frame::Opcode;
use scylla_orm_embedded::{Cluster, Fault};
use tests::poll::{until, within};

use super::{SOON, builder, close, read, ready, start, table, total};

const SMALL: &[u8] = b"small";

/// Resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// 40,000 requests at once on one connection whose server is silent: as many as there are ids and places in the queue
/// wait until their deadline, the others fail at once; then the connection is replaced, and a slow answer on it still
/// arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_answer() {
    let cluster = start(Cluster::builder().nodes(1).shards(1)).await;
    // Longer than it takes to begin all of them.
    let timeout = Duration::from_secs(9);
    let session = ready(builder(&cluster).request_timeout(timeout)).await;
    let select = table(&session, 1, 10).await;
    let slow = session
        .prepare("SELECT v FROM p.t WHERE k = ? LIMIT 9")
        .await
        .unwrap();
    let config = ConnConfig::default();
    let answer = timeout + config.orphan_age + Duration::from_secs(2);
    let delayed = cluster.fault(Fault::on().statement("LIMIT 9").delay(answer));
    let silent = cluster.fault(
        Fault::on()
            .table("t")
            .statement_where(|cql| !cql.contains("LIMIT"))
            .drop_answer()
            .executed(false),
    );
    let late = tokio::spawn({
        let session = session.clone();
        let execution = scylla_orm::driver::session::Execution::bind(&slow, (1,)).unwrap();
        let options = scylla_orm::driver::statement::Options {
            timeout: Some(SOON),
            ..scylla_orm::driver::statement::Options::default()
        };
        async move { session.run(execution.with(options)).await.map(drop) }
    });
    until("the slow one is under way", async || delayed.hits() == 1).await;
    let memory = resident();
    let requests: Vec<_> = (0..40_000)
        .map(|_| {
            let (session, select) = (session.clone(), select.clone());
            tokio::spawn(async move {
                let begin = Instant::now();
                let error = read(&session, &select, 1).await.unwrap_err();
                (error, begin.elapsed())
            })
        })
        .collect();
    let (mut busy, mut unsent, mut sent, mut slowest) = (0, 0, 0, Duration::ZERO);
    let mut peak = 0;
    for request in within(SOON, "the requests", join_all(requests)).await {
        let (error, took) = request.unwrap();
        match error.kind() {
            ErrorKind::Busy => {
                slowest = slowest.max(took);
                busy += 1;
            }
            ErrorKind::Timeout { sent: true, .. } => sent += 1,
            // In the queue until its deadline.
            ErrorKind::Timeout { .. } => unsent += 1,
            _ => panic!("{error:?}"),
        }
        assert_eq!(
            error.possibly_sent(),
            matches!(error.kind(), ErrorKind::Timeout { sent: true, .. })
        );
        peak = peak.max(resident());
    }
    println!(
        "40,000 requests on one silent connection: {sent} sent, {unsent} waited for an id, {busy} refused, each \
         within {slowest:?}; memory grew by {} MiB",
        peak.saturating_sub(memory) / 1024
    );
    assert_eq!(
        (sent, unsent),
        (usize::from(config.in_flight) - 1, config.queue)
    );
    assert_eq!(busy, 40_000 - sent - unsent);
    assert!(
        peak.saturating_sub(memory) < 512 << 10,
        "KiB {memory} to {peak}"
    );
    assert!(
        slowest < timeout,
        "{slowest:?}: at once, not at the deadline"
    );
    silent.remove();
    until("the connection is replaced", async || {
        // Whoever waits finds it out.
        read(&session, &select, 2).await.is_ok()
    })
    .await;
    assert_eq!(session.connections().worn_out, 1);
    within(SOON, "the slow answer", late)
        .await
        .unwrap()
        .unwrap();
    until("all connections are there", async || {
        total(&session.shard_aware_stats()).missing == 0
    })
    .await;
    close(&cluster, vec![session]).await;
}

/// A node that reads nothing more: large writes to it end by their deadline and take no more memory than the bounds say;
/// the other node does not notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_read() {
    const MIB: usize = 1 << 20;
    const WRITES: usize = 120;
    let cluster = start(Cluster::builder().nodes(2).shards(1)).await;
    let timeout = Duration::from_secs(2);
    let config = ConnConfig {
        queue_bytes: 4 * MIB,
        ..ConnConfig::default()
    };
    let session = ready(
        builder(&cluster)
            .connection_settings(config)
            .request_timeout(timeout),
    )
    .await;
    table(&session, 1, 0).await;
    let cql = "CREATE TABLE p.large (k int PRIMARY KEY, v blob)";
    session.query(cql, ()).await.unwrap();
    let insert = session
        .prepare("INSERT INTO p.large (k, v) VALUES (?, ?)")
        .await
        .unwrap();
    let mut keys = Vec::new();
    for k in 0..100 {
        let answer = session.execute(&insert, (k, SMALL)).await.unwrap();
        keys.push((k, answer.node()));
    }
    let (stuck, first) = keys[0];
    let points = cluster.contact_points();
    let node = points.iter().position(|p| *p == first.to_string()).unwrap();
    let stopped = Fault::on().node(node).opcode(Opcode::Execute);
    let stopped = cluster.fault(stopped.stop_reading());
    let large = bytes::Bytes::from(vec![7; MIB / 4]);
    let begin = Instant::now();
    let mut writes = Vec::new();
    // As fast as they can be written to a server that reads: what is refused is refused because this one does not.
    let mut pace = tokio::time::interval(Duration::from_millis(3));
    for _ in 0..WRITES {
        pace.tick().await;
        let (session, insert, large) = (session.clone(), insert.clone(), large.clone());
        writes.push(tokio::spawn(async move {
            session.execute(&insert, (stuck, large)).await
        }));
    }
    let mut slowest = Duration::ZERO;
    while begin.elapsed() < timeout / 2 {
        for (k, _) in keys.iter().filter(|(_, node)| *node != first) {
            let begin = Instant::now();
            let answer = session.execute(&insert, (*k, SMALL)).await.unwrap();
            assert_ne!(answer.node(), first);
            slowest = slowest.max(begin.elapsed());
        }
    }
    let (mut sent, mut unsent, mut elsewhere, mut refused) = (0, 0, 0, 0);
    for write in within(SOON, "the writes", join_all(writes)).await {
        match write.unwrap() {
            // The connection was full.
            Ok(answer) if answer.node() != first => elsewhere += 1,
            Ok(answer) => panic!("{answer:?}"),
            Err(error) => match error.kind() {
                ErrorKind::Timeout { sent: true, .. } => sent += 1,
                ErrorKind::Timeout { .. } => unsent += 1,
                // On a busy machine the other node does not always keep pace.
                ErrorKind::Busy => refused += 1,
                _ => panic!("{error:?}"),
            },
        }
    }
    let took = begin.elapsed();
    println!(
        "{WRITES} writes of 256 KiB to a node that does not read: {sent} begun to be written, {unsent} never, {elsewhere} went to the other node at once, {refused} \
         were refused by both; over after {took:?}; the other node's slowest answer meanwhile {slowest:?}"
    );
    assert!(took < timeout * 3, "{took:?}");
    // 4 MiB in the outbox, as many in the queue, and what the sockets hold.
    assert!(elsewhere > 0 && unsent >= 16, "{sent} {unsent} {elsewhere}");
    assert!(unsent <= 40, "{unsent}");
    assert!(slowest < timeout / 2, "{slowest:?}");
    stopped.remove();
    until("the node is written to again", async || {
        let answer = session.execute(&insert, (stuck, SMALL)).await;
        answer.is_ok_and(|answer| answer.node() == first)
    })
    .await;
    close(&cluster, vec![session]).await;
}
