//! Terms and bound values: functions, casts, markers and their names, values that do not fit.

use scylla_orm_driver::wire::Cell;

use crate::exec::tests::Server;
use crate::exec::{Context, Outcome};
use crate::flavor::Flavor;

const TABLE: &str = "CREATE TABLE t (p int PRIMARY KEY, v int, x text, a ascii, u timeuuid, ts timestamp, b blob, \
                     big bigint, s set<int>, fm frozen<map<int, int>>, l list<int>)";

#[test]
fn functions_and_casts() {
    let server = Server::new(Flavor::Scylla, TABLE);
    for (column, term, expected) in [
        ("v", "(int) 5", "5"),
        ("x", "cast(5 AS text)", "'5'"),
        (
            "big",
            "cast('12' AS bigint)",
            "error: text cannot be cast to bigint",
        ),
        ("b", "intAsBlob(1)", "0x00000001"),
        ("b", "bigintAsBlob(1)", "0x0000000000000001"),
        ("big", "blobAsBigint(0x0000000000000002)", "2"),
        ("big", "token(0)", "-3485513579396041028"),
        ("big", "toUnixTimestamp(minTimeuuid(0))", "0"),
        (
            "v",
            "blobAsInt(0x00)",
            "error: In call to function system.blobasint, value 0x00 is not a valid binary representation for type int",
        ),
        (
            "v",
            "now()",
            "error: Type error: cannot assign result of function system.now (type timeuuid) to v (type int)",
        ),
        ("v", "nothing()", "error: Unknown function nothing called"),
        (
            "u",
            "now(1)",
            "error: Incorrect number of arguments specified for function system.now (expected 0, found 1)",
        ),
        (
            "v",
            "99999999999",
            "error: Unable to make int from '99999999999'",
        ),
        ("ts", "'2020-01-01 00:00:00Z'", "'2020-01-01T00:00:00.000Z'"),
        ("a", "'é'", "error: Unable to make ascii from 'é'"),
    ] {
        let answer = server.run(&format!("UPDATE t SET {column} = {term} WHERE p = 0"));
        let found = match answer.is_empty() {
            true => server.run(&format!("SELECT {column} FROM t WHERE p = 0")),
            false => answer,
        };
        assert_eq!(found, expected, "{term}");
    }
}

/// The markers of a statement, and which of them are the partition key.
#[track_caller]
fn markers(flavor: Flavor, cql: &str, expected: &[&str], key: &[u16]) {
    let server = Server::new(flavor, TABLE);
    let plan = server.engine.prepare(cql, Some("k")).unwrap();
    let found = plan.markers.iter().map(|c| format!("{} {}", c.name, c.ty));
    assert_eq!(found.collect::<Vec<_>>(), expected, "{cql}");
    assert_eq!(plan.partition_key, key, "{cql}");
}

#[test]
fn markers_have_names_and_types() {
    let check = |cql, expected: &[&str], key: &[u16]| markers(Flavor::Scylla, cql, expected, key);
    check(
        "INSERT INTO t (v, p, s) VALUES (?, ?, ?) USING TTL ? AND TIMESTAMP ?",
        &[
            "v int",
            "p int",
            "s set<int>",
            "[ttl] int",
            "[timestamp] bigint",
        ],
        &[1],
    );
    check(
        "UPDATE t USING TTL ? SET v = ?, l[?] = ?, s = s - ? WHERE p = ? IF v > ? AND x IN ?",
        &[
            "[ttl] int",
            "v int",
            "idx(l) int",
            "value(l) int",
            "s set<int>",
            "p int",
            "v int",
            "IN(x) list<text>",
        ],
        &[5],
    );
    check(
        "DELETE s[?] FROM t WHERE p IN ?",
        &["value(s) int", "IN(p) list<int>"],
        &[],
    );
    check(
        "UPDATE t SET s = {?, ?} WHERE p = :key",
        &["value(s) int", "value(s) int", "key int"],
        &[2],
    );
    check(
        "BEGIN BATCH INSERT INTO t (p, v) VALUES (?, ?); DELETE FROM t WHERE p = ? APPLY BATCH",
        &["p int", "v int", "p int"],
        &[0],
    );
    markers(
        Flavor::Cassandra,
        "DELETE FROM t WHERE p IN ?",
        &["in(p) list<int>"],
        &[],
    );
}

