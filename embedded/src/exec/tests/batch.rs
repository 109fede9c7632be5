//! Batches: as text and as messages, plain and conditional.

use std::sync::Arc;

use scylla_orm_driver::wire::Cell;

use crate::exec::tests::{Server, shown};
use crate::exec::{BatchKind, Context, Outcome};
use crate::flavor::Flavor;

const TABLES: &str = "CREATE TABLE t (p int, c int, s int STATIC, v int, PRIMARY KEY (p, c)); \
                      CREATE TABLE n (p int PRIMARY KEY, v counter)";

fn text(server: &Server, statements: &[&str]) -> String {
    let cql = format!("BEGIN BATCH {} APPLY BATCH", statements.join("; "));
    match server.answer(&cql, &Context::default()) {
        Ok(Outcome::Rows(rows)) => {
            let names: Vec<&str> = rows.columns.iter().map(|c| &*c.name).collect();
            format!("{}: {}", names.join(","), shown(&rows))
        }
        _ => server.run(&cql),
    }
}

#[test]
fn all_or_nothing_at_one_time() {
    let server = Server::new(Flavor::Scylla, TABLES);
    let insert = "INSERT INTO t (p, c, v) VALUES (0, 0, 0)";
    assert_eq!(text(&server, &[]), "");
    assert_eq!(
        text(
            &server,
            &[
                insert,
                "UPDATE t SET s = 1 WHERE p = 1",
                "INSERT INTO t (p, c, v) VALUES (1, 1, 2)"
            ]
        ),
        ""
    );
    server.check(&[(
        "SELECT p, c, s, v FROM t",
        "1 | 1 | 1 | 2\n0 | 0 | null | 0",
    )]);
    let written = server.run("SELECT writetime(v) FROM t");
    let written: Vec<&str> = written.lines().collect();
    assert_eq!(written[0], written[1]);
    // Of one time are also a deletion and what it covers.
    assert_eq!(
        text(&server, &["DELETE FROM t WHERE p = 0 AND c = 0", insert]),
        ""
    );
    server.check(&[("SELECT p FROM t", "1")]);
    server.check(&[(
        "BEGIN BATCH INSERT INTO t (p, c, v) VALUES (2, 0, 0) USING TTL -1; INSERT INTO t (p, c) VALUES (3, 0) APPLY BATCH",
        "error: A TTL must be greater or equal to 0",
    )]);
    server.check(&[("SELECT p FROM t", "1")]);
    server.check(&[
        (
            "BEGIN BATCH USING TIMESTAMP 77 INSERT INTO t (p, c, v) VALUES (5, 0, 0) APPLY BATCH",
            "",
        ),
        ("SELECT writetime(v) FROM t WHERE p = 5", "77"),
    ]);
}

#[test]
fn what_batches_refuse() {
    let server = Server::new(Flavor::Scylla, TABLES);
    let insert = "INSERT INTO t (p, c, v) VALUES (0, 0, 0)";
    let count = "UPDATE n SET v = v + 1 WHERE p = 0";
    for (begin, statements, expected) in [
        (
            "BEGIN BATCH",
            vec![count],
            "Cannot include a counter statement in a logged batch",
        ),
        (
            "BEGIN COUNTER BATCH",
            vec![insert],
            "Cannot include non-counter statement in a counter batch",
        ),
        (
            "BEGIN UNLOGGED BATCH",
            vec![insert, count],
            "Counter and non-counter mutations cannot exist in the same batch",
        ),
        (
            "BEGIN BATCH USING TTL 5",
            vec![insert],
            "Global TTL on the BATCH statement is not supported.",
        ),
        (
            "BEGIN BATCH USING TIMESTAMP 5",
            vec!["INSERT INTO t (p, c) VALUES (0, 0) USING TIMESTAMP 1"],
            "Timestamp must be set either on BATCH or individual statements",
        ),
        (
            "BEGIN COUNTER BATCH USING TIMESTAMP 5",
            vec![count],
            "Cannot provide custom timestamp for a BATCH containing counters",
        ),
        (
            "BEGIN BATCH USING TIMESTAMP 5",
            vec!["INSERT INTO t (p, c) VALUES (0, 0) IF NOT EXISTS"],
            "Cannot provide custom timestamp for conditional BATCH",
        ),
        (
            "BEGIN BATCH",
            vec![
                "INSERT INTO t (p, c) VALUES (0, 0) IF NOT EXISTS",
                "INSERT INTO t (p, c) VALUES (1, 0)",
            ],
            "BATCH with conditions cannot span multiple partitions",
        ),
    ] {
        let cql = format!("{begin} {} APPLY BATCH", statements.join("; "));
        assert_eq!(server.run(&cql), format!("error: {expected}"), "{cql}");
    }
    server.check(&[
        (
            &format!("BEGIN COUNTER BATCH {count}; {count} APPLY BATCH"),
            "",
        ),
        ("SELECT v FROM n", "2"),
    ]);
}

