//! Order, limits, DISTINCT, statics, aggregates, indexes.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

const ROWS: &str = "
    CREATE TABLE t (p int, c int, s int static, v int, PRIMARY KEY (p, c));
    INSERT INTO t (p, c, s, v) VALUES (1, 1, 10, 5);
    INSERT INTO t (p, c, v) VALUES (1, 2, 7);
    INSERT INTO t (p, c) VALUES (1, 3);
    INSERT INTO t (p, c, v) VALUES (2, 2, 3);
    INSERT INTO t (p, s) VALUES (3, 30)";

#[test]
fn order() {
    let server = Server::new(Flavor::Scylla, ROWS);
    server.check(&[
        ("SELECT c FROM t WHERE p = 1 ORDER BY c DESC", "3\n2\n1"),
        ("SELECT c FROM t WHERE p = 1 ORDER BY c ASC LIMIT 2", "1\n2"),
        ("SELECT p, c FROM t WHERE p IN (2, 1) ORDER BY c", "1 | 1\n1 | 2\n2 | 2\n1 | 3"),
        ("SELECT p, c FROM t WHERE p IN (2, 1) ORDER BY c DESC LIMIT 2", "1 | 3\n1 | 2"),
        (
            "SELECT c FROM t ORDER BY c",
            "error: ORDER BY is only supported when the partition key is restricted by an EQ or an IN.",
        ),
        (
            "SELECT c FROM t WHERE p = 1 ORDER BY v",
            "error: Order by is currently only supported on the clustered columns of the PRIMARY KEY, got v",
        ),
        ("SELECT c FROM t WHERE p = 1 ORDER BY x", "error: Order by on unknown column x"),
    ]);
}

#[test]
fn limits() {
    let server = Server::new(Flavor::Scylla, ROWS);
    server.check(&[
        ("SELECT p, c FROM t LIMIT 2", "1 | 1\n1 | 2"),
        (
            "SELECT p, c FROM t PER PARTITION LIMIT 1",
            "1 | 1\n2 | 2\n3 | null",
        ),
        (
            "SELECT p, c FROM t PER PARTITION LIMIT 2 LIMIT 3",
            "1 | 1\n1 | 2\n2 | 2",
        ),
        (
            "SELECT p FROM t LIMIT 0",
            "error: LIMIT must be strictly positive",
        ),
        (
            "SELECT p FROM t PER PARTITION LIMIT -1",
            "error: PER PARTITION LIMIT must be strictly positive",
        ),
        (
            "SELECT p FROM t LIMIT null",
            "error: Invalid null value of limit",
        ),
        (
            "SELECT count(*) FROM t PER PARTITION LIMIT 1",
            "error: PER PARTITION LIMIT is not allowed with aggregate queries.",
        ),
    ]);
}

#[test]
fn statics_and_distinct() {
    let server = Server::new(Flavor::Scylla, ROWS);
    server.check(&[
        ("SELECT p, c, s, v FROM t", "1 | 1 | 10 | 5\n1 | 2 | 10 | 7\n1 | 3 | 10 | null\n2 | 2 | null | 3\n3 | null | 30 | null"),
        ("SELECT DISTINCT p, s FROM t", "1 | 10\n2 | null\n3 | 30"),
        ("SELECT DISTINCT p FROM t LIMIT 2", "1\n2"),
        ("SELECT v FROM t WHERE p = 3", "null"),
        ("SELECT v FROM t WHERE p = 3 AND c = 1", ""),
        ("SELECT DISTINCT v FROM t", "error: SELECT DISTINCT queries must only request partition key columns and/or static columns (not v)"),
        ("SELECT DISTINCT s FROM t", "error: SELECT DISTINCT queries must request all the partition key columns (missing p)"),
        ("SELECT DISTINCT s FROM t WHERE p = 1", "10"),
        ("SELECT DISTINCT p FROM t WHERE p = 1 AND c = 1", "error: SELECT DISTINCT with WHERE clause only supports restriction by partition key."),
        ("SELECT s FROM t WHERE p = 1 AND c = 1", "error: Cannot restrict clustering columns when selecting only static columns"),
    ]);
    let server = Server::new(Flavor::Cassandra, ROWS);
    server.check(&[
        ("SELECT v FROM t WHERE p = 3", "null"),
        ("SELECT p, s FROM t WHERE p = 3", "3 | 30"),
    ]);
}

