//! Markers: their names, types and places in the key, and what values they take.

use scylla_orm_driver::wire::Cell::{self, Null, Unset};

use crate::exec::tests::{Server, shown};
use crate::exec::{Context, Outcome};
use crate::flavor::Flavor;

const TABLE: &str = "
    CREATE TABLE t (p int, q text, c int, d int, v int, m map<text, int>, PRIMARY KEY ((p, q), c, d));
    INSERT INTO t (p, q, c, d, v) VALUES (1, 'a', 1, 1, 5);
    INSERT INTO t (p, q, c, d, v) VALUES (1, 'a', 2, 1, 6)";

const ONE: Cell<'_> = Cell::Value(&[0, 0, 0, 1]);
const TWO: Cell<'_> = Cell::Value(&[0, 0, 0, 2]);
const A: Cell<'_> = Cell::Value(b"a");

#[test]
fn names_types_and_places() {
    let check = |flavor: Flavor, filter: &str, markers: &str, key: &[u16]| {
        let server = Server::new(flavor, TABLE);
        let cql = format!("SELECT v FROM t WHERE {filter}");
        let plan = server.engine.prepare(&cql, Some("k")).unwrap();
        let named = plan.markers.iter().map(|m| format!("{} {}", m.name, m.ty));
        assert_eq!(named.collect::<Vec<_>>().join(", "), markers, "{filter}");
        assert_eq!(plan.partition_key, key, "{filter}");
    };
    use Flavor::{Cassandra, Scylla};
    check(Scylla, "p = ? AND q = ?", "p int, q text", &[0, 1]);
    check(
        Scylla,
        "q = ? AND c > ? AND p = ?",
        "q text, c int, p int",
        &[2, 0],
    );
    check(Scylla, "p = 1 AND q = ?", "q text", &[]);
    check(Scylla, "p IN ? AND q = ?", "IN(p) list<int>, q text", &[]);
    check(
        Cassandra,
        "p IN ? AND q = ?",
        "in(p) list<int>, q text",
        &[],
    );
    check(
        Scylla,
        "p = ? AND q = ? AND c IN (?, ?)",
        "p int, q text, c int, c int",
        &[0, 1],
    );
    check(
        Scylla,
        "p = 1 AND q = '' AND (c, d) > (?, ?)",
        "c int, d int",
        &[],
    );
    check(
        Scylla,
        "p = 1 AND q = '' AND (c, d) IN ?",
        "IN((c,d)) list<tuple<int, int>>",
        &[],
    );
    check(Scylla, "token(p, q) > ?", "partition key token bigint", &[]);
    check(
        Scylla,
        "p = :a AND q = :b LIMIT :n",
        "a int, b text, n int",
        &[0, 1],
    );
    check(
        Scylla,
        "p = ? AND q = ? PER PARTITION LIMIT ? LIMIT ?",
        "p int, q text, [per_partition_limit] int, [limit] int",
        &[0, 1],
    );
    check(
        Scylla,
        "m CONTAINS ? AND m CONTAINS KEY ? AND m[?] = ? ALLOW FILTERING",
        "value(m) int, key(m) text, key(m) text, value(m) int",
        &[],
    );
}

#[track_caller]
fn check(server: &Server, filter: &str, values: &[Cell<'_>], expected: &str) {
    let cql = format!("SELECT v FROM t WHERE {filter}");
    let answer = match server.bound(&cql, values, &Context::default()) {
        Ok(Outcome::Rows(rows)) => shown(&rows),
        Ok(other) => panic!("{other:?}"),
        Err(error) => format!("error: {error}"),
    };
    assert_eq!(answer.replace('\n', " "), expected, "{filter}");
}

#[test]
fn values_of_markers() {
    let server = Server::new(Flavor::Scylla, TABLE);
    let both = Cell::Value(b"\0\0\0\x02\0\0\0\x04\0\0\0\x02\0\0\0\x04\0\0\0\x01");
    let pairs = Cell::Value(b"\0\0\0\x01\0\0\0\x10\0\0\0\x04\0\0\0\x02\0\0\0\x04\0\0\0\x01");
    check(&server, "p = ? AND q = ?", &[ONE, A], "5 6");
    check(&server, "p = ? AND q = ? AND c = ?", &[ONE, A, TWO], "6");
    check(
        &server,
        "p = ? AND q = ? AND c IN ?",
        &[ONE, A, both],
        "5 6",
    );
    check(
        &server,
        "p = ? AND q = ? AND (c, d) IN ?",
        &[ONE, A, pairs],
        "6",
    );
    check(&server, "p IN ? AND q = ?", &[both, A], "5 6");
    check(&server, "p = ? AND q = ? LIMIT ?", &[ONE, A, ONE], "5");
    check(&server, "p = ? AND q = ? LIMIT ?", &[ONE, A, Unset], "5 6");
    check(&server, "p = ? AND q = ?", &[Null, A], "");
    check(&server, "p = ? AND q = ? AND c IN ?", &[ONE, A, Null], "");
}

#[test]
fn values_that_do_not_fit() {
    let server = Server::new(Flavor::Scylla, TABLE);
    let error = |values: &[Cell<'_>]| {
        let answer = server.bound(
            "SELECT v FROM t WHERE p = ? AND q = ?",
            values,
            &Context::default(),
        );
        answer.unwrap_err().to_string()
    };
    assert!(
        error(&[A, A]).contains("Exception while binding column p"),
        "{}",
        error(&[A, A])
    );
    assert!(error(&[ONE, Cell::Value(&[0xff])]).contains("non-UTF8"));
    assert!(error(&[Unset, A]).contains("unset value"));
    let long = vec![b'a'; 65536];
    assert_eq!(
        error(&[ONE, Cell::Value(&long)]),
        "Key length of 65536 is longer than maximum of 65535"
    );
    let server = Server::new(Flavor::Cassandra, TABLE);
    check(
        &server,
        "p = ? AND q = ?",
        &[Null, A],
        "error: Invalid null value in condition for column p",
    );
    check(
        &server,
        "p = ? AND q = ? AND v = ? ALLOW FILTERING",
        &[ONE, A, Null],
        "error: Unsupported null value for column v",
    );
}

#[test]
fn plans_age_with_their_table() {
    let server = Server::new(Flavor::Scylla, TABLE);
    let plan = server.engine.prepare("SELECT * FROM t", Some("k")).unwrap();
    assert!(server.engine.is_current(&plan));
    server.check(&[("CREATE TABLE other (p int PRIMARY KEY)", "")]);
    assert!(server.engine.is_current(&plan));
    server.check(&[("ALTER TABLE t ADD w int", "")]);
    assert!(!server.engine.is_current(&plan));
    server.check(&[
        ("DROP TABLE t", ""),
        ("CREATE TABLE t (p int PRIMARY KEY)", ""),
        ("SELECT * FROM t", ""),
    ]);
}

#[test]
fn the_routing_key_is_that_of_the_store() {
    let server = Server::new(Flavor::Scylla, TABLE);
    let plan = server
        .engine
        .prepare("SELECT * FROM t WHERE q = ? AND p = ?", Some("k"));
    let plan = plan.unwrap();
    let key = plan.routing_key(&[A, ONE]);
    assert_eq!(key.as_deref(), Some(&b"\0\x04\0\0\0\x01\0\0\x01a\0"[..]));
    assert_eq!(plan.routing_key(&[A, Null]), None);
}
