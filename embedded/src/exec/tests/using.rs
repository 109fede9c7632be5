//! USING TTL, TIMESTAMP, TIMEOUT, and what the later write is.

use std::time::Duration;

use crate::exec::Context;
use crate::exec::tests::Server;
use crate::flavor::Flavor;

const TABLE: &str = "CREATE TABLE t (p int PRIMARY KEY, v int, w int)";

#[test]
fn the_later_write_wins() {
    Server::new(Flavor::Scylla, TABLE).check(&[
        ("INSERT INTO t (p, v) VALUES (0, 1) USING TIMESTAMP 10", ""),
        ("UPDATE t USING TIMESTAMP 9 SET v = 2 WHERE p = 0", ""),
        ("SELECT v, writetime(v) FROM t", "1 | 10"),
        // Among equals the larger value, and a tombstone before any.
        ("UPDATE t USING TIMESTAMP 10 SET v = 3 WHERE p = 0", ""),
        ("UPDATE t USING TIMESTAMP 10 SET v = 2 WHERE p = 0", ""),
        ("SELECT v FROM t", "3"),
        ("DELETE v FROM t USING TIMESTAMP 10 WHERE p = 0", ""),
        ("SELECT v FROM t", "null"),
        ("DELETE FROM t USING TIMESTAMP 9 WHERE p = 0", ""),
        ("SELECT p FROM t", "0"),
        ("DELETE FROM t USING TIMESTAMP 10 WHERE p = 0", ""),
        ("SELECT p FROM t", ""),
        ("INSERT INTO t (p, v) VALUES (0, 1) USING TIMESTAMP -5", ""),
        ("SELECT p FROM t", ""),
    ]);
}

#[test]
fn the_clients_timestamp_counts_unless_the_statement_has_one() {
    let server = Server::new(Flavor::Scylla, TABLE);
    let context = Context {
        timestamp: Some(100),
        ..Context::default()
    };
    let run = |cql: &str| server.answer(cql, &context).unwrap();
    run("INSERT INTO t (p, v) VALUES (0, 1)");
    run("INSERT INTO t (p, v) VALUES (1, 1) USING TIMESTAMP 7");
    server.check(&[("SELECT p, writetime(v) FROM t", "1 | 7\n0 | 100")]);
}

#[test]
fn what_has_a_ttl_expires() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE TABLE t (p int PRIMARY KEY, v int, w int); \
         CREATE TABLE d (p int PRIMARY KEY, v int) WITH default_time_to_live = 50",
    );
    server.check(&[
        ("INSERT INTO t (p, v) VALUES (0, 1) USING TTL 100", ""),
        ("INSERT INTO t (p, v, w) VALUES (1, 1, 1)", ""),
        ("UPDATE t USING TTL 100 SET w = 2 WHERE p = 1", ""),
        ("INSERT INTO d (p, v) VALUES (0, 1)", ""),
        ("INSERT INTO d (p, v) VALUES (1, 1) USING TTL 0", ""),
        ("INSERT INTO d (p, v) VALUES (2, 1) USING TTL 500", ""),
    ]);
    server.clock.advance(Duration::from_secs(60));
    assert_eq!(server.run("SELECT v FROM t WHERE p = 0"), "1");
    server.check(&[("SELECT p FROM d", "1\n2")]);
    server.clock.advance(Duration::from_secs(60));
    server.check(&[
        ("SELECT p, v, w FROM t", "1 | 1 | null"),
        ("SELECT p, ttl(v) FROM d WHERE p = 1", "1 | null"),
    ]);
}

#[test]
fn what_using_refuses() {
    let ahead = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap();
    let ahead = format!("TIMESTAMP {}", ahead + 4 * 86_400_000_000);
    let future = "Cannot provide a timestamp more than 3 days into the future. If this was not intended, make sure the \
                  timestamp is in microseconds. You can also disable this check by setting the \
                  restrict_future_timestamp configuration option to false.";
    let server = Server::new(Flavor::Scylla, TABLE);
    for (using, expected) in [
        ("TTL -1", "A TTL must be greater or equal to 0"),
        (
            "TTL 630720001",
            "ttl is too large. requested (630720001) maximum (630720000)",
        ),
        (
            "TIMESTAMP -9223372036854775808",
            "Out of bound timestamp, must be in [-9223372036854775807, 9223372036854775807]",
        ),
        (&ahead, future),
        (
            "TIMEOUT 1mo",
            "Timeout values cannot be expressed in days/months",
        ),
        (
            "TIMEOUT 1us",
            "Timeout values cannot have granularity finer than milliseconds",
        ),
        ("TIMEOUT -1s", "Timeout values must be non-negative"),
    ] {
        let cql = format!("INSERT INTO t (p, v) VALUES (0, 1) USING {using}");
        assert_eq!(server.run(&cql), format!("error: {expected}"), "{using}");
    }
    server.check(&[(
        "INSERT INTO t (p) VALUES (0) USING TIMEOUT 50ms AND TTL 5 AND TIMESTAMP 1",
        "",
    )]);
}
