//! DESCRIBE: names, statements that create again, and what is not there; as Cassandra 5.0.7 answered, or in ScyllaDB's form.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

const SETUP: &str = "CREATE TYPE \"B\" (x int, \"Odd\" list<int>);
    CREATE TYPE a (b frozen<\"B\">);
    CREATE TABLE simple (id int PRIMARY KEY, n counter);
    CREATE TABLE \"Mixed\" (p int, q text, c timeuuid, s int STATIC, v frozen<a>, l list<int>, w text,
        PRIMARY KEY ((p, q), c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'it''s';
    CREATE INDEX by_w ON \"Mixed\" (w);
    CREATE INDEX \"ByL\" ON \"Mixed\" (values(l))";

/// The statement that describes something, without its options but the comment.
#[track_caller]
fn check(flavor: Flavor, cql: &str, expected: &[&str]) {
    let server = Server::new(flavor, SETUP);
    let shown = server.run(cql);
    let lines = shown.lines().filter(|line| {
        !line.starts_with("    AND ") || line.contains("comment") || line.contains("durable")
    });
    assert_eq!(lines.collect::<Vec<_>>(), expected, "{cql}");
}

#[test]
fn names_of_all_of_a_kind() {
    let scylla = Flavor::Scylla;
    check(
        scylla,
        "DESCRIBE TABLES",
        &["'k' | 'table' | '\"Mixed\"'", "'k' | 'table' | 'simple'"],
    );
    check(
        scylla,
        "DESC TYPES;",
        &["'k' | 'type' | 'a'", "'k' | 'type' | '\"B\"'"],
    );
    check(scylla, "DESCRIBE FUNCTIONS", &[]);
    check(
        scylla,
        "DESCRIBE KEYSPACES",
        &[
            "'k' | 'keyspace' | 'k'",
            "'system' | 'keyspace' | 'system'",
            "'system_distributed' | 'keyspace' | 'system_distributed'",
            "'system_schema' | 'keyspace' | 'system_schema'",
            "'system_traces' | 'keyspace' | 'system_traces'",
        ],
    );
}

#[test]
fn a_keyspace_as_cassandra_tells_it() {
    let cassandra = Flavor::Cassandra;
    check(
        cassandra,
        "DESCRIBE ONLY KEYSPACE k",
        &[
            "'k' | 'keyspace' | 'k' | 'CREATE KEYSPACE k WITH replication = \
           {''class'': ''NetworkTopologyStrategy'', ''datacenter1'': ''1''}  AND durable_writes = true;'",
        ],
    );
    check(
        cassandra,
        "DESCRIBE TABLE \"Mixed\"",
        &[
            "'k' | 'table' | '\"Mixed\"' | 'CREATE TABLE k.\"Mixed\" (",
            "    p int,",
            "    q text,",
            "    c timeuuid,",
            "    s int static,",
            "    v frozen<a>,",
            "    w text,",
            "    l list<int>,",
            "    PRIMARY KEY ((p, q), c)",
            ") WITH CLUSTERING ORDER BY (c DESC)",
            "    AND comment = ''it''''s''",
            "'k' | 'index' | 'by_w' | 'CREATE INDEX by_w ON k.\"Mixed\" (w);'",
            "'k' | 'index' | '\"ByL\"' | 'CREATE INDEX \"ByL\" ON k.\"Mixed\" (values(l));'",
        ],
    );
    check(
        cassandra,
        "DESCRIBE simple",
        &[
            "'k' | 'table' | 'simple' | 'CREATE TABLE k.simple (",
            "    id int PRIMARY KEY,",
            "    n counter",
            ") WITH additional_write_policy = ''99p''",
            "    AND comment = ''''",
        ],
    );
}

#[test]
fn a_table_as_scylladb_tells_it() {
    check(
        Flavor::Scylla,
        "DESCRIBE TABLE simple",
        &[
            "'k' | 'table' | 'simple' | 'CREATE TABLE k.simple (",
            "    id int,",
            "    n counter,",
            "    PRIMARY KEY (id)",
            ") WITH bloom_filter_fp_chance = 0.01",
            "    AND comment = ''''",
        ],
    );
    check(
        Flavor::Scylla,
        "DESCRIBE INDEX by_w",
        &["'k' | 'index' | 'by_w' | 'CREATE INDEX by_w ON k.\"Mixed\"(w);'"],
    );
}

#[test]
fn types_stand_behind_those_that_they_use() {
    for cql in ["DESCRIBE KEYSPACE", "DESCRIBE k", "DESCRIBE SCHEMA"] {
        let shown = Server::new(Flavor::Cassandra, SETUP).run(cql);
        let place = |text: &str| {
            shown
                .find(text)
                .unwrap_or_else(|| panic!("{cql}: no {text}"))
        };
        let used = place("CREATE TYPE k.\"B\" (\n    x int,\n    \"Odd\" list<int>\n);");
        let user = place("CREATE TYPE k.a (\n    b frozen<\"B\">\n);");
        let tables = place("CREATE TABLE");
        assert!(used < user && user < tables, "{cql}: {shown}");
        assert!(!shown.contains("system"), "{cql}: {shown}");
    }
}

/// What is described can be run, and is described alike then.
#[test]
fn what_is_described_creates_it_again() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let statements = |server: &Server| -> Vec<String> {
            let shown = server.run("DESCRIBE KEYSPACE k");
            let statements = shown
                .split("'k' | '")
                .filter_map(|row| row.split_once("CREATE "));
            let whole = |(_, rest): (&str, &str)| {
                format!("CREATE {}", rest.trim_end().trim_end_matches('\'')).replace("''", "'")
            };
            statements.map(whole).collect()
        };
        let server = Server::new(flavor, SETUP);
        let described = statements(&server);
        assert_eq!(described.len(), 7, "{described:?}");
        server.check(&[("DROP KEYSPACE k", "")]);
        for statement in &described {
            assert_eq!(server.run(statement), "", "{flavor:?}: {statement}");
        }
        assert_eq!(statements(&server), described);
    }
}

#[test]
fn what_is_not_there() {
    let server = Server::new(Flavor::Cassandra, SETUP);
    server.check(&[
        (
            "DESCRIBE TABLE nope",
            "error: Table 'nope' not found in keyspace 'k'",
        ),
        (
            "DESCRIBE TABLE mixed",
            "error: Table 'mixed' not found in keyspace 'k'",
        ),
        (
            "DESCRIBE TABLE nope.t",
            "error: 'nope' not found in keyspaces",
        ),
        (
            "DESCRIBE KEYSPACE nope",
            "error: 'nope' not found in keyspaces",
        ),
        ("DESCRIBE nope", "error: 'nope' not found in keyspace 'k'"),
        ("DESCRIBE a", "error: 'a' not found in keyspace 'k'"),
        (
            "DESCRIBE TYPE nope",
            "error: User defined type 'nope' not found in 'k'",
        ),
        (
            "DESCRIBE INDEX nope",
            "error: Table for existing index 'nope' not found in 'k'",
        ),
        (
            "DESCRIBE MATERIALIZED VIEW nope",
            "error: Materialized view 'nope' not found in 'k'",
        ),
        (
            "DESCRIBE FULL",
            "error: line 0:-1 mismatched input '<EOF>' expecting K_SCHEMA",
        ),
    ]);
}

#[test]
fn the_cluster_and_who_owns_its_ranges() {
    check(
        Flavor::Cassandra,
        "DESCRIBE CLUSTER",
        &["'test' | 'Murmur3Partitioner' | 'DynamicEndpointSnitch' | {}"],
    );
}
