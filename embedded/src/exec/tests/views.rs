//! Materialized views: kept in step, and what ScyllaDB says of them. What Cassandra says is in the transcripts.

use std::time::Duration;

use crate::exec::tests::Server;
use crate::flavor::Flavor;

const SETUP: &str = "CREATE TABLE t (p int, c int, v int, w text, x int, PRIMARY KEY (p, c));
    CREATE MATERIALIZED VIEW by_v AS SELECT v, p, c, w FROM t WHERE v IS NOT NULL AND p IS NOT NULL AND c IS NOT NULL
        PRIMARY KEY (v, p, c);
    CREATE MATERIALIZED VIEW by_c AS SELECT c, p, w FROM t WHERE p IS NOT NULL AND c IS NOT NULL PRIMARY KEY (c, p)";

#[test]
fn rows_end_with_what_they_stand_for() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let server = Server::new(flavor, SETUP);
        server.check(&[
            ("INSERT INTO t (p, c, v, w) VALUES (1, 1, 10, 'a')", ""),
            (
                "UPDATE t USING TTL 100 SET v = 11 WHERE p = 1 AND c = 1",
                "",
            ),
            ("SELECT * FROM by_v", "11 | 1 | 1 | 'a'"),
            ("UPDATE t USING TTL 100 SET x = 1 WHERE p = 2 AND c = 2", ""),
            (
                "UPDATE t USING TTL 50 SET w = 'b' WHERE p = 2 AND c = 2",
                "",
            ),
            ("SELECT * FROM by_c WHERE c = 2", "2 | 2 | 'b'"),
        ]);
        server.clock.advance(Duration::from_secs(60));
        server.check(&[("SELECT * FROM by_c WHERE c = 2", "2 | 2 | null")]);
        server.clock.advance(Duration::from_secs(60));
        server.check(&[
            ("SELECT * FROM by_v", ""),
            ("SELECT * FROM by_c WHERE c = 2", ""),
            ("SELECT * FROM by_c WHERE c = 1", "1 | 1 | 'a'"),
            ("UPDATE t SET v = 12 WHERE p = 1 AND c = 1", ""),
            ("SELECT * FROM by_v", "12 | 1 | 1 | 'a'"),
        ]);
    }
}

#[test]
fn older_writes_change_nothing() {
    let server = Server::new(Flavor::Scylla, SETUP);
    server.check(&[
        (
            "INSERT INTO t (p, c, v) VALUES (1, 1, 10) USING TIMESTAMP 100",
            "",
        ),
        (
            "UPDATE t USING TIMESTAMP 50 SET v = 11 WHERE p = 1 AND c = 1",
            "",
        ),
        ("SELECT v, p, c FROM by_v", "10 | 1 | 1"),
        ("DELETE FROM t USING TIMESTAMP 200 WHERE p = 1", ""),
        ("SELECT v, p, c FROM by_v", ""),
        (
            "INSERT INTO t (p, c, v) VALUES (1, 1, 12) USING TIMESTAMP 150",
            "",
        ),
        ("SELECT v, p, c FROM by_v", ""),
        (
            "INSERT INTO t (p, c, v) VALUES (1, 1, 13) USING TIMESTAMP 250",
            "",
        ),
        (
            "SELECT v, p, c, writetime(w) FROM by_v",
            "13 | 1 | 1 | null",
        ),
        (
            "UPDATE t USING TIMESTAMP 260 SET w = 'w' WHERE p = 1 AND c = 1",
            "",
        ),
        ("SELECT v, writetime(w) FROM by_v", "13 | 260"),
        (
            "DELETE v FROM t USING TIMESTAMP 270 WHERE p = 1 AND c = 1",
            "",
        ),
        ("SELECT v FROM by_v", ""),
        ("SELECT c, p, w FROM by_c", "1 | 1 | 'w'"),
        (
            "DELETE FROM t USING TIMESTAMP 300 WHERE p = 1 AND c >= 1",
            "",
        ),
        ("SELECT c, p, w FROM by_c", ""),
    ]);
}

#[test]
fn conditions_and_batches_reach_views() {
    let server = Server::new(Flavor::Cassandra, SETUP);
    server.check(&[
        ("INSERT INTO t (p, c, v) VALUES (1, 1, 10) IF NOT EXISTS", "true"),
        ("SELECT v, p, c FROM by_v", "10 | 1 | 1"),
        ("UPDATE t SET v = 11 WHERE p = 1 AND c = 1 IF v = 9", "false | 10"),
        ("SELECT v, p, c FROM by_v", "10 | 1 | 1"),
        (
            "BEGIN BATCH UPDATE t SET v = 12 WHERE p = 1 AND c = 1 INSERT INTO t (p, c, v) VALUES (1, 2, 12) \
             DELETE FROM t WHERE p = 2 APPLY BATCH",
            "",
        ),
        ("SELECT v, p, c FROM by_v", "12 | 1 | 1\n12 | 1 | 2"),
        ("DELETE FROM t WHERE p = 1 AND c = 2 IF EXISTS", "true"),
        ("SELECT v, p, c FROM by_v", "12 | 1 | 1"),
    ]);
}

