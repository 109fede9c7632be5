//! Consistency levels: which are refused, and the texts of replicas that do not answer. Cassandra's were seen from 5.0.7.

use std::num::NonZeroU16;
use std::time::Duration;

use scylla_orm_driver::frame::Consistency;

use crate::catalog::nodes::{Node, Told};
use crate::exec::tests::Server;
use crate::exec::{Context, Outcome};
use crate::flavor::Flavor;

const SETUP: &str =
    "CREATE KEYSPACE r WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3};
    CREATE TABLE r.t (p int PRIMARY KEY, v int); CREATE TABLE r.n (p int PRIMARY KEY, c counter)";

/// Three nodes.
fn server(flavor: Flavor) -> Server {
    let server = Server::new(flavor, SETUP);
    let node = |number: u8| Node {
        host_id: uuid::Uuid::from_bytes([number; 16]),
        address: [127, 0, 0, number].into(),
        port: 9042,
        datacenter: "datacenter1".into(),
        rack: "rack1".into(),
        tokens: vec![i64::from(number) * 1000],
        shards: NonZeroU16::MIN,
        up: true,
        told: Told::default(),
    };
    server.engine.set_nodes((1..=3).map(node).collect());
    server
}

/// What a statement at a level answers while these nodes stand still: its warnings, or its error and after which time.
fn ask(server: &Server, cql: &str, level: Consistency, context: Context<'_>) -> String {
    let context = Context {
        consistency: level.code(),
        ..context
    };
    let plan = server.engine.prepare(cql, Some("k")).unwrap();
    match server.engine.execute(&plan, &[], &context) {
        Ok(Outcome::Rows(rows)) => rows.warnings.join("; "),
        Ok(_) => String::new(),
        Err(failure) if failure.after == Duration::ZERO => failure.message,
        Err(failure) => format!("{:?}: {}", failure.after, failure.message),
    }
}

#[track_caller]
fn check(flavor: Flavor, silent: &[usize], cases: &[(&str, &str, &str)]) {
    let server = server(flavor);
    for (cql, level, expected) in cases {
        let context = Context {
            silent,
            version5: flavor == Flavor::Cassandra,
            ..Context::default()
        };
        let found = ask(&server, cql, level.parse().unwrap(), context);
        assert_eq!(found, *expected, "{flavor:?}: {cql} at {level}");
    }
}

const READ: &str = "SELECT v FROM r.t WHERE p = 1";
const LIST: &str = "SELECT v FROM r.t WHERE p IN (1, 2)";
const SCAN: &str = "SELECT v FROM r.t";
const WRITE: &str = "UPDATE r.t SET v = 1 WHERE p = 1";
const ADD: &str = "UPDATE r.n SET c = c + 1 WHERE p = 1";
const CAS: &str = "UPDATE r.t SET v = 1 WHERE p = 1 IF v = 1";
const LOGGED: &str =
    "BEGIN BATCH UPDATE r.t SET v = 1 WHERE p = 1; UPDATE r.t SET v = 1 WHERE p = 2; APPLY BATCH";
const ADDS: &str = "BEGIN COUNTER BATCH UPDATE r.n SET c = c + 1 WHERE p = 1; APPLY BATCH";

#[test]
fn levels_that_are_refused() {
    let any = "ANY ConsistencyLevel is only supported for writes";
    let one_partition =
        "SERIAL/LOCAL_SERIAL consistency may only be requested for one partition at a time";
    let serial = "Counter operations are inherently non-serializable";
    let both = [
        (READ, "ANY", any),
        ("SELECT key FROM system.local", "ANY", any),
        (LIST, "SERIAL", one_partition),
        (READ, "LOCAL_SERIAL", ""),
        (
            WRITE,
            "SERIAL",
            "You must use conditional updates for serializable writes",
        ),
        (ADD, "SERIAL", serial),
        (
            ADD,
            "ANY",
            "Consistency level ANY is not yet supported for counter table n",
        ),
        // Nobody looks at the level of a batch.
        (LOGGED, "SERIAL", ""),
        (ADDS, "ANY", ""),
        (ADDS, "LOCAL_SERIAL", ""),
    ];
    check(Flavor::Scylla, &[], &both);
    check(Flavor::Cassandra, &[], &both);
    let each = "EACH_QUORUM ConsistencyLevel is only supported for writes";
    check(
        Flavor::Scylla,
        &[],
        &[(READ, "EACH_QUORUM", each), (SCAN, "SERIAL", one_partition)],
    );
    check(
        Flavor::Cassandra,
        &[],
        &[(READ, "EACH_QUORUM", ""), (SCAN, "SERIAL", "")],
    );
}

