//! Counters.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

const TABLE: &str =
    "CREATE TABLE t (p int, c int, s counter STATIC, v counter, w counter, PRIMARY KEY (p, c))";

#[test]
fn counters_count() {
    Server::new(Flavor::Scylla, TABLE).check(&[
        ("UPDATE t SET v = v + 5 WHERE p = 0 AND c = 0", ""),
        ("UPDATE t SET v = v - 7, w += 1 WHERE p = 0 AND c = 0", ""),
        ("UPDATE t SET s = s + 1 WHERE p = 0", ""),
        ("UPDATE t SET v = v + 1 WHERE p = 0 AND c IN (1, 2)", ""),
        (
            "SELECT c, s, v, w FROM t",
            "0 | 1 | -2 | 1\n1 | 1 | 1 | null\n2 | 1 | 1 | null",
        ),
        (
            "UPDATE t SET v = v + 9223372036854775807 WHERE p = 0 AND c = 1",
            "",
        ),
        (
            "SELECT v FROM t WHERE p = 0 AND c = 1",
            "-9223372036854775808",
        ),
        ("DELETE v FROM t WHERE p = 0 AND c = 0", ""),
        ("DELETE FROM t WHERE p = 0 AND c = 1", ""),
        (
            "SELECT c, v, w FROM t WHERE p = 0",
            "0 | null | 1\n2 | 1 | null",
        ),
        // What was deleted stays dead.
        ("UPDATE t SET v = v + 1 WHERE p = 0 AND c = 1", ""),
        ("SELECT c FROM t WHERE p = 0", "0\n2"),
    ]);
}

#[test]
fn what_counters_refuse() {
    let server = Server::new(Flavor::Scylla, TABLE);
    let error =
        |cql: &str, text: &str| assert_eq!(server.run(cql), format!("error: {text}"), "{cql}");
    error(
        "INSERT INTO t (p, c, v) VALUES (0, 0, 0)",
        "INSERT statement are not allowed on counter tables, use UPDATE instead",
    );
    let update = |set: &str| format!("UPDATE t SET {set} WHERE p = 0 AND c = 0");
    error(
        &update("v = 1"),
        "Cannot set the value of counter column v (counters can only be incremented/decremented, not set)",
    );
    error(
        &update("v = v + null"),
        "Invalid null value for counter increment/decrement",
    );
    error(
        &update("v = v + 'a'"),
        "Invalid STRING constant (a) for \"v\" of type counter",
    );
    error(
        "UPDATE t USING TTL 1 SET v = v + 1 WHERE p = 0 AND c = 0",
        "Cannot provide custom TTL for counter updates",
    );
    error(
        "UPDATE t USING TIMESTAMP 1 SET v = v + 1 WHERE p = 0 AND c = 0",
        "Cannot provide custom timestamp for counter updates",
    );
    error(
        "UPDATE t SET v = v + 1 WHERE p = 0 AND c = 0 IF v = 1",
        "Conditional updates are not supported on counter tables",
    );
}
