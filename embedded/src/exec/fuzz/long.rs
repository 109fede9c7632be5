//! Statements as long as a request can be: what they take grows with their length, not with its square.

use std::time::{Duration, Instant};

use crate::exec::fuzz::{context, run, schema::Server};
use crate::flavor::Flavor;

/// Parts of each statement. Where each is held against each other, this is a thousand millions.
const PARTS: usize = 30_000;

/// Statements of a batch.
const STATEMENTS: usize = 5_000;

/// Far from what it takes, and from what the square would take.
const LIMIT: Duration = Duration::from_secs(10);

/// `begin`, then so many parts, each made of its number, with `between` between them, then `end`.
fn statement(begin: &str, part: fn(usize) -> String, between: &str, end: &str) -> String {
    let parts: Vec<String> = (0..PARTS).map(part).collect();
    format!("{begin}{}{end}", parts.join(between))
}

/// The same of statements.
fn batch(kind: &str, one: fn(usize) -> String) -> String {
    let statements: String = (0..STATEMENTS).map(one).collect();
    format!("BEGIN {kind}BATCH {statements}APPLY BATCH")
}

#[track_caller]
fn check(cql: &str) {
    let server = Server::new(Flavor::Scylla);
    let start = Instant::now();
    let outcome = server.engine.prepare(cql, Some("k")).and_then(|plan| {
        let values = vec![scylla_orm_driver::wire::Cell::Null; plan.markers.len()];
        run(&server.engine, &plan, &values, context(0, Some("k")))
    });
    let took = start.elapsed();
    let shown: String = cql.chars().take(60).collect();
    let said = outcome.map_or_else(
        |e| e.message.chars().take(80).collect(),
        |_| "ok".to_owned(),
    );
    assert!(took < LIMIT, "{took:?}: {shown}…: {said}");
}

#[test]
fn of_names_and_values() {
    check(&statement(
        "INSERT INTO t (",
        |n| format!("c{n}"),
        ", ",
        ") VALUES (1)",
    ));
    check(&format!(
        "INSERT INTO t ({}) VALUES ({})",
        statement("", |n| format!("c{n}"), ", ", ""),
        statement("", |_| "1".to_owned(), ", ", "")
    ));
    check(&statement("SELECT ", |_| "v".to_owned(), ", ", " FROM t"));
    check(&statement(
        "SELECT ",
        |n| format!("v AS a{n}"),
        ", ",
        " FROM t",
    ));
    check(&statement(
        "SELECT v FROM o WHERE k IN (",
        |n| n.to_string(),
        ", ",
        ")",
    ));
    check(&statement(
        "SELECT v FROM o WHERE k IN (",
        |n| format!(":a{n}"),
        ", ",
        ")",
    ));
    check(&statement(
        "SELECT v FROM t GROUP BY ",
        |_| "p".to_owned(),
        ", ",
        "",
    ));
    check(&statement(
        "SELECT v FROM t ORDER BY ",
        |_| "c ASC".to_owned(),
        ", ",
        "",
    ));
}

#[test]
fn of_changes() {
    check(&statement(
        "UPDATE t SET ",
        |_| "v = 'a'".to_owned(),
        ", ",
        " WHERE p = 1",
    ));
    check(&statement(
        "UPDATE t SET v = 'a' WHERE p = 1 AND q = '' AND c = 1 AND d = '' IF ",
        |_| "n = 1".to_owned(),
        " AND ",
        "",
    ));
    check(&statement(
        "DELETE ",
        |_| "v".to_owned(),
        ", ",
        " FROM t WHERE p = 1",
    ));
}

#[test]
fn of_literals() {
    let into =
        |column: &str| format!("INSERT INTO t (p, q, c, d, {column}) VALUES (1, '', 1, '', ");
    check(&statement(
        &format!("{}[", into("l")),
        |n| n.to_string(),
        ", ",
        "])",
    ));
    check(&statement(
        &format!("{}{{", into("e")),
        |n| format!("'{n}'"),
        ", ",
        "})",
    ));
    check(&statement(
        &format!("{}{{", into("m")),
        |n| format!("'{n}': 1"),
        ", ",
        "})",
    ));
    check(&statement(
        &format!("{}{{", into("w")),
        |n| format!("a{n}: 1"),
        ", ",
        "})",
    ));
    check(&statement(
        &format!("{}(", into("x")),
        |n| n.to_string(),
        ", ",
        "))",
    ));
    check(&statement(
        &format!("{}'", into("v")),
        |_| "''".to_owned(),
        "",
        "')",
    ));
}

#[test]
fn of_blanks_and_numbers() {
    check(&statement("/*", |_| "*".to_owned(), "/", ""));
    check(&statement("", |_| "--".to_owned(), "\n", "SELECT * FROM t"));
    check(&statement("SELECT * FROM t", |_| " ".to_owned(), "\n", ";"));
    check(&statement("SELECT ", |_| "(".to_owned(), "", ""));
    check(&statement(
        "SELECT v FROM o WHERE v = ",
        |_| "9".to_owned(),
        "",
        "",
    ));
    check(&statement(
        "SELECT v FROM o WHERE h = ",
        |_| "1d".to_owned(),
        "",
        "",
    ));
    check(&statement(
        "SELECT v FROM o WHERE v = ",
        |_| "-".to_owned(),
        " ",
        "1",
    ));
}

#[test]
fn of_definitions_and_batches() {
    check(&statement(
        "CREATE TABLE a (k int PRIMARY KEY, ",
        |n| format!("c{n} int"),
        ", ",
        ")",
    ));
    check(&statement(
        "CREATE TABLE a (k int, PRIMARY KEY (",
        |_| "k".to_owned(),
        ", ",
        "))",
    ));
    check(&statement(
        "ALTER TABLE o ADD (",
        |n| format!("c{n} int"),
        ", ",
        ")",
    ));
    check(&statement(
        "CREATE TYPE a (",
        |n| format!("f{n} int"),
        ", ",
        ")",
    ));
    check(&statement(
        "CREATE TABLE a (k int PRIMARY KEY) WITH ",
        |n| format!("a{n} = 1"),
        " AND ",
        "",
    ));
    let one = |n| format!("INSERT INTO o (k) VALUES ({n});");
    check(&batch("UNLOGGED ", one));
    let same = |_| "UPDATE t SET s = 1 WHERE p = 1 AND q = '';".to_owned();
    check(&batch("", same));
    let counts = |_| "UPDATE n SET n = n + 1 WHERE k = 1 AND c = now();".to_owned();
    check(&batch("COUNTER ", counts));
    let conditional =
        |n| format!("INSERT INTO t (p, q, c, d) VALUES (1, '', {n}, '') IF NOT EXISTS;");
    check(&batch("", conditional));
}
