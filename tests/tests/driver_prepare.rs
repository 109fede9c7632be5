//! Prepared statements: prepared once however many ask, again when a server has forgotten them, and not without bound.

use std::time::Duration;

use futures_util::future::join_all;
use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::statement::{Batch, BatchKind, Statement};
use scylla_orm::driver::{ErrorKind, Session, SessionBuilder};
use tests::poll::{PROMPT, until, within};
use tests::relay::Relay;
use tests::target::Target;

struct Fixture {
    target: Target,
    relay: Relay,
    session: Session,
    table: String,
}

async fn fixture(settings: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_prepare").await;
    let relay = Relay::default();
    let builder = Session::builder().contact_points(target.contact_points());
    let session = settings(builder.connector(relay.clone()))
        .connect()
        .await
        .unwrap();
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    let table = format!("{keyspace}.t");
    for cql in [
        format!("CREATE TABLE {table} (k int PRIMARY KEY, v int)"),
        format!("INSERT INTO {table} (k, v) VALUES (1, 10)"),
    ] {
        // What the settings allow may be too little for a change of the schema.
        let statement = Statement::new(cql).timeout(Duration::from_secs(20));
        session.query(statement, ()).await.unwrap();
    }
    Fixture {
        target,
        relay,
        session,
        table,
    }
}

impl Fixture {
    /// How many PREPAREs go to servers while `what` runs.
    async fn prepares<T>(&self, what: impl Future<Output = T>) -> (u64, T) {
        let before = self.relay.sent(Opcode::Prepare);
        let output = within(Duration::from_secs(20), "preparing", what).await;
        (self.relay.sent(Opcode::Prepare) - before, output)
    }

    async fn end(self) {
        self.session.close().await.unwrap();
        drop(self.target);
    }
}

#[tokio::test]
async fn a_hundred_who_ask_at_once_send_one_prepare() {
    let f = fixture(|b| b).await;
    let cql = format!("SELECT v FROM {} WHERE k = ?", f.table);
    let (sent, prepared) = f
        .prepares(join_all((0..100).map(|_| f.session.prepare(&cql))))
        .await;
    assert!(prepared.iter().all(Result::is_ok));
    assert_eq!(sent, 1);
    // The other nodes are told by the first request that each of them gets.
    let requests = (0..300).map(|k| f.session.query(cql.as_str(), (k,)));
    let (sent, answers) = f.prepares(join_all(requests)).await;
    assert!(answers.iter().all(Result::is_ok));
    let nodes = u64::try_from(f.session.topology().nodes().len()).unwrap();
    assert_eq!(sent, nodes - 1);
    f.end().await;
}

#[tokio::test]
async fn a_text_that_cannot_be_prepared_is_not_kept() {
    let f = fixture(|b| b).await;
    let cql = format!("SELECT w FROM {} WHERE k = ?", f.table);
    let (sent, all) = f
        .prepares(join_all((0..100).map(|_| f.session.prepare(&cql))))
        .await;
    for error in all {
        let error = error.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Invalid { .. }),
            "{error:?}"
        );
    }
    assert_eq!(sent, 1, "all share the failure");
    f.session
        .query(format!("ALTER TABLE {} ADD w int", f.table), ())
        .await
        .unwrap();
    let (sent, prepared) = f.prepares(f.session.prepare(&cql)).await;
    assert!(prepared.is_ok());
    assert_eq!(sent, 1);
    f.end().await;
}

/// One deadline for all who wait, not one after the other.
#[tokio::test]
async fn a_server_that_is_silent_costs_each_waiter_one_deadline() {
    let f = fixture(|b| b.request_timeout(Duration::from_millis(300))).await;
    let cql = format!("SELECT v FROM {} WHERE k = ?", f.table);
    f.relay.hold();
    let start = std::time::Instant::now();
    for error in join_all((0..20).map(|_| f.session.prepare(&cql))).await {
        let error = error.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
    }
    let elapsed = start.elapsed();
    assert!(elapsed < PROMPT, "{elapsed:?}");
    f.relay.release();
    f.session.prepare(&cql).await.unwrap();
    f.end().await;
}

