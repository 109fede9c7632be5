//! What a statement answers at a consistency level while replicas stand still: the same on the embedded cluster and on
//! real nodes.

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::session::Execution;
use scylla_orm::driver::statement::Options;
use scylla_orm::driver::{ErrorKind, Session};

use Consistency::{All, Any, EachQuorum, One, Quorum, Serial, Three};

/// A statement at a level, and what it answers.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its keyspace is written `$`.
    pub cql: &'static str,
    /// The level that is asked for.
    pub level: Consistency,
    /// As [`outcome`] has it, of Cassandra.
    pub cassandra: &'static str,
    /// The same of ScyllaDB.
    pub scylla: &'static str,
}

const WRITE: &str = "INSERT INTO $.t (p, v) VALUES (2, 2)";
const READ: &str = "SELECT v FROM $.t WHERE p = 1";
const SCAN: &str = "SELECT v FROM $.t";
const LOGGED: &str = "BEGIN BATCH INSERT INTO $.t (p, v) VALUES (5, 5); INSERT INTO $.t (p, v) VALUES (6, 6); APPLY BATCH";
const LOGGED_OF_ONE: &str = "BEGIN BATCH INSERT INTO $.t (p, v) VALUES (5, 5); UPDATE $.t SET v = 7 WHERE p = 5; APPLY BATCH";
const UNLOGGED: &str = "BEGIN UNLOGGED BATCH INSERT INTO $.t (p, v) VALUES (5, 5); INSERT INTO $.t (p, v) VALUES (6, 6); APPLY BATCH";
const LIST: &str = "UPDATE $.t SET v = 8 WHERE p IN (7, 8)";
const MET: &str = "UPDATE $.c SET v = 1 WHERE p = 1 IF v = 1";
// Of partitions of their own: conditional writes of one partition are in each other's way.
const MET_TOO: &str = "UPDATE $.c SET v = 1 WHERE p = 2 IF v = 1";
const UNMET: &str = "UPDATE $.c SET v = 1 WHERE p = 3 IF v = 9";

/// Of three replicas in one data centre the third stands still; the first is asked.
pub const ONE_FROZEN: &[Case] = &[
    same(WRITE, Any, ""),
    same(WRITE, Quorum, ""),
    same(WRITE, EachQuorum, ""),
    same(WRITE, Three, "SIMPLE THREE 2/3"),
    same(WRITE, All, "SIMPLE ALL 2/3"),
    same(LIST, All, "UNLOGGED_BATCH ALL 2/3"),
    same(READ, Quorum, ""),
    same(READ, All, "read ALL 2/3"),
    same(SCAN, All, "read ALL 2/3"),
    case(LOGGED, One, "BATCH_LOG TWO 1/2", ""),
    case(LOGGED, All, "BATCH_LOG TWO 1/2", "BATCH ALL 2/3"),
    same(LOGGED_OF_ONE, All, "SIMPLE ALL 2/3"),
    same(UNLOGGED, One, ""),
    same(UNLOGGED, All, "UNLOGGED_BATCH ALL 2/3"),
    same(MET, Quorum, ""),
    case(MET_TOO, All, "SIMPLE ALL 2/3", "CAS ALL 2/3"),
    same(UNMET, All, ""),
    same(READ, Serial, ""),
];

/// Two of them stand still.
pub const TWO_FROZEN: &[Case] = &[
    same(WRITE, Any, ""),
    same(WRITE, One, ""),
    same(WRITE, Quorum, "SIMPLE QUORUM 1/2"),
    same(READ, Quorum, "read QUORUM 1/2"),
    same(SCAN, Quorum, "read QUORUM 1/2"),
    case(LOGGED, One, "BATCH_LOG TWO 0/2", "BATCH_LOG ONE 0/1"),
    same(LOGGED_OF_ONE, One, ""),
    same(UNLOGGED, Quorum, "UNLOGGED_BATCH QUORUM 1/2"),
    same(MET, One, "CAS SERIAL 1/2"),
    same(READ, Serial, "read SERIAL 0/2, no data"),
];

/// What the tables of the cases are made with.
pub const SETUP: &[&str] = &[
    "CREATE TABLE $.t (p int PRIMARY KEY, v int)",
    "CREATE TABLE $.c (p int PRIMARY KEY, v int)",
    "INSERT INTO $.t (p, v) VALUES (1, 1)",
    "INSERT INTO $.c (p, v) VALUES (1, 1)",
    "INSERT INTO $.c (p, v) VALUES (2, 1)",
    "INSERT INTO $.c (p, v) VALUES (3, 1)",
];

const fn case(
    cql: &'static str,
    level: Consistency,
    cassandra: &'static str,
    scylla: &'static str,
) -> Case {
    Case {
        cql,
        level,
        cassandra,
        scylla,
    }
}

const fn same(cql: &'static str, level: Consistency, expected: &'static str) -> Case {
    case(cql, level, expected, expected)
}

/// What a statement answers: nothing, or how many replicas it lacks: `level required/alive` if they are down, and what was
/// done, `level answered/required`, if they have not answered.
///
/// # Panics
/// If it cannot be prepared.
pub async fn outcome(
    session: &Session,
    cql: &str,
    level: Consistency,
    serial: Consistency,
) -> String {
    let prepared = session.prepare(cql).await.expect("the statement is right");
    let options = Options {
        consistency: Some(level),
        serial_consistency: Some(serial),
        ..Options::default()
    };
    let execution = Execution::bind(&prepared, ()).expect("it has no markers");
    match session.run(execution.with(options)).await {
        Ok(_) => String::new(),
        Err(error) => shown(error.kind()),
    }
}

fn shown(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Unavailable {
            consistency,
            required,
            alive,
        } => format!("{consistency} {required}/{alive}"),
        ErrorKind::ReadTimeout {
            consistency,
            received,
            required,
            data_present,
        } => {
            let data = if *data_present { "" } else { ", no data" };
            format!("read {consistency} {received}/{required}{data}")
        }
        ErrorKind::WriteTimeout {
            consistency,
            received,
            required,
            write,
        } => format!("{write} {consistency} {received}/{required}"),
        other => other.to_string(),
    }
}
