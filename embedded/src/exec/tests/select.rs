//! What stands between SELECT and FROM.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

const SETUP: &str = "
    CREATE TYPE u (a int, b text);
    CREATE TABLE t (p int, c int, s text static, v int, m map<text, int>, x set<int>, l list<text>, u u, f frozen<u>,
                    PRIMARY KEY (p, c));
    INSERT INTO t (p, c, s, v, m, x, l, u, f) VALUES (1, 2, 'st', 3, {'b': 2, 'a': 1}, {3, 1}, ['y', 'x'],
                    {a: 1, b: 'b'}, {b: 'f'}) USING TIMESTAMP 1000";

#[test]
fn columns_in_the_servers_order() {
    let server = Server::new(Flavor::Scylla, SETUP);
    server.check(&[
        (
            "SELECT * FROM t",
            "1 | 2 | 'st' | {a: null, b: 'f'} | ['y', 'x'] | {'a': 1, 'b': 2} | {a: 1, b: 'b'} | 3 | {1, 3}",
        ),
        ("SELECT v, p, v FROM t", "3 | 1 | 3"),
        ("SELECT v AS w FROM t", "3"),
        ("SELECT nothing FROM t", "error: Unrecognized name nothing"),
    ]);
}

#[test]
fn names_of_columns() {
    let server = Server::new(Flavor::Scylla, SETUP);
    let check = |selected: &str, expected: &str| {
        let plan = server
            .engine
            .prepare(&format!("SELECT {selected} FROM t"), Some("k"));
        let plan = plan.unwrap();
        let names: Vec<String> = plan
            .columns
            .iter()
            .map(|c| format!("{} {}", c.name, c.ty))
            .collect();
        assert_eq!(names.join(", "), expected);
    };
    check("v, v AS \"W\"", "v int, W int");
    check("count(*)", "count bigint");
    check("count(1)", "count bigint");
    check(
        "count(v), max(v)",
        "system.count(v) bigint, system.max(v) int",
    );
    check("writetime(v), ttl(v)", "writetime(v) bigint, ttl(v) int");
    check("token(p)", "system.token(p) bigint");
    check("cast(v AS text)", "cast(v as text) text");
    check(
        "m['a'], x[1], u.b, f.a",
        "m['a'] int, x[1] int, u.b text, f.a int",
    );
    check("now()", "system.now() timeuuid");
    check("intasblob(v)", "system.intasblob(v) blob");
}

#[test]
fn functions_elements_and_fields() {
    let server = Server::new(Flavor::Scylla, SETUP);
    server.check(&[
        (
            "SELECT m['a'], m['z'], x[3], x[4], l[1], l[2] FROM t",
            "1 | null | 3 | null | 'x' | null",
        ),
        ("SELECT u.a, f.a, f.b FROM t", "1 | null | 'f'"),
        (
            "SELECT token(p), token(1) FROM t",
            "-4069959284402364209 | -4069959284402364209",
        ),
        (
            "SELECT cast(v AS text), cast(v AS double), intasblob(v) FROM t",
            "'3' | 3.0 | 0x00000003",
        ),
        (
            "SELECT writetime(v), writetime(m['a']), writetime(u.b), writetime(f), ttl(v) FROM t",
            "1000 | 1000 | 1000 | 1000 | null",
        ),
        (
            "SELECT writetime(p) FROM t",
            "error: WRITETIME is not legal on partition key component p",
        ),
        (
            "SELECT ttl(c) FROM t",
            "error: TTL is not legal on primary key component c",
        ),
        (
            "SELECT writetime(m) FROM t",
            "error: WRITETIME expects an atomic column, but m is a non-frozen collection",
        ),
        (
            "SELECT v.a FROM t",
            "error: Invalid field selection: v of type int is not a user type",
        ),
        ("SELECT u.z FROM t", "error: u of type u has no field z"),
        (
            "SELECT cast(m AS int) FROM t",
            "error: map<text, int> cannot be cast to int",
        ),
        (
            "SELECT nofunction(v) FROM t",
            "error: Unknown function nofunction called",
        ),
        ("SELECT 1 FROM t", "1"),
    ]);
    let server = Server::new(Flavor::Cassandra, SETUP);
    server.check(&[
        ("SELECT writetime(m) FROM t", "[1000, 1000]"),
        (
            "SELECT writetime(p) FROM t",
            "error: Cannot use selection function writetime on PRIMARY KEY part p",
        ),
    ]);
}

#[test]
fn json() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE TABLE j (p int PRIMARY KEY, \"Odd\" text, b blob, d double, t timestamp, m map<int, text>, l list<int>);
         INSERT INTO j (p, \"Odd\", b, d, t, m, l) VALUES (1, 'say \"x\"', 0xca, NaN, 0, {1: 'a'}, [1, 2])",
    );
    server.check(&[
        (
            "SELECT JSON * FROM j",
            r#"'{"p": 1, "\"Odd\"": "say \"x\"", "b": "0xca", "d": null, "l": [1, 2], "m": {"1": "a"}, "t": "1970-01-01 00:00:00.000Z"}'"#,
        ),
        ("SELECT JSON p AS x, count(*) FROM j", r#"'{"x": 1, "count": 1}'"#),
    ]);
}