#[tokio::test]
async fn who_gives_up_leaves_the_others_their_statement() {
    let f = fixture(|b| b).await;
    let cql = format!("SELECT v FROM {} WHERE k = ?", f.table);
    let before = f.relay.sent(Opcode::Prepare);
    f.relay.hold();
    let first = tokio::spawn({
        let (session, cql) = (f.session.clone(), cql.clone());
        async move { session.prepare(&cql).await.map(drop) }
    });
    until("the first has sent its PREPARE", async || {
        f.relay.sent(Opcode::Prepare) == before + 1
    })
    .await;
    let others: Vec<_> = (0..10)
        .map(|_| {
            let (session, cql) = (f.session.clone(), cql.clone());
            tokio::spawn(async move { session.prepare(&cql).await.map(drop) })
        })
        .collect();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    until("another takes over", async || {
        f.relay.sent(Opcode::Prepare) == before + 2
    })
    .await;
    f.relay.release();
    for other in others {
        within(Duration::from_secs(10), "a waiter", other)
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(f.relay.sent(Opcode::Prepare), before + 2);
    f.end().await;
}

#[tokio::test]
async fn no_more_than_the_session_keeps() {
    let f = fixture(|b| b.prepared_cache(4)).await;
    let texts: Vec<String> = (0..8)
        .map(|n| format!("SELECT v FROM {} WHERE k = ? LIMIT {}", f.table, n + 1))
        .collect();
    let all = async |texts: &[String]| {
        for text in texts {
            f.session.prepare(text).await.unwrap();
        }
    };
    let first = f.session.prepare(&texts[0]).await.unwrap();
    assert_eq!(
        f.prepares(all(&texts)).await.0,
        7,
        "the first is there already"
    );
    assert_eq!(
        f.prepares(all(&texts[4..])).await.0,
        0,
        "the last four are kept"
    );
    assert_eq!(
        f.prepares(all(&texts[..4])).await.0,
        4,
        "the first four are not"
    );
    let answer = f.session.execute(&first, (1,)).await.unwrap();
    assert_eq!(answer.count(), 1, "what is held goes on");
    f.end().await;
}

#[tokio::test]
async fn a_table_that_changes_takes_its_statements_along() {
    let f = fixture(|b| b).await;
    let cql = format!("SELECT * FROM {} WHERE k = ?", f.table);
    let select = f.session.prepare(&cql).await.unwrap();
    let names = |answer: &scylla_orm::driver::session::Answer| -> Vec<String> {
        answer
            .columns()
            .iter()
            .map(|c| c.name.to_string())
            .collect()
    };
    let answer = f.session.execute(&select, (1,)).await.unwrap();
    assert_eq!(names(&answer), ["k", "v"]);
    f.session
        .query(format!("ALTER TABLE {} ADD a text", f.table), ())
        .await
        .unwrap();
    let insert = format!("INSERT INTO {} (k, v, a) VALUES (?, ?, ?)", f.table);
    f.session.query(insert, (1, 10, "new")).await.unwrap();
    for _ in 0..20 {
        let answer = f.session.execute(&select, (1,)).await.unwrap();
        assert_eq!(names(&answer), ["k", "a", "v"]);
        let row: (i32, Option<String>, i32) = answer.first_as().unwrap().unwrap();
        assert_eq!(row, (1, Some("new".to_owned()), 10));
    }
    f.end().await;
}

#[tokio::test]
async fn values_for_a_type_that_is_no_more_are_not_sent() {
    let f = fixture(|b| b).await;
    let cql = format!("INSERT INTO {} (k, v) VALUES (?, ?)", f.table);
    let insert = f.session.prepare(&cql).await.unwrap();
    f.session.execute(&insert, (1, 10)).await.unwrap();
    f.session
        .query(format!("DROP TABLE {}", f.table), ())
        .await
        .unwrap();
    let make = format!("CREATE TABLE {} (k int PRIMARY KEY, v text)", f.table);
    f.session.query(make, ()).await.unwrap();
    let error = f.session.execute(&insert, (1, 10)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::StatementChanged),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("have changed since it was prepared") && text.ends_with("prepare it again"),
        "{text}"
    );
    let insert = f.session.prepare(&cql).await.unwrap();
    f.session.execute(&insert, (1, "ten")).await.unwrap();
    f.end().await;
}

/// A node that comes back knows no statements: each is prepared there once more, by who needs it first.
#[tokio::test]
async fn a_node_that_has_forgotten_is_told_again() {
    let f = fixture(|b| b).await;
    let Some(cluster) = f.target.cluster() else {
        return;
    };
    let insert = format!("INSERT INTO {} (k, v) VALUES (?, ?)", f.table);
    let insert = f.session.prepare(&insert).await.unwrap();
    let select = format!("SELECT v FROM {} WHERE k = ?", f.table);
    let select = f.session.prepare(&select).await.unwrap();
    for k in 0..100 {
        f.session.execute(&insert, (k, k * 10)).await.unwrap();
    }
    for node in 0..3 {
        cluster.stop_node(node).await;
        cluster.start_node(node).await.unwrap();
    }
    assert!(f.session.wait_ready(Duration::from_secs(20)).await);
    let (sent, answers) = f
        .prepares(async {
            let requests = (0..100).map(|k| f.session.execute(&select, (k,)));
            join_all(requests).await
        })
        .await;
    for (k, answer) in (0..).zip(answers) {
        let row: Option<(i32,)> = answer.unwrap().first_as().unwrap();
        assert_eq!(row, Some((k * 10,)));
    }
    assert!(
        (1..=3).contains(&sent),
        "{sent} PREPAREs for one statement on three nodes"
    );
    let mut batch = Batch::new(BatchKind::Unlogged);
    batch.push(&insert, (1, 11)).unwrap();
    batch.push(&insert, (1, 12)).unwrap();
    let (sent, answer) = f.prepares(f.session.batch(&batch)).await;
    answer.unwrap();
    assert_eq!(sent, 1, "one statement, one node");
    f.end().await;
}
