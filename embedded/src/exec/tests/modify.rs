//! INSERT, UPDATE, DELETE: what is there afterwards, and what is refused.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

#[test]
fn rows_are_inserted_updated_and_deleted() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE TABLE t (p int, c int, s text STATIC, v text, w int, PRIMARY KEY (p, c))",
    );
    server.check(&[
        ("INSERT INTO t (p, c, v, w) VALUES (1, 1, 'a', 10)", ""),
        ("INSERT INTO t (p, c) VALUES (1, 2)", ""),
        ("UPDATE t SET v = 'u', w = null WHERE p = 1 AND c = 3", ""),
        (
            "SELECT c, v, w FROM t WHERE p = 1",
            "1 | 'a' | 10\n2 | null | null\n3 | 'u' | null",
        ),
        // A row that UPDATE made goes with its last value, one that INSERT made stays.
        ("UPDATE t SET v = null WHERE p = 1 AND c IN (1, 3)", ""),
        ("DELETE w FROM t WHERE p = 1 AND c = 1", ""),
        (
            "SELECT c, v, w FROM t WHERE p = 1",
            "1 | null | null\n2 | null | null",
        ),
        ("INSERT INTO t (p, s) VALUES (1, 'static')", ""),
        ("INSERT INTO t (p, s) VALUES (2, 'alone')", ""),
        ("UPDATE t SET s = 'other' WHERE p = 1", ""),
        (
            "SELECT p, c, s FROM t WHERE p IN (1, 2)",
            "1 | 1 | 'other'\n1 | 2 | 'other'\n2 | null | 'alone'",
        ),
        ("DELETE FROM t WHERE p = 1 AND c = 1", ""),
        ("SELECT c FROM t WHERE p = 1", "2"),
        ("DELETE FROM t WHERE p = 1 AND c > 1", ""),
        ("DELETE s FROM t WHERE p = 1", ""),
        ("DELETE FROM t WHERE p = 2", ""),
        ("SELECT * FROM t", ""),
        // Nothing that was never there is written by writing null.
        ("UPDATE t SET v = null WHERE p = 7 AND c = 7", ""),
        ("SELECT DISTINCT p FROM t", ""),
        ("SELECT count(*) FROM t", "0"),
    ]);
}

const SCHEMA: &str = "CREATE TABLE t (p int, c int, d int, s int STATIC, v int, PRIMARY KEY (p, c, d)); \
                      CREATE TABLE q (a int, b int, v int, PRIMARY KEY ((a, b)))";

#[test]
fn ranges_of_rows_are_deleted() {
    let rows = "INSERT INTO t (p, c, d, v) VALUES (0, 1, 1, 0); INSERT INTO t (p, c, d, v) VALUES (0, 1, 2, 0); \
                INSERT INTO t (p, c, d, v) VALUES (0, 2, 1, 0); INSERT INTO t (p, c, d, v) VALUES (0, 2, 2, 0); \
                INSERT INTO t (p, c, d, v) VALUES (1, 1, 1, 0); INSERT INTO t (p, s) VALUES (0, 7)";
    for (condition, left) in [
        ("p = 0", ""),
        ("p IN (0, 1)", ""),
        ("p = 0 AND c = 1", "2 | 1\n2 | 2"),
        ("p = 0 AND c = 1 AND d = 2", "1 | 1\n2 | 1\n2 | 2"),
        ("p = 0 AND c = 1 AND d > 1", "1 | 1\n2 | 1\n2 | 2"),
        ("p = 0 AND c IN (1, 2) AND d = 1", "1 | 2\n2 | 2"),
        ("p = 0 AND c IN (1, 2)", ""),
        ("p = 0 AND c >= 2", "1 | 1\n1 | 2"),
        (
            "p = 0 AND (c, d) >= (1, 2) AND (c, d) < (2, 2)",
            "1 | 1\n2 | 2",
        ),
        ("p = 0 AND (c, d) IN ((1, 1), (2, 2))", "1 | 2\n2 | 1"),
        ("p = 9", "1 | 1\n1 | 2\n2 | 1\n2 | 2"),
    ] {
        let server = Server::new(Flavor::Scylla, &format!("{SCHEMA}; {rows}"));
        assert_eq!(
            server.run(&format!("DELETE FROM t WHERE {condition}")),
            "",
            "{condition}"
        );
        let rest = server.run("SELECT c, d FROM t WHERE p = 0 AND c > 0");
        assert_eq!(rest, left, "{condition}");
        let whole = condition.starts_with("p = 0") && !condition.contains("AND")
            || condition.contains("p IN");
        let statics = server.run("SELECT DISTINCT s FROM t WHERE p = 0");
        assert_eq!(statics, if whole { "" } else { "7" }, "{condition}");
    }
}