/// Runs `cql` with one value.
fn bound(server: &Server, cql: &str, value: Cell<'_>) -> String {
    let plan = server.engine.prepare(cql, Some("k")).unwrap();
    let context = Context {
        keyspace: Some("k"),
        consistency: 1,
        ..Context::default()
    };
    match server.engine.execute(&plan, &[value], &context) {
        Ok(Outcome::Void { .. }) => String::new(),
        Ok(other) => format!("{other:?}"),
        Err(failure) => failure.message,
    }
}

#[test]
fn unset_leaves_what_was_there() {
    let server = Server::new(Flavor::Scylla, TABLE);
    server.run("INSERT INTO t (p, v, s, l) VALUES (0, 1, {1}, [1])");
    for set in [
        "v = ?",
        "s = ?",
        "s = s + ?",
        "l = l - ?",
        "l = ? + l",
        "l[0] = ?",
    ] {
        let cql = format!("UPDATE t SET {set} WHERE p = 0");
        assert_eq!(bound(&server, &cql, Cell::Unset), "", "{set}");
        server.check(&[("SELECT v, s, l FROM t", "1 | {1} | [1]")]);
    }
    assert_eq!(
        bound(
            &server,
            "INSERT INTO t (p, v) VALUES (1, 2) USING TTL ?",
            Cell::Unset
        ),
        ""
    );
    for cql in [
        "UPDATE t SET l[?] = 1 WHERE p = 0",
        "UPDATE t SET l = [?] WHERE p = 0",
        "DELETE FROM t WHERE p = ?",
    ] {
        assert!(
            bound(&server, cql, Cell::Unset).contains("unset value"),
            "{cql}"
        );
    }
    assert_eq!(
        bound(&server, "UPDATE t SET v = ? WHERE p = 0", Cell::Null),
        ""
    );
    server.check(&[("SELECT v FROM t WHERE p = 0", "null")]);
}

#[test]
fn values_that_do_not_fit_are_refused() {
    for (column, bytes, scylla, cassandra) in [
        (
            "v",
            &b"\0\0\x01"[..],
            "Validation failed for type org.apache.cassandra.db.marshal.Int32Type: got 3 bytes",
            "Expected 4 or 0 byte int (3)",
        ),
        (
            "x",
            b"ab\xff",
            "Validation failed - non-UTF8 character in a UTF8 string, at byte offset 2",
            "String didn't validate.",
        ),
        (
            "a",
            b"a\x80",
            "Validation failed - non-ASCII character in an ASCII string, at byte offset 1",
            "Invalid byte for ascii",
        ),
    ] {
        let cql = format!("UPDATE t SET {column} = ? WHERE p = 0");
        let found = bound(
            &Server::new(Flavor::Scylla, TABLE),
            &cql,
            Cell::Value(bytes),
        );
        assert_eq!(
            found,
            format!("Exception while binding column {column}: marshaling error: {scylla}")
        );
        let found = bound(
            &Server::new(Flavor::Cassandra, TABLE),
            &cql,
            Cell::Value(bytes),
        );
        assert_eq!(found, cassandra);
    }
}

#[test]
fn bound_sets_and_maps_are_sorted() {
    let server = Server::new(Flavor::Scylla, TABLE);
    let int = |v: i32| [&4i32.to_be_bytes()[..], &v.to_be_bytes()].concat();
    let set = [&3i32.to_be_bytes()[..], &int(5), &int(-1), &int(5)].concat();
    bound(&server, "UPDATE t SET s = ? WHERE p = 0", Cell::Value(&set));
    let map = [&2i32.to_be_bytes()[..], &int(5), &int(1), &int(-1), &int(2)].concat();
    bound(
        &server,
        "UPDATE t SET fm = ? WHERE p = 0",
        Cell::Value(&map),
    );
    server.check(&[("SELECT s, fm FROM t", "{-1, 5} | {-1: 2, 5: 1}")]);
}