#[test]
fn cassandra_reads_partitions_of_a_list_one_by_one_if_paged() {
    let server = server(Flavor::Cassandra);
    let refused = |limit: &str, page_size| {
        let context = Context {
            page_size: Some(page_size),
            ..Context::default()
        };
        let cql = format!("{LIST}{limit}");
        !ask(&server, &cql, Consistency::Serial, context).is_empty()
    };
    assert!(!refused("", 5000));
    assert!(refused("", -1));
    assert!(refused(" LIMIT 10", 10));
    assert!(!refused(" LIMIT 10", 9));
}

#[test]
fn replicas_that_do_not_answer() {
    check(
        Flavor::Cassandra,
        &[1, 2],
        &[
            (
                READ,
                "QUORUM",
                "5s: Operation timed out - received only 1 responses.",
            ),
            (
                SCAN,
                "ALL",
                "10s: Operation timed out - received only 1 responses.",
            ),
            (
                READ,
                "SERIAL",
                "5s: Operation timed out - received only 0 responses.",
            ),
            (
                WRITE,
                "TWO",
                "2s: Operation timed out - received only 1 responses.",
            ),
            (
                ADD,
                "QUORUM",
                "5s: Operation timed out - received only 1 responses.",
            ),
            (
                CAS,
                "ONE",
                "2s: CAS operation timed out: received 1 of 2 required responses after 0 contention retries",
            ),
            (
                LOGGED,
                "ONE",
                "2s: Operation timed out - received only 0 responses.",
            ),
            (
                "TRUNCATE r.t",
                "ONE",
                "60s: Error during truncate: Truncate timed out - received only 1 responses",
            ),
        ],
    );
    check(
        Flavor::Scylla,
        &[1, 2],
        &[
            (
                READ,
                "QUORUM",
                "5s: Operation timed out for r.t - received only 1 responses from 2 CL=QUORUM.",
            ),
            (
                CAS,
                "ONE",
                "2s: Operation timed out for r.t - received only 1 responses from 2 CL=SERIAL.",
            ),
            (
                LOGGED,
                "ALL",
                "2s: Operation timed out for system.batchlog - received only 0 responses from 1 CL=ONE.",
            ),
            (
                "UPDATE r.t USING TIMEOUT 70ms SET v = 1 WHERE p = 1",
                "ALL",
                "70ms: Operation timed out for r.t - received only 1 responses from 3 CL=ALL.",
            ),
            (
                "SELECT v FROM r.t WHERE p = 1 USING TIMEOUT 50ms",
                "ALL",
                "50ms: Operation timed out for r.t - received only 1 responses from 3 CL=ALL.",
            ),
            (
                "TRUNCATE r.t",
                "ONE",
                "60s: Error during truncate: seastar::rpc::timeout_error (rpc call timed out)",
            ),
        ],
    );
}

#[test]
fn searches_read_one_replica() {
    let server = Server::new(
        Flavor::Cassandra,
        "CREATE TABLE a (p int PRIMARY KEY, e vector<float, 2>); CREATE INDEX ON a (e) USING 'sai'",
    );
    let near = "SELECT p FROM a ORDER BY e ANN OF [1.0, 1.0] LIMIT 2";
    let warned = |level: &str, to: &str| {
        format!(
            "Top-K queries can only be run with consistency level ONE / LOCAL_ONE / NODE_LOCAL. Consistency level {level} \
             was requested. Downgrading the consistency level to {to}."
        )
    };
    for (level, expected) in [
        ("ONE", String::new()),
        ("LOCAL_ONE", String::new()),
        ("QUORUM", warned("QUORUM", "ONE")),
        ("LOCAL_QUORUM", warned("LOCAL_QUORUM", "LOCAL_ONE")),
        ("EACH_QUORUM", warned("EACH_QUORUM", "ONE")),
        ("ALL", warned("ALL", "ONE")),
        (
            "SERIAL",
            "Top-K queries can only be run with consistency level ONE/LOCAL_ONE. Consistency level SERIAL was used."
                .to_owned(),
        ),
        ("ANY", "ANY ConsistencyLevel is only supported for writes".to_owned()),
    ] {
        let found = ask(&server, near, level.parse().unwrap(), Context::default());
        assert_eq!(found, expected, "{level}");
    }
}
