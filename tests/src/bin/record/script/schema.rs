//! Changes of the schema, as answers and as events.

use std::io;

use scylla_orm::driver::frame::request::{Register, Request};
use scylla_orm::driver::frame::response::{EventKind, QueryResult, Response};

use crate::client::Client;

/// Each of them changes the schema.
const CHANGES: [&str; 20] = [
    "CREATE KEYSPACE rec_schema WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    "ALTER KEYSPACE rec_schema WITH durable_writes = false",
    "CREATE TYPE rec_schema.address (street text, zip int)",
    "ALTER TYPE rec_schema.address ADD town text",
    "CREATE TABLE rec_schema.\"OddTable\" (pk int, ck text, v int, a frozen<address>, PRIMARY KEY (pk, ck))",
    "ALTER TABLE rec_schema.\"OddTable\" ADD more text",
    "CREATE INDEX by_v ON rec_schema.\"OddTable\" (v)",
    "CREATE MATERIALIZED VIEW rec_schema.turned AS SELECT * FROM rec_schema.\"OddTable\"
        WHERE pk IS NOT NULL AND ck IS NOT NULL PRIMARY KEY (ck, pk)",
    "CREATE FUNCTION rec_schema.plus(a int, b int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return a + b;'",
    "CREATE FUNCTION rec_schema.join(a list<text>, b address) RETURNS NULL ON NULL INPUT RETURNS text
        LANGUAGE java AS 'return null;'",
    "CREATE AGGREGATE rec_schema.total(int) SFUNC plus STYPE int INITCOND 0",
    "DROP AGGREGATE rec_schema.total(int)",
    "DROP FUNCTION rec_schema.join",
    "DROP FUNCTION rec_schema.plus",
    "DROP MATERIALIZED VIEW rec_schema.turned",
    "DROP INDEX rec_schema.by_v",
    "ALTER TABLE rec_schema.\"OddTable\" DROP more",
    "DROP TABLE rec_schema.\"OddTable\"",
    "DROP TYPE rec_schema.address",
    "DROP KEYSPACE rec_schema",
];

pub(super) fn run(client: &mut Client) -> io::Result<()> {
    client.enter()?;
    let events = EventKind::ALL.map(EventKind::name).to_vec();
    client.ask(&Request::Register(Register { events }))?;
    client.query("DROP KEYSPACE IF EXISTS rec_schema")?;
    for change in CHANGES {
        match client.query(change)? {
            Response::Result(QueryResult::SchemaChange(_)) => client.events_of_one_change()?,
            other => return Err(io::Error::other(format!("{change}: {other:?}"))),
        }
    }
    client.query("CREATE KEYSPACE IF NOT EXISTS system_traces WITH replication = {'class': 'SimpleStrategy'}")?;
    Ok(())
}
