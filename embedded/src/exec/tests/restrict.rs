//! WHERE: what the key serves, and what is refused.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

const FILTERING: &str = "error: Cannot execute this query as it might involve data filtering and thus may have \
                         unpredictable performance. If you want to execute this query despite the performance \
                         unpredictability, use ALLOW FILTERING";

/// Rows of p 1 and 2 with c and d of 1 to 3 each; v is 100 p + 10 c + d.
fn rows(flavor: Flavor, order: &str) -> Server {
    let server = Server::new(
        flavor,
        &format!(
            "CREATE TABLE t (p int, c int, d int, v int, PRIMARY KEY (p, c, d)) WITH CLUSTERING ORDER BY ({order})"
        ),
    );
    for p in 1..=2 {
        for c in 1..=3 {
            for d in 1..=3 {
                let v = 100 * p + 10 * c + d;
                let answer = server.run(&format!(
                    "INSERT INTO t (p, c, d, v) VALUES ({p}, {c}, {d}, {v})"
                ));
                assert_eq!(answer, "");
            }
        }
    }
    server
}

/// The values of v that a WHERE leaves, in the order of the answer.
#[track_caller]
fn check(server: &Server, filter: &str, expected: &str) {
    let answer = server.run(&format!("SELECT v FROM t WHERE {filter}"));
    assert_eq!(answer.replace('\n', " "), expected, "{filter}");
}

#[test]
fn a_prefix_of_the_clustering_key() {
    let server = rows(Flavor::Scylla, "c ASC, d ASC");
    check(&server, "p = 1 AND c = 2", "121 122 123");
    check(&server, "p = 1 AND c = 2 AND d = 3", "123");
    check(&server, "p = 1 AND c = 9", "");
    check(&server, "p = 1 AND c > 2", "131 132 133");
    check(&server, "p = 1 AND c >= 2 AND c < 3", "121 122 123");
    check(&server, "p = 1 AND c > 2 AND c < 3", "");
    check(&server, "p = 1 AND c > 3 AND c < 2", "");
    check(&server, "p = 1 AND c = 2 AND d <= 2", "121 122");
    check(&server, "p = 1 AND c IN (3, 1, 3) AND d = 1", "111 131");
    check(&server, "p = 1 AND c IN (3, 1) AND d > 2", "113 133");
    check(&server, "p = 1 AND c IN ()", "");
    check(&server, "p = 1 AND (c, d) = (2, 2)", "122");
    check(&server, "p = 1 AND (c, d) > (2, 2)", "123 131 132 133");
    check(
        &server,
        "p = 1 AND (c, d) >= (2, 2) AND (c) < (3)",
        "122 123",
    );
    check(&server, "p = 1 AND (c, d) IN ((3, 1), (1, 2))", "112 131");
    check(&server, "p IN (2, 1) AND c = 1 AND d = 1", "111 211");
    check(&server, "p = null", "");
    check(&server, "p = 1 AND c = null", "");
}

#[test]
fn the_other_way_round() {
    let server = rows(Flavor::Scylla, "c DESC, d ASC");
    check(&server, "p = 1 AND c < 3 AND c > 1", "121 122 123");
    check(&server, "p = 1 AND c >= 2", "131 132 133 121 122 123");
    check(&server, "p = 1 AND c IN (1, 3) AND d = 1", "131 111");
    check(&server, "p = 1 AND (c, d) > (2, 2)", "131 132 133 123");
    let server = rows(Flavor::Scylla, "c DESC, d DESC");
    check(&server, "p = 1 AND (c, d) > (2, 2)", "133 132 131 123");
    check(&server, "p = 1 AND (c, d) <= (1, 2)", "112 111");
}

#[test]
fn tokens() {
    // token(1) is -4069959284402364209, token(2) is -3248873570005575792.
    let server = rows(Flavor::Scylla, "c ASC, d ASC");
    let all = server.run("SELECT DISTINCT p FROM t WHERE token(p) >= -9223372036854775808");
    assert_eq!(all, "1\n2");
    server.check(&[
        ("SELECT DISTINCT p FROM t WHERE token(p) > token(1)", "2"),
        ("SELECT DISTINCT p FROM t WHERE token(p) >= token(1) AND token(p) < token(2)", "1"),
        ("SELECT DISTINCT p FROM t WHERE token(p) = token(2)", "2"),
        ("SELECT DISTINCT p FROM t WHERE token(p) <= token(2) AND token(p) > token(1)", "2"),
        (
            "SELECT v FROM t WHERE token(p) = 1 AND p = 1",
            "error: Columns \"p\" cannot be restricted by both a normal relation and a token relation",
        ),
        (
            "SELECT v FROM t WHERE token(c) = 1",
            "error: The token() function must be applied to all partition key components or none of them",
        ),
    ]);
}