#[test]
fn conditional_batches_on_scylla_answer_a_row_per_statement() {
    let server = Server::new(Flavor::Scylla, TABLES);
    let insert = "INSERT INTO t (p, c, v) VALUES (0, 1, 1) IF NOT EXISTS";
    assert_eq!(
        text(
            &server,
            &[insert, "INSERT INTO t (p, c, v) VALUES (0, 2, 2)"]
        ),
        "[applied],p,c,s,v: true | null | null | null | null\ntrue | null | null | null | null"
    );
    assert_eq!(
        text(&server, &[insert, "UPDATE t SET s = 9 WHERE p = 0"]),
        "[applied],p,c,s,v: false | 0 | 1 | null | 1\nfalse | null | null | null | null"
    );
    let updates = [
        "UPDATE t SET v = 10 WHERE p = 0 AND c = 1 IF v = 1",
        "UPDATE t SET v = 20 WHERE p = 0 AND c = 2 IF v = 2",
    ];
    assert_eq!(
        text(&server, &updates),
        "[applied],p,c,v: true | 0 | 1 | 1\ntrue | 0 | 2 | 2"
    );
    assert_eq!(
        text(&server, &updates),
        "[applied],p,c,v: false | 0 | 1 | 10\nfalse | 0 | 2 | 20"
    );
    // All are judged on what was there before.
    let same = "INSERT INTO t (p, c, v) VALUES (1, 1, 1) IF NOT EXISTS";
    assert!(text(&server, &[same, same]).contains("true | null | null | null | null\ntrue"));
}

#[test]
fn conditional_batches_on_cassandra_answer_the_rows_in_the_way() {
    let server = Server::new(Flavor::Cassandra, TABLES);
    let insert = "INSERT INTO t (p, c, v) VALUES (0, 1, 1) IF NOT EXISTS";
    assert_eq!(
        text(
            &server,
            &[insert, "INSERT INTO t (p, c, v) VALUES (0, 2, 2)"]
        ),
        "[applied]: true"
    );
    assert_eq!(
        text(
            &server,
            &[insert, "UPDATE t SET v = 9 WHERE p = 0 AND c = 2"]
        ),
        "[applied],p,c,s,v: false | 0 | 1 | null | 1"
    );
    let updates = [
        "UPDATE t SET v = 10 WHERE p = 0 AND c = 2 IF v = 1",
        "UPDATE t SET v = 20 WHERE p = 0 AND c = 1 IF v = 1",
    ];
    assert_eq!(
        text(&server, &updates),
        "[applied],p,c,v: false | 0 | 1 | 1\nfalse | 0 | 2 | 2"
    );
    assert_eq!(
        text(
            &server,
            &["UPDATE t SET v = 10 WHERE p = 0 AND c = 9 IF v = 1"]
        ),
        "[applied]: false"
    );
}

#[test]
fn messages_of_prepared_statements() {
    let server = Server::new(Flavor::Scylla, TABLES);
    let prepare = |cql: &str| server.engine.prepare(cql, Some("k")).unwrap();
    let insert = prepare("INSERT INTO t (p, c, v) VALUES (?, ?, ?)");
    let delete = prepare("DELETE FROM t WHERE p = ?");
    let one = 1i32.to_be_bytes();
    let two = 2i32.to_be_bytes();
    let context = Context {
        timestamp: Some(5),
        ..Context::default()
    };
    let run = |statements: &[(Arc<crate::exec::Plan>, Vec<Cell<'_>>)]| {
        server
            .engine
            .batch(BatchKind::Unlogged, statements, &context)
    };
    run(&[
        (
            Arc::clone(&insert),
            vec![Cell::Value(&one), Cell::Value(&one), Cell::Value(&two)],
        ),
        (
            Arc::clone(&insert),
            vec![Cell::Value(&two), Cell::Value(&one), Cell::Unset],
        ),
        (delete, vec![Cell::Value(&two)]),
    ])
    .unwrap();
    server.check(&[("SELECT p, c, v, writetime(v) FROM t", "1 | 1 | 2 | 5")]);
    let select = prepare("SELECT * FROM t");
    let refused = run(&[(select, Vec::new())]).unwrap_err();
    assert!(
        refused.message.starts_with("Invalid statement in batch"),
        "{refused}"
    );
}

#[test]
fn large_batches_of_several_partitions_are_refused() {
    let server = Server::new(
        Flavor::Cassandra,
        "CREATE TABLE b (p int PRIMARY KEY, v text)",
    );
    let row = |p: i32, length| {
        format!(
            "INSERT INTO b (p, v) VALUES ({p}, '{}')",
            "x".repeat(length)
        )
    };
    assert_eq!(text(&server, &[&row(0, 60_000)]), "");
    assert_eq!(
        text(&server, &[&row(0, 1), &row(1, 60_000)]),
        "error: Batch too large"
    );
    let large = server.run(&row(0, 17 << 20));
    assert!(
        large.contains("is too large for the maximum size of 16777216"),
        "{large}"
    );
}