/// Statements, and what each flavor says of them.
#[track_caller]
fn refused(cases: &[(&str, &str, &str)]) {
    for (flavor, pick) in [(Flavor::Scylla, 0), (Flavor::Cassandra, 1)] {
        let server = Server::new(flavor, SCHEMA);
        for (cql, scylla, cassandra) in cases {
            let expected = [scylla, cassandra][pick];
            assert_eq!(server.run(cql), format!("error: {expected}"), "{cql}");
        }
    }
}

#[test]
fn what_insert_refuses() {
    let both = |cql, text| (cql, text, text);
    refused(&[
        (
            "INSERT INTO t (p, v) VALUES (0, 0)",
            "Missing mandatory PRIMARY KEY part c",
            "Some clustering keys are missing: c, d",
        ),
        (
            "INSERT INTO t (p, c, v) VALUES (0, 0, 0)",
            "Missing mandatory PRIMARY KEY part d",
            "Some clustering keys are missing: d",
        ),
        (
            "INSERT INTO t (c, d, v) VALUES (0, 0, 0)",
            "Missing mandatory PRIMARY KEY part p",
            "Some partition key parts are missing: p",
        ),
        (
            "INSERT INTO q (b, v) VALUES (0, 0)",
            "Missing mandatory PRIMARY KEY part a",
            "Some partition key parts are missing: a",
        ),
        (
            "INSERT INTO t (p, c, d, x) VALUES (0, 0, 0, 0)",
            "Unknown identifier x",
            "Undefined column name x in table k.t",
        ),
        (
            "INSERT INTO q (a, b, a) VALUES (0, 0, 0)",
            "Multiple definitions found for column a",
            "The column names contains duplicates",
        ),
        (
            "INSERT INTO x (a) VALUES (0)",
            "unconfigured table x",
            "table x does not exist",
        ),
        both(
            "INSERT INTO q (a, b) VALUES (0)",
            "Unmatched column names/values",
        ),
        both(
            "INSERT INTO q (a, b) VALUES (0, null)",
            "Invalid null value in condition for column b",
        ),
        both(
            "INSERT INTO q (a, b, v) VALUES (0, 0, 'x')",
            "Invalid STRING constant (x) for \"v\" of type int",
        ),
        both(
            "INSERT INTO system.local (key) VALUES ('x')",
            "system keyspace is not user-modifiable.",
        ),
    ]);
}

#[test]
fn what_update_refuses() {
    let both = |cql, text| (cql, text, text);
    refused(&[
        (
            "UPDATE t SET v = 0 WHERE p = 0",
            "Missing mandatory PRIMARY KEY part c",
            "Some clustering keys are missing: c, d",
        ),
        (
            "UPDATE t SET v = 0 WHERE p = 0 AND c = 0 AND d > 0",
            "Missing mandatory PRIMARY KEY part d",
            "Slice restrictions are not supported on the clustering columns in UPDATE statements",
        ),
        (
            "UPDATE t SET x = 0 WHERE p = 0",
            "Unknown identifier x",
            "Undefined column name x in table k.t",
        ),
        both(
            "UPDATE t SET c = 0 WHERE p = 0",
            "PRIMARY KEY part c found in SET part",
        ),
        both(
            "UPDATE q SET v = 0, v = 1 WHERE a = 0 AND b = 0",
            "Multiple incompatible setting of column v",
        ),
        both(
            "UPDATE q SET v = v + 1 WHERE a = 0 AND b = 0",
            "Invalid operation (v = v + 1) for non counter column v",
        ),
        both(
            "UPDATE t SET s = 0 WHERE p = 0 AND c = 0 AND d = 0",
            "Invalid restrictions on clustering columns since the UPDATE statement modifies only static columns",
        ),
    ]);
}

#[test]
fn what_delete_refuses() {
    let both = |cql, text| (cql, text, text);
    let range = "Range deletions are not supported for specific columns";
    let missing = |column| {
        format!("Primary key column '{column}' must be specified in order to modify column 'v'")
    };
    refused(&[
        ("DELETE v FROM t WHERE p = 0", &missing("c"), range),
        (
            "DELETE v FROM t WHERE p = 0 AND c = 0",
            &missing("d"),
            range,
        ),
        (
            "DELETE x FROM t WHERE p = 0",
            "Unknown identifier x",
            "Undefined column name x in table k.t",
        ),
        both("DELETE v FROM t WHERE p = 0 AND c = 0 AND d > 0", range),
        both(
            "DELETE c FROM t WHERE p = 0",
            "Invalid identifier c for deletion (should not be a PRIMARY KEY part)",
        ),
        both(
            "DELETE v[0] FROM q WHERE a = 0 AND b = 0",
            "Invalid deletion operation for non collection column v",
        ),
        both(
            "DELETE s FROM t WHERE p = 0 AND c = 0 AND d = 0",
            "Invalid restrictions on clustering columns since the DELETE statement modifies only static columns",
        ),
        both(
            "DELETE FROM t WHERE p = 0 AND d = 0",
            "PRIMARY KEY column \"d\" cannot be restricted as preceding column \"c\" is not restricted",
        ),
    ]);
}
