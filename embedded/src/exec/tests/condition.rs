//! Conditional writes: what they find, and what they answer in each flavor.

use crate::exec::tests::{Server, shown};
use crate::exec::{Context, Outcome};
use crate::flavor::Flavor;

const TABLES: &str = "CREATE TABLE t (p int, c int, s int STATIC, v int, l list<int>, m map<text, int>, PRIMARY KEY (p, c)); \
                      CREATE TABLE q (p int PRIMARY KEY, a int, b text)";

/// The names of the columns, then the rows.
fn run(server: &Server, cql: &str) -> String {
    match server.answer(cql, &Context::default()) {
        Ok(Outcome::Rows(rows)) => {
            let names: Vec<&str> = rows.columns.iter().map(|c| &*c.name).collect();
            format!("{}: {}", names.join(","), shown(&rows))
        }
        _ => server.run(cql),
    }
}

#[track_caller]
fn check(flavor: Flavor, steps: &[(&str, &str)]) {
    let server = Server::new(flavor, TABLES);
    for (cql, expected) in steps {
        assert_eq!(run(&server, cql), *expected, "{cql}");
    }
}

#[test]
fn scylla_answers_the_old_row_whatever_happens() {
    check(
        Flavor::Scylla,
        &[
            (
                "INSERT INTO q (p, a, b) VALUES (0, 1, 'x') IF NOT EXISTS",
                "[applied],p,a,b: true | null | null | null",
            ),
            (
                "INSERT INTO q (p, a, b) VALUES (0, 2, 'y') IF NOT EXISTS",
                "[applied],p,a,b: false | 0 | 1 | 'x'",
            ),
            (
                "UPDATE q SET a = 3 WHERE p = 0 IF b = 'x' AND a = 1",
                "[applied],a,b: true | 1 | 'x'",
            ),
            (
                "UPDATE q SET a = 4 WHERE p = 0 IF a = 1",
                "[applied],a: false | 3",
            ),
            (
                "UPDATE q SET a = 4 WHERE p = 9 IF a = 1",
                "[applied],a: false | null",
            ),
            (
                "UPDATE q SET a = 4 WHERE p = 9 IF EXISTS",
                "[applied],p,a,b: false | null | null | null",
            ),
            (
                "DELETE FROM q WHERE p = 0 IF EXISTS",
                "[applied],p,a,b: true | 0 | 3 | 'x'",
            ),
            (
                "UPDATE q SET a = 5 WHERE p = 0 IF a = null",
                "[applied],a: true | null",
            ),
            ("SELECT * FROM q", "p,a,b: 0 | 5 | null"),
        ],
    );
}

#[test]
fn cassandra_answers_what_was_in_the_way() {
    check(
        Flavor::Cassandra,
        &[
            (
                "INSERT INTO q (p, a, b) VALUES (0, 1, 'x') IF NOT EXISTS",
                "[applied]: true",
            ),
            (
                "INSERT INTO q (p, a, b) VALUES (0, 2, 'y') IF NOT EXISTS",
                "[applied],p,a,b: false | 0 | 1 | 'x'",
            ),
            (
                "UPDATE q SET a = 3 WHERE p = 0 IF b = 'x' AND a = 1",
                "[applied]: true",
            ),
            (
                "UPDATE q SET a = 4 WHERE p = 0 IF b = 'y' AND a = 1",
                "[applied],b,a: false | 'x' | 3",
            ),
            (
                "UPDATE q SET a = 4 WHERE p = 9 IF a = 1",
                "[applied]: false",
            ),
            (
                "UPDATE q SET a = 4 WHERE p = 9 IF EXISTS",
                "[applied]: false",
            ),
            ("DELETE FROM q WHERE p = 0 IF EXISTS", "[applied]: true"),
        ],
    );
}

#[test]
fn static_columns_have_conditions_of_their_own() {
    check(
        Flavor::Scylla,
        &[
            (
                "INSERT INTO t (p, s) VALUES (0, 1) IF NOT EXISTS",
                "[applied],p,c,s,l,m,v: true | null | null | null | null | null | null",
            ),
            (
                "INSERT INTO t (p, s) VALUES (0, 2) IF NOT EXISTS",
                "[applied],p,c,s,l,m,v: false | 0 | null | 1 | null | null | null",
            ),
            (
                "UPDATE t SET s = 2 WHERE p = 0 IF s = 1",
                "[applied],s: true | 1",
            ),
            // The row is not there, the static one is.
            (
                "UPDATE t SET v = 1 WHERE p = 0 AND c = 0 IF s = 2",
                "[applied],s: true | 2",
            ),
            (
                "INSERT INTO t (p, c) VALUES (0, 1) IF NOT EXISTS",
                "[applied],p,c,s,l,m,v: true | 0 | null | 2 | null | null | null",
            ),
            (
                "UPDATE t SET s = 3 WHERE p = 0 IF EXISTS",
                "[applied],p,c,s,l,m,v: true | 0 | null | 2 | null | null | null",
            ),
            (
                "UPDATE t SET s = 4 WHERE p = 0 AND c = 0 IF v = 1",
                "[applied],v: true | 1",
            ),
            (
                "SELECT c, s, v FROM t WHERE p = 0",
                "c,s,v: 0 | 4 | 1\n1 | 4 | null",
            ),
            (
                "DELETE s FROM t WHERE p = 0 IF s = 4",
                "[applied],s: true | 4",
            ),
        ],
    );
}