#[test]
fn aggregates() {
    let server = Server::new(Flavor::Scylla, ROWS);
    server.check(&[
        ("SELECT count(*) FROM t", "5"),
        (
            "SELECT count(*), count(v), min(v), max(v), sum(v), avg(v) FROM t WHERE p = 1",
            "3 | 2 | 5 | 7 | 12 | 6",
        ),
        (
            "SELECT count(*), count(v), min(v), sum(v), avg(v) FROM t WHERE p = 9",
            "0 | 0 | null | 0 | 0",
        ),
        ("SELECT p, max(v) FROM t WHERE p = 1", "1 | 7"),
        (
            "SELECT p, count(*), max(v) FROM t GROUP BY p",
            "1 | 3 | 7\n2 | 1 | 3\n3 | 1 | null",
        ),
        ("SELECT p, count(*) FROM t WHERE p = 9 GROUP BY p", ""),
        (
            "SELECT p, c, count(*) FROM t GROUP BY p, c LIMIT 2",
            "1 | 1 | 1\n1 | 2 | 1",
        ),
        ("SELECT p, v FROM t GROUP BY p", "1 | 5\n2 | 3\n3 | null"),
        (
            "SELECT c, count(*) FROM t WHERE p = 1 GROUP BY c",
            "1 | 1\n2 | 1\n3 | 1",
        ),
        (
            "SELECT count(*) FROM t GROUP BY c",
            "error: Group by column c is out of order",
        ),
        (
            "SELECT count(*) FROM t GROUP BY v",
            "error: Group by non-primary-key column v",
        ),
        ("SELECT sum(p) FROM t WHERE p = 1 LIMIT 1", "3"),
        (
            "SELECT cast(max(v) AS text), max(cast(v AS text)) FROM t",
            "'7' | '7'",
        ),
    ]);
}

#[test]
fn sums() {
    let setup = "
        CREATE TABLE n (p int PRIMARY KEY, i int, d decimal, f double, x varint, b tinyint);
        INSERT INTO n (p, i, d, f, x, b) VALUES (1, 2147483647, 1.5, 0.5, 1, 100);
        INSERT INTO n (p, i, d, f, x, b) VALUES (2, 1, 2.25, 1, 99999999999999999999, 100)";
    let server = Server::new(Flavor::Scylla, setup);
    server.check(&[
        (
            "SELECT sum(d), sum(f), sum(x), avg(f) FROM n",
            "3.75 | 1.5 | 100000000000000000000 | 0.75",
        ),
        (
            "SELECT sum(i) FROM n",
            "error: Sum overflow. Values should be casted to a wider type.",
        ),
        ("SELECT sum(cast(i AS bigint)) FROM n", "2147483648"),
        ("SELECT avg(b) FROM n", "100"),
    ]);
    let server = Server::new(Flavor::Cassandra, setup);
    server.check(&[("SELECT sum(i), sum(b) FROM n", "-2147483648 | -56")]);
}

#[test]
fn indexes() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE TABLE t (p int, c int, v int, w int, m map<text, int>, PRIMARY KEY (p, c));
         CREATE INDEX ON t (v);
         CREATE INDEX ON t (keys(m));
         CREATE INDEX ON t (c);
         INSERT INTO t (p, c, v, w, m) VALUES (1, 1, 5, 1, {'a': 1});
         INSERT INTO t (p, c, v, w, m) VALUES (1, 2, 5, 2, {'b': 1});
         INSERT INTO t (p, c, v, w, m) VALUES (2, 1, 5, 1, {'a': 1, 'b': 2});
         INSERT INTO t (p, c, v, w, m) VALUES (2, 2, 6, 1, {'c': 1})",
    );
    let filtering = "error: Cannot execute this query as it might involve data filtering and thus may have \
                     unpredictable performance. If you want to execute this query despite the performance \
                     unpredictability, use ALLOW FILTERING";
    server.check(&[
        ("SELECT p, c FROM t WHERE v = 5", "1 | 1\n1 | 2\n2 | 1"),
        ("SELECT p, c FROM t WHERE p = 1 AND v = 5", "1 | 1\n1 | 2"),
        (
            "SELECT p, c FROM t WHERE p = 1 AND c = 2 AND v = 5",
            "1 | 2",
        ),
        ("SELECT p, c FROM t WHERE v > 5", filtering),
        ("SELECT p, c FROM t WHERE v = 5 AND w = 1", filtering),
        (
            "SELECT p, c FROM t WHERE v = 5 AND w = 1 ALLOW FILTERING",
            "1 | 1\n2 | 1",
        ),
        (
            "SELECT p, c FROM t WHERE m CONTAINS KEY 'b'",
            "1 | 2\n2 | 1",
        ),
        ("SELECT p, c FROM t WHERE m CONTAINS 1", filtering),
        ("SELECT p, c FROM t WHERE c = 2", "1 | 2\n2 | 2"),
        (
            "SELECT p, c FROM t WHERE v = 5 ORDER BY c",
            "error: ORDER BY with 2ndary indexes is not supported.",
        ),
    ]);
}