#[test]
fn what_is_refused() {
    let server = rows(Flavor::Scylla, "c ASC, d ASC");
    check(&server, "v = 1", FILTERING);
    check(&server, "p = 1 AND v = 1", FILTERING);
    check(
        &server,
        "d = 1",
        "error: PRIMARY KEY column \"d\" cannot be restricted as preceding column \"c\" is not restricted",
    );
    check(
        &server,
        "p > 1",
        "error: Only EQ and IN relation are supported on the partition key (unless you use the token() function or ALLOW FILTERING)",
    );
    check(
        &server,
        "p = 1 AND d = 1",
        "error: PRIMARY KEY column \"d\" cannot be restricted as preceding column \"c\" is not restricted",
    );
    check(
        &server,
        "p = 1 AND c > 1 AND d = 1",
        "error: Clustering column \"d\" cannot be restricted (preceding column \"c\" is restricted by a non-EQ relation)",
    );
    check(
        &server,
        "p = 1 AND c = 1 AND c = 2",
        "error: c cannot be restricted by more than one relation if it includes an Equal",
    );
    check(
        &server,
        "p = 1 AND c IN (1) AND c > 2",
        "error: c cannot be restricted by more than one relation if it includes a IN",
    );
    check(
        &server,
        "p = 1 AND c > 1 AND c >= 2",
        "error: More than one restriction was found for the start bound on c",
    );
    check(
        &server,
        "p = 1 AND c < 1 AND c < 2",
        "error: More than one restriction was found for the end bound on c",
    );
    check(
        &server,
        "p = 1 AND c = 1 AND (d) > (1)",
        "error: Mixing single column relations and multi column relations on clustering columns is not allowed",
    );
    check(
        &server,
        "p = 1 AND (d, c) = (1, 1)",
        "error: Clustering columns must appear in the PRIMARY KEY order in multi-column relations: (d, c) = (1, 1)",
    );
    check(
        &server,
        "p = 1 AND (p, c) = (1, 1)",
        "error: Multi-column relations can only be applied to clustering columns but was applied to: p",
    );
    check(
        &server,
        "p = 1 AND c CONTAINS 1",
        "error: Cannot use CONTAINS on non-collection column \"c\"",
    );
    check(
        &server,
        "p = 1 AND v IS NOT null",
        "error: restriction 'v IS NOT null' is only supported in materialized view creation",
    );
    check(&server, "q = 1", "error: Unrecognized name q");
    check(
        &server,
        "p = 'a'",
        "error: Invalid STRING constant (a) for \"p\" of type int",
    );
    let server = rows(Flavor::Cassandra, "c ASC, d ASC");
    check(&server, "c > 1", FILTERING);
    check(
        &server,
        "p = null",
        "error: Invalid null value in condition for column p",
    );
}

#[test]
fn filtering() {
    let server = rows(Flavor::Scylla, "c ASC, d ASC");
    let check = |filter: &str, expected: &str| {
        check(&server, &format!("{filter} ALLOW FILTERING"), expected)
    };
    check("v = 122", "122");
    check("v IN (122, 213)", "122 213");
    check("v > 121 AND v <= 123", "122 123");
    check("p = 1 AND d = 1", "111 121 131");
    check("p = 1 AND c > 1 AND d = 1", "121 131");
    check("c = 1 AND d = 2", "112 212");
    check("d = 2 AND v < 130", "112 122");
    check("p > 1 AND v < 212", "211");
    check("p = 1 AND v = null", "");
    check("v NOT IN (111, 112) AND c = 1 AND p = 1", "113");
}

#[test]
fn a_slice_without_a_key_warns() {
    let server = rows(Flavor::Scylla, "c ASC, d ASC");
    check(&server, "c = 1", "111 112 113 211 212 213");
    check(&server, "c = 1 AND d > 2", "113 213");
    check(&server, "c > 2", "131 132 133 231 232 233");
    let answer = server.answer("SELECT v FROM t WHERE c > 2", &Default::default());
    let Ok(crate::exec::Outcome::Rows(rows)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(
        rows.warnings,
        ["This query should use ALLOW FILTERING and will be rejected in future versions."]
    );
}

#[test]
fn parts_of_collections() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE TABLE t (p int PRIMARY KEY, l list<int>, m map<text, int>, n text);
         INSERT INTO t (p, l, m, n) VALUES (1, [1, 2], {'a': 1}, 'abc');
         INSERT INTO t (p, l, m, n) VALUES (2, [3], {'b': 1}, 'bcd')",
    );
    server.check(&[
        ("SELECT p FROM t WHERE l CONTAINS 2", FILTERING),
        ("SELECT p FROM t WHERE l CONTAINS 2 ALLOW FILTERING", "1"),
        ("SELECT p FROM t WHERE m CONTAINS 1 ALLOW FILTERING", "1\n2"),
        (
            "SELECT p FROM t WHERE m CONTAINS KEY 'b' ALLOW FILTERING",
            "2",
        ),
        ("SELECT p FROM t WHERE m['a'] = 1 ALLOW FILTERING", "1"),
        ("SELECT p FROM t WHERE m['b'] = 2 ALLOW FILTERING", ""),
        ("SELECT p FROM t WHERE n LIKE '%c' ALLOW FILTERING", "1"),
        (
            "SELECT p FROM t WHERE p LIKE 'a' ALLOW FILTERING",
            "error: LIKE is allowed only on string types, which p is not",
        ),
        (
            "SELECT p FROM t WHERE l = [1] ALLOW FILTERING",
            "error: Collection column 'l' (list<int>) cannot be restricted by a '=' relation",
        ),
        (
            "SELECT p FROM t WHERE l CONTAINS KEY 1 ALLOW FILTERING",
            "error: Cannot use CONTAINS KEY on non-map column l",
        ),
    ]);
}