/// A row with v = 5, l = [1, 2], m = {'a': 1}, and conditions with whether each holds.
#[test]
fn conditions_compare() {
    for (condition, expected) in [
        ("v = 5", "true"),
        ("v != 5", "false"),
        ("v < 6", "true"),
        ("v <= 5", "true"),
        ("v > 5", "false"),
        ("v >= 6", "false"),
        ("v IN (1, 5)", "true"),
        ("v IN (1, null)", "false"),
        ("v NOT IN (1, 2)", "true"),
        ("v = null", "false"),
        ("v != null", "true"),
        ("s = null", "true"),
        ("s != 1", "true"),
        ("s IN (1, null)", "true"),
        ("s < 1", "false"),
        ("l = [1, 2]", "true"),
        ("l = [1]", "false"),
        ("l > [1]", "true"),
        ("l[0] = 1", "true"),
        ("l[9] = null", "true"),
        ("m['a'] = 1", "true"),
        ("m['a'] > 1", "false"),
        ("m['b'] = null", "true"),
        ("m = {'a': 1}", "true"),
        ("m != {}", "true"),
    ] {
        let server = Server::new(Flavor::Scylla, TABLES);
        server.run("INSERT INTO t (p, c, v, l, m) VALUES (0, 0, 5, [1, 2], {'a': 1})");
        let answer = server.run(&format!(
            "UPDATE t SET v = 6 WHERE p = 0 AND c = 0 IF {condition}"
        ));
        let applied = answer.split(" | ").next().unwrap_or_default();
        assert_eq!(applied, expected, "{condition}");
        let v = server.run("SELECT v FROM t");
        assert_eq!(v, if expected == "true" { "6" } else { "5" }, "{condition}");
    }
}

#[test]
fn what_conditions_refuse() {
    let server = Server::new(Flavor::Scylla, TABLES);
    for (cql, expected) in [
        (
            "UPDATE t SET v = 1 WHERE p = 0 AND c = 0 IF c = 0",
            "PRIMARY KEY column 'c' cannot have IF conditions",
        ),
        (
            "UPDATE t SET v = 1 WHERE p = 0 AND c = 0 IF x = 0",
            "Unrecognized name x",
        ),
        (
            "UPDATE t SET v = 1 WHERE p = 0 AND c = 0 IF v < null",
            "Invalid comparison with null for operator \"<\"",
        ),
        (
            "UPDATE t SET v = 1 WHERE p IN (0, 1) AND c = 0 IF v = 0",
            "IN on the partition key is not supported with conditional updates",
        ),
        (
            "UPDATE t SET v = 1 WHERE p = 0 AND c IN (0, 1) IF v = 0",
            "IN on the clustering key columns is not supported with conditional updates",
        ),
        (
            "UPDATE t USING TIMESTAMP 1 SET v = 1 WHERE p = 0 AND c = 0 IF v = 0",
            "Cannot provide custom timestamp for conditional updates",
        ),
        (
            "UPDATE t SET v = 1 WHERE p = 0 IF v = 0",
            "Missing mandatory PRIMARY KEY part c",
        ),
        (
            "DELETE FROM t WHERE p = 0 IF EXISTS",
            "DELETE statements must restrict all PRIMARY KEY columns with equality relations in order to delete non static columns",
        ),
        (
            "DELETE s FROM t WHERE p = 0 IF v = 0",
            "DELETE statements must restrict all PRIMARY KEY columns with equality relations in order to use IF condition on non static columns",
        ),
    ] {
        assert_eq!(server.run(cql), format!("error: {expected}"), "{cql}");
    }
}

#[test]
fn serial_levels_are_not_those_of_writes() {
    let server = Server::new(Flavor::Scylla, TABLES);
    let run = |cql: &str, consistency, serial_consistency| {
        let context = Context {
            consistency,
            serial_consistency,
            ..Context::default()
        };
        server
            .answer(cql, &context)
            .map_or_else(|e| e.message, |_| String::new())
    };
    let plain = "INSERT INTO q (p) VALUES (0)";
    let conditional = "INSERT INTO q (p) VALUES (0) IF NOT EXISTS";
    assert_eq!(
        run(plain, 8, None),
        "You must use conditional updates for serializable writes"
    );
    assert!(
        run(conditional, 9, None)
            .starts_with("LOCAL_SERIAL is not supported as conditional update commit")
    );
    assert!(
        run(conditional, 1, Some(1)).starts_with("Invalid consistency for conditional update.")
    );
    assert_eq!(run(conditional, 1, Some(9)), "");
}
