//! Functions, operators and JSON where the two servers differ. What Cassandra answers is in the transcripts.

use crate::exec::tests::{Server, shown};
use crate::exec::{Context, Outcome};
use crate::flavor::Flavor;

const SETUP: &str = "
    CREATE TABLE t (p int PRIMARY KEY, i int, b tinyint, t timestamp, de decimal, v vector<float, 2>, m map<text, int>,
                    tx text);
    INSERT INTO t (p, i, b, t, de, v, m, tx) VALUES (1, 7, 100, -1, 1.50, [1, 0], {'a': 1}, 'text')";

#[test]
fn scylla_has_fewer_functions_and_no_operators() {
    let server = Server::new(Flavor::Scylla, SETUP);
    server.check(&[
        ("SELECT todate(t), similarity_cosine(v, [0, 1]) FROM t", "'1969-12-31' | 0.5"),
        ("SELECT to_date(t) FROM t", "error: Unknown function to_date called"),
        ("SELECT abs(i) FROM t", "error: Unknown function abs called"),
        ("SELECT map_keys(m) FROM t", "error: Unknown function map_keys called"),
        ("SELECT floor(t, 1h) FROM t", "error: Unknown function floor called"),
        (
            "SELECT i + 1 FROM t",
            "error: line 1:9 mismatched input '+' expecting K_FROM",
        ),
        (
            "SELECT intasblob(i, i) FROM t",
            "error: Incorrect number of arguments specified for function system.intasblob (expected 1, found 2)",
        ),
        ("SELECT sum(b) FROM t", "100"),
        ("INSERT INTO t (p, b) VALUES (2, 100)", ""),
        (
            "SELECT sum(b) FROM t",
            "error: Sum overflow. Values should be casted to a wider type.",
        ),
        ("SELECT dateof(mintimeuuid(0)) FROM t WHERE p = 1", "'1970-01-01T00:00:00.000Z'"),
        (
            "CREATE FUNCTION f (x int) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE lua AS 'return x'",
            "error: User defined functions are disabled. Set enable_user_defined_functions to enable them",
        ),
    ]);
}

#[test]
fn cassandra_wraps_and_names_in_two_spellings() {
    let server = Server::new(Flavor::Cassandra, SETUP);
    server.check(&[
        ("INSERT INTO t (p, b) VALUES (2, 100)", ""),
        ("SELECT sum(b) FROM t", "-56"),
        (
            "SELECT todate(t), to_date(t) FROM t WHERE p = 1",
            "'1970-01-01' | '1970-01-01'",
        ),
        (
            "SELECT dateof(mintimeuuid(0)) FROM t",
            "error: Unknown function 'dateof'",
        ),
    ]);
}

#[test]
fn json_in_either_direction() {
    let server = Server::new(Flavor::Scylla, SETUP);
    server.check(&[
        ("SELECT tojson(de), tojson(m) FROM t", r#"'1.50' | '{"a": 1}'"#),
        // All digits, where Cassandra makes a double of them.
        (
            r#"INSERT INTO t JSON '{"p": 1, "de": 1.2345678901234567890123, "t": 5}' DEFAULT UNSET"#,
            "",
        ),
        ("SELECT de, t, i FROM t", "1.2345678901234567890123 | '1970-01-01T00:00:00.005Z' | 7"),
        (
            r#"INSERT INTO t JSON '{"p": 1, "z": 1}'"#,
            "error: JSON values map contains unrecognized column: z",
        ),
        (
            "INSERT INTO t (p, i) VALUES (1, fromjson('x'))",
            "error: Failed parsing fromJson parameter: expected value at line 1 column 1",
        ),
    ]);
    for text in ["", "x", "[1]", "{\"p\": 1"] {
        let answer = server.run(&format!("INSERT INTO t JSON '{text}'"));
        let begins = answer.starts_with("error: Could not decode JSON string as a map: ");
        assert!(
            begins && answer.ends_with(&format!("(String was: {text})")),
            "{answer}"
        );
    }
}

#[test]
fn a_client_says_which_second_it_is() {
    let server = Server::new(Flavor::Cassandra, SETUP);
    let now = i32::try_from(server.clock.seconds()).unwrap();
    let at = |seconds: i32, cql: &str| {
        let context = Context {
            now_in_seconds: Some(now + seconds),
            ..Context::default()
        };
        match server.answer(cql, &context).unwrap() {
            Outcome::Rows(rows) => shown(&rows),
            _ => String::new(),
        }
    };
    at(100, "UPDATE t USING TTL 60 SET tx = 'later' WHERE p = 1");
    for (seconds, expected) in [
        (100, "'later' | 60"),
        (130, "'later' | 30"),
        (160, "null | null"),
    ] {
        assert_eq!(at(seconds, "SELECT tx, ttl(tx) FROM t"), expected);
    }
    server.check(&[("SELECT tx FROM t", "'later'")]);
}

#[test]
fn long_and_deep_expressions_end() {
    let server = Server::new(Flavor::Cassandra, SETUP);
    let deep = "error: line 1:";
    let check = |expression: &str, expected: &str| {
        for cql in [
            format!("SELECT {expression} FROM t"),
            format!("SELECT i FROM t WHERE p = {expression}"),
        ] {
            let answer = server.run(&cql);
            assert!(answer.starts_with(expected), "{cql:.60}: {answer:.100}");
        }
    };
    check(&format!("1{}", " + 1".repeat(100_000)), deep);
    check(&format!("1{}", " * 1".repeat(100_000)), deep);
    check(&format!("{}1", "-(".repeat(100_000)), deep);
    let nested = format!("{}1{}", "(".repeat(25), " + 1)".repeat(25));
    check(&format!("{nested}{}", " + 1".repeat(20)), "");
    let wrong = format!("{}1{}", "(".repeat(25), " + 'a')".repeat(25));
    check(&wrong, "error: ");
}
