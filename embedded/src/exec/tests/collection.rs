//! Collections, tuples, user-defined types and vectors: written whole and in parts.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

fn server() -> Server {
    Server::new(
        Flavor::Scylla,
        "CREATE TYPE u (a int, b text); \
         CREATE TABLE t (p int PRIMARY KEY, l list<int>, s set<int>, m map<text, int>, u u, f frozen<list<int>>, \
         fu frozen<u>, fs frozen<set<int>>, tu tuple<int, text>, vec vector<int, 2>, n list<frozen<map<int, int>>>)",
    )
}

/// One statement after another on row 0, and what a column is after each.
#[track_caller]
fn check(column: &str, steps: &[(&str, &str)]) {
    let server = server();
    for (set, expected) in steps {
        let cql = match set.strip_prefix("DELETE ") {
            Some(target) => format!("DELETE {target} FROM t WHERE p = 0"),
            None => format!("UPDATE t SET {set} WHERE p = 0"),
        };
        let answer = server.run(&cql);
        let found = match answer.is_empty() {
            true => server.run(&format!("SELECT {column} FROM t WHERE p = 0")),
            false => answer,
        };
        assert_eq!(found, *expected, "{cql}");
    }
}

#[test]
fn lists() {
    check(
        "l",
        &[
            ("l = [3, 1, 3]", "[3, 1, 3]"),
            ("l = l + [4, 5]", "[3, 1, 3, 4, 5]"),
            ("l = [9, 8] + l", "[9, 8, 3, 1, 3, 4, 5]"),
            ("l = [7] + l", "[7, 9, 8, 3, 1, 3, 4, 5]"),
            ("l = l - [3, 9]", "[7, 8, 1, 4, 5]"),
            ("l[1] = 80", "[7, 80, 1, 4, 5]"),
            ("l += [6]", "[7, 80, 1, 4, 5, 6]"),
            ("DELETE l[0]", "[80, 1, 4, 5, 6]"),
            ("l[4] = null", "[80, 1, 4, 5]"),
            (
                "l[4] = 0",
                "error: List index 4 out of bound, list has size 4",
            ),
            (
                "l[-1] = 0",
                "error: List index -1 out of bound, list has size 4",
            ),
            ("l[null] = 0", "error: Invalid null value for list index"),
            ("l = l + null", "[80, 1, 4, 5]"),
            (
                "l = [1, null]",
                "error: null is not supported inside collections",
            ),
            ("l = [2]", "[2]"),
            ("l = []", ""),
            (
                "l[0] = 0",
                "error: Attempted to set an element on a list which is null",
            ),
            (
                "DELETE l[0]",
                "error: Attempted to delete an element from a list which is null",
            ),
            ("l = l + [1]", "[1]"),
            ("DELETE l", ""),
        ],
    );
}

#[test]
fn sets() {
    check(
        "s",
        &[
            ("s = {3, -1, 3}", "{-1, 3}"),
            ("s = s + {2, 3}", "{-1, 2, 3}"),
            ("s = s - {3, 9}", "{-1, 2}"),
            ("s -= {-1}", "{2}"),
            ("DELETE s[2]", ""),
            ("s += {5}", "{5}"),
            ("s = null", ""),
            (
                "s[1] = 2",
                "error: Invalid operation (s[1] = 2) for set column s",
            ),
            (
                "s = {1} + s",
                "error: Invalid operation (s = {1} + s) for non list column s",
            ),
            (
                "s = [1]",
                "error: Invalid list literal for s of type set<int>",
            ),
            (
                "s = {1, 'a'}",
                "error: Invalid set literal for s: value 'a' is not of type int",
            ),
        ],
    );
}

#[test]
fn maps() {
    check(
        "m",
        &[
            ("m = {'b': 2, 'a': 1}", "{'a': 1, 'b': 2}"),
            ("m['c'] = 3", "{'a': 1, 'b': 2, 'c': 3}"),
            (
                "m = m + {'a': 10, 'd': 4}",
                "{'a': 10, 'b': 2, 'c': 3, 'd': 4}",
            ),
            ("m = m - {'a', 'x'}", "{'b': 2, 'c': 3, 'd': 4}"),
            ("m['b'] = null", "{'c': 3, 'd': 4}"),
            ("DELETE m['c']", "{'d': 4}"),
            ("m['x'] = 1, m['y'] = 2", "{'d': 4, 'x': 1, 'y': 2}"),
            ("m[null] = 1", "error: Invalid null map key"),
            ("m = {}", ""),
            (
                "m = {1: 1}",
                "error: Invalid map literal for m: key 1 is not of type text",
            ),
        ],
    );
}

#[test]
fn user_defined_types() {
    check(
        "u",
        &[
            ("u = {a: 1, b: 'x'}", "{a: 1, b: 'x'}"),
            ("u.b = 'y'", "{a: 1, b: 'y'}"),
            ("u.a = null", "{a: null, b: 'y'}"),
            ("u = {a: 2}", "{a: 2, b: null}"),
            ("DELETE u.a", ""),
            (
                "u = (3, 'z')",
                "error: Invalid tuple literal for u of type u",
            ),
            (
                "u.c = 1",
                "error: UDT column u does not have a field named c",
            ),
            (
                "u = {c: 1}",
                "error: Unknown field 'c' in value of user defined type u",
            ),
            (
                "u = {a: 'x'}",
                "error: Invalid user type literal for u: field a is not of type int",
            ),
            (
                "fu.a = 1",
                "error: Invalid operation (fu.a = 1) for frozen UDT column fu",
            ),
            (
                "l.a = 1",
                "error: Invalid operation (l.a = 1) for non-UDT column l",
            ),
        ],
    );
}

#[test]
fn frozen_values_are_written_whole() {
    check(
        "fs",
        &[
            ("fs = {3, 1, 1}", "{1, 3}"),
            ("fs = {}", "{}"),
            ("fs = null", ""),
        ],
    );
    check("fu", &[("fu = {b: 'x'}", "{a: null, b: 'x'}")]);
    check("n", &[("n = [{2: 1, 1: 2}, {}]", "[{1: 2, 2: 1}, {}]")]);
    check(
        "tu",
        &[
            ("tu = (1, 'x')", "(1, 'x')"),
            ("tu = (1, null)", "(1, null)"),
            (
                "tu = (1, 'x', 2)",
                "error: Invalid tuple literal for tu: too many elements. Type frozen<tuple<int, text>> expects 2 but got 3",
            ),
        ],
    );
    check(
        "vec",
        &[
            ("vec = [1, 2]", "[1, 2]"),
            (
                "vec = [1]",
                "error: Invalid vector literal for vec: type vector<int, 2> expects 2 elements but got 1",
            ),
        ],
    );
    check(
        "f",
        &[
            ("f = [1, 2]", "[1, 2]"),
            (
                "f[0] = 1",
                "error: Invalid operation (f[0] = 1) for frozen collection column f",
            ),
            (
                "f = f + [1]",
                "error: Invalid operation (f = f + [1]) for frozen collection column f",
            ),
            (
                "f = [1] + f",
                "error: Invalid operation (f = [1] + f) for frozen list column f",
            ),
            (
                "DELETE f[0]",
                "error: Invalid deletion operation for frozen collection column f",
            ),
        ],
    );
}
