//! Errors of as many kinds as one healthy node can be brought to.

use std::io;

use bytes::Bytes;
use scylla_orm::driver::frame::request::{
    BatchKind, BatchSource, BatchStatement, Register, Request,
};
use scylla_orm::driver::frame::{Consistency, Params, Values};

use super::results::batch;
use crate::client::Client;

const REFUSED: [&str; 15] = [
    "SELEC * FROM system.local",
    "SELECT * FROM rec_errors.nothing",
    "SELECT nothing FROM rec_errors.t",
    "INSERT INTO rec_errors.t (pk, ck, v) VALUES (1, 1, 'not a number')",
    "SELECT * FROM rec_errors.t WHERE v = 1",
    "INSERT INTO rec_errors.t (pk) VALUES (1)",
    "CREATE KEYSPACE rec_errors WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    "CREATE TABLE rec_errors.t (pk int PRIMARY KEY)",
    "CREATE TYPE rec_errors.u (a int)",
    "CREATE KEYSPACE rec_wrong WITH replication = {'class': 'NoSuchStrategy'}",
    "SELECT rec_errors.fail(pk, 'text') FROM rec_errors.t",
    "INSERT INTO rec_errors.t JSON 'no json'",
    "UPDATE rec_errors.t SET v = 1 WHERE pk = 1 AND ck = 1 IF nothing = 1",
    "DROP TABLE rec_errors.nothing",
    "USE rec_nowhere",
];

pub(super) fn run(client: &mut Client) -> io::Result<()> {
    client.enter()?;
    super::keyspace(client, "rec_errors")?;
    prepare(client)?;
    for text in REFUSED {
        client.query(text)?;
    }
    levels(client)?;
    tombstones(client)?;
    messages(client)?;
    overloaded(client)?;
    unauthorized(client)
}

fn prepare(client: &mut Client) -> io::Result<()> {
    for text in [
        "CREATE TABLE rec_errors.t (pk int, ck int, v int, PRIMARY KEY (pk, ck))",
        "CREATE TYPE rec_errors.u (a int)",
        "CREATE FUNCTION rec_errors.fail(a int, b text) CALLED ON NULL INPUT RETURNS int LANGUAGE java
            AS 'throw new RuntimeException(\"on purpose\");'",
        "INSERT INTO rec_errors.t (pk, ck, v) VALUES (1, 1, 1)",
        "CREATE KEYSPACE rec_three WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
        "CREATE TABLE rec_three.t (pk int PRIMARY KEY, v int)",
    ] {
        client.must(text)?;
    }
    Ok(())
}

/// More replicas than there are nodes, and levels that a statement cannot have.
fn levels(client: &mut Client) -> io::Result<()> {
    let read = "SELECT * FROM rec_three.t WHERE pk = 1";
    let write = "INSERT INTO rec_three.t (pk, v) VALUES (1, 1)";
    let conditional = "INSERT INTO rec_three.t (pk, v) VALUES (1, 1) IF NOT EXISTS";
    for (text, consistency) in [
        (read, Consistency::Quorum),
        (write, Consistency::All),
        (write, Consistency::EachQuorum),
        (read, Consistency::Any),
        (write, Consistency::Serial),
        (conditional, Consistency::Quorum),
    ] {
        client.query_with(
            text,
            Params {
                consistency,
                ..Params::default()
            },
        )?;
    }
    client.must("DROP KEYSPACE rec_three")?;
    Ok(())
}

/// A warning, then READ_FAILURE.
fn tombstones(client: &mut Client) -> io::Result<()> {
    for ck in 100..130 {
        if ck == 110 {
            client.query("SELECT * FROM rec_errors.t WHERE pk = 2")?;
        }
        client.must(&format!(
            "DELETE FROM rec_errors.t WHERE pk = 2 AND ck = {ck}"
        ))?;
    }
    client.query("SELECT * FROM rec_errors.t WHERE pk = 2")?;
    Ok(())
}

/// Messages that the server cannot accept.
fn messages(client: &mut Client) -> io::Result<()> {
    let unknown = (
        Bytes::from_static(&[0xca; 16]),
        Bytes::from_static(&[0xfe; 16]),
    );
    client.execute(&unknown, Params::default())?;
    let id = client.prepare("INSERT INTO rec_errors.t (pk, ck, v) VALUES (?, ?, ?)")?;
    client.execute(&id, Params::default())?;
    let wrong = [0, 0, 0, 1, 7].repeat(3);
    client.execute(
        &id,
        Params {
            values: Values::new(3, &wrong),
            ..Params::default()
        },
    )?;
    let events = vec!["NO_SUCH_EVENT"];
    client.ask(&Request::Register(Register { events }))?;
    let source = BatchSource::Text("SELECT * FROM rec_errors.t");
    let select = BatchStatement {
        source,
        values: Values::default(),
    };
    client.ask(&batch(BatchKind::Logged, vec![select]))?;
    let long = format!(
        "INSERT INTO rec_errors.t (pk, ck) VALUES (1, /*{}*/ 1)",
        "x".repeat(64)
    );
    let source = BatchSource::Text(&long);
    let one = BatchStatement {
        source,
        values: Values::default(),
    };
    client.ask(&batch(BatchKind::Counter, vec![one]))?;
    Ok(())
}

/// More bytes at once than the server takes from one client.
fn overloaded(client: &mut Client) -> io::Result<()> {
    client.reconnect()?;
    client.enter_with(&[("THROW_ON_OVERLOAD", "1")])?;
    client.query(&format!(
        "SELECT /*{}*/ key FROM system.local",
        "x".repeat(6_200)
    ))?;
    Ok(())
}

/// Somebody who may do nothing.
fn unauthorized(client: &mut Client) -> io::Result<()> {
    client
        .must("CREATE ROLE IF NOT EXISTS rec_nobody WITH PASSWORD = 'secret' AND LOGIN = true")?;
    client.reconnect()?;
    client.hello(&[])?;
    client.log_in("rec_nobody", "secret")?;
    client.query("SELECT * FROM rec_errors.t WHERE pk = 1")?;
    client.query("DROP KEYSPACE rec_errors")?;
    Ok(())
}