#[test]
fn what_scylladb_refuses() {
    let create = |rest: &str| format!("CREATE MATERIALIZED VIEW m AS SELECT {rest}");
    let check = |cql: String, expected: &str| {
        let server = Server::new(
            Flavor::Scylla,
            &format!(
                "{SETUP};CREATE TABLE n (p int PRIMARY KEY, n counter);
                 CREATE TABLE s (p int, c int, s int STATIC, l list<int>, d duration, PRIMARY KEY (p, c))"
            ),
        );
        assert_eq!(server.run(&cql), format!("error: {expected}"), "{cql}");
    };
    let all = "WHERE v IS NOT NULL AND p IS NOT NULL AND c IS NOT NULL";
    let of_s = "FROM s WHERE p IS NOT NULL AND c IS NOT NULL";
    for (rest, expected) in [
        (
            "* FROM none WHERE p IS NOT NULL PRIMARY KEY (p)".to_owned(),
            "unconfigured table none",
        ),
        (
            "* FROM n WHERE p IS NOT NULL PRIMARY KEY (p)".to_owned(),
            "Materialized views are not supported on counter tables",
        ),
        (
            format!("* FROM by_v {all} PRIMARY KEY (c, v, p)"),
            "Materialized views cannot be created against other materialized views",
        ),
        (
            format!("* FROM t {all} PRIMARY KEY (v, p)"),
            "Cannot create Materialized View m without primary key columns from base t (c)",
        ),
        (
            "* FROM t WHERE p IS NOT NULL AND c IS NOT NULL PRIMARY KEY (v, p, c)".to_owned(),
            "Primary key column 'v' is required to be filtered by 'IS NOT NULL'",
        ),
        (
            format!("* FROM t {all} AND w IS NOT NULL PRIMARY KEY (v, w, p, c)"),
            "Cannot include more than one non-primary key column 'w' in materialized view primary key",
        ),
        (
            format!("p, v AS x FROM t {all} PRIMARY KEY (v, p, c)"),
            "Cannot use alias when defining a materialized view",
        ),
        (
            format!("count(*) FROM t {all} PRIMARY KEY (v, p, c)"),
            "Cannot use general expressions when defining a materialized view",
        ),
        (
            format!("* FROM t {all} PRIMARY KEY (v, p, c, p)"),
            "Duplicate entry found in PRIMARY KEY: p",
        ),
        (
            format!("* {of_s} PRIMARY KEY (c, p)"),
            "Unable to include static column 's' which would be included by Materialized View SELECT * statement",
        ),
        (
            format!("p {of_s} AND s IS NOT NULL PRIMARY KEY (s, c, p)"),
            "Cannot use Static column 's' in PRIMARY KEY of materialized view",
        ),
        (
            format!("p {of_s} AND l IS NOT NULL PRIMARY KEY (l, c, p)"),
            "Cannot use MultiCell column 'l' in PRIMARY KEY of materialized view",
        ),
        (
            format!("p FROM t {all} AND w = 'a' PRIMARY KEY (v, c, p)"),
            "Non-primary key columns cannot be restricted in the SELECT statement used for materialized view m \
             creation (got restrictions on: w)",
        ),
    ] {
        check(create(&rest), expected);
    }
    for (cql, expected) in [
        (
            "DROP TABLE t",
            "Cannot drop table when materialized views still depend on it (k.{by_c, by_v})",
        ),
        (
            "DROP TABLE by_v",
            "Cannot use DROP TABLE on Materialized View",
        ),
        (
            "DROP MATERIALIZED VIEW t",
            "Cannot use DROP MATERIALIZED VIEW on Table",
        ),
        (
            "DROP MATERIALIZED VIEW none",
            "Cannot drop non existing materialized view 'none' in keyspace 'k'.",
        ),
        (
            "ALTER TABLE by_v ADD y int",
            "Cannot use ALTER TABLE on Materialized View",
        ),
        (
            "ALTER TABLE t DROP w",
            "Cannot drop column w from base table k.t: materialized view by_c needs this column",
        ),
        (
            "UPDATE by_v SET w = 'a' WHERE v = 1 AND p = 1 AND c = 1",
            "Cannot directly modify a materialized view",
        ),
        (
            "CREATE INDEX ON by_v (w)",
            "Secondary indexes are not supported on materialized views",
        ),
        (
            "TRUNCATE by_v",
            "Cannot TRUNCATE materialized view directly; must truncate base table instead",
        ),
    ] {
        check(cql.to_owned(), expected);
    }
}

#[test]
fn a_view_as_scylladb_tells_it() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE TABLE t (p int PRIMARY KEY, v int, w int);
         CREATE MATERIALIZED VIEW m AS SELECT * FROM t WHERE v IS NOT NULL AND p > 0 PRIMARY KEY (v, p)",
    );
    let told = server.run("DESCRIBE MATERIALIZED VIEW m");
    let expected = "'k' | 'view' | 'm' | 'CREATE MATERIALIZED VIEW k.m AS\n    SELECT *\n    FROM k.t\n    \
                    WHERE v IS NOT NULL AND p > 0\n    PRIMARY KEY (v, p)\n    WITH CLUSTERING ORDER BY (p ASC)\n    \
                    AND bloom_filter_fp_chance = 0.01";
    assert!(told.starts_with(expected), "{told}");
    server.check(&[
        ("DESCRIBE TABLES", "'k' | 'table' | 't'"),
        (
            "SELECT view_name, base_table_name, where_clause FROM system_schema.views WHERE keyspace_name = 'k'",
            "'m' | 't' | 'v IS NOT NULL AND p > 0'",
        ),
        ("SELECT view_name FROM system.built_views WHERE keyspace_name = 'k'", "'m'"),
        ("INSERT INTO t (p, v) VALUES (0, 1)", ""),
        ("INSERT INTO t (p, v) VALUES (1, 1)", ""),
        ("SELECT * FROM m", "1 | 1 | null"),
    ]);
}
