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
    ]);
}
