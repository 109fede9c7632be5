//! Results that are more than rows: pages, skipped columns, traces, warnings, payloads, conditions, batches.

use std::io;

use bytes::Bytes;
use scylla_orm::driver::frame::request::{
    Batch, BatchKind, BatchSource, BatchStatement, Query, Request,
};
use scylla_orm::driver::frame::response::{QueryResult, Response};
use scylla_orm::driver::frame::{Consistency, Flags, Params, Values};
use scylla_orm::driver::wire::{put_bytes, put_short, put_string};

use crate::client::Client;

pub(super) fn run(client: &mut Client) -> io::Result<()> {
    client.enter()?;
    super::keyspace(client, "rec_results")?;
    client.must(
        "CREATE TABLE rec_results.t (pk int, ck int, s text static, v text, PRIMARY KEY (pk, ck))",
    )?;
    client.must("CREATE TABLE rec_results.other (pk text PRIMARY KEY, v text)")?;
    for ck in 0..7 {
        client.must(&format!(
            "INSERT INTO rec_results.t (pk, ck, s, v) VALUES (1, {ck}, 's', 'v{ck}')"
        ))?;
    }
    prepared(client)?;
    pages(client)?;
    flagged(client)?;
    conditions(client)?;
    batches(client)?;
    client.must("USE rec_results")?;
    client.must("USE \"rec_results\"")?;
    client.must("SELECT JSON * FROM t WHERE pk = 1 AND ck = 1")?;
    client.must("SELECT count(*), max(ck) FROM t")?;
    client.must("SELECT v FROM t WHERE pk = 404")?;
    Ok(())
}

/// What a statement's markers are, and which of them make the partition key.
fn prepared(client: &mut Client) -> io::Result<()> {
    for text in [
        "SELECT * FROM rec_results.t WHERE pk = ?",
        "SELECT v AS \"Other name\" FROM rec_results.t WHERE pk = ? AND ck IN ? LIMIT ? ALLOW FILTERING",
        "INSERT INTO rec_results.t (ck, v, pk) VALUES (:a, :b, :c) USING TTL ? AND TIMESTAMP ?",
        "INSERT INTO rec_results.t (pk, ck) VALUES (1, 2)",
        "UPDATE rec_results.t SET v = ? WHERE pk = ? AND ck = ? IF v = ?",
        "SELECT token(pk), writetime(v), ttl(v), CAST(pk AS text) FROM rec_results.t WHERE token(pk) > ?",
        "BEGIN BATCH INSERT INTO rec_results.t (pk, ck) VALUES (?, 1);
            INSERT INTO rec_results.other (pk) VALUES (?); APPLY BATCH",
        "DROP TABLE IF EXISTS rec_results.nothing",
    ] {
        client.prepare(text)?;
    }
    Ok(())
}

/// Three pages, with the columns and without.
fn pages(client: &mut Client) -> io::Result<()> {
    let id = client.prepare("SELECT ck, s, v FROM rec_results.t WHERE pk = ?")?;
    for skip_metadata in [false, true] {
        let mut state: Option<Bytes> = None;
        loop {
            let key = [0, 0, 0, 4, 0, 0, 0, 1];
            let params = Params {
                values: Values::new(1, &key),
                skip_metadata,
                page_size: Some(3),
                paging_state: state.as_deref(),
                ..Params::default()
            };
            let answer = client.execute(&id, params)?;
            state = match answer {
                Response::Result(QueryResult::Rows(rows)) => rows.metadata.paging_state,
                // A page without columns is not read while it is recorded: one is enough.
                _ => None,
            };
            if state.is_none() {
                break;
            }
        }
    }
    client.must("SELECT v FROM rec_results.t WHERE pk = 1")?;
    let skip_metadata = true;
    let params = Params {
        skip_metadata,
        ..Params::default()
    };
    client.query_with("SELECT v FROM rec_results.t WHERE pk = 1", params)?;
    Ok(())
}

/// Traces, warnings and payloads, each alone and together.
fn flagged(client: &mut Client) -> io::Result<()> {
    let select = |text| {
        Request::Query(Query {
            text,
            params: Params {
                consistency: Consistency::One,
                ..Params::default()
            },
        })
    };
    let plain = select("SELECT v FROM rec_results.t WHERE pk = 1 AND ck = 1");
    client.ask_flagged(&plain, Flags::TRACING, &[])?;
    let warned = select("SELECT count(*) FROM rec_results.t");
    client.ask(&warned)?;
    client.ask_flagged(&warned, Flags::TRACING, &[])?;
    let mut payload = Vec::new();
    put_short(&mut payload, 1);
    put_string(&mut payload, "key", "key").map_err(io::Error::other)?;
    put_bytes(&mut payload, Some(b"value"), "value").map_err(io::Error::other)?;
    client.ask_flagged(&plain, Flags::PAYLOAD, &payload)?;
    let failing = select("SELECT v FROM rec_results.nothing");
    client.ask_flagged(&failing, Flags::TRACING, &[])?;
    Ok(())
}

/// Conditions that hold and others.
fn conditions(client: &mut Client) -> io::Result<()> {
    for text in [
        "INSERT INTO rec_results.other (pk, v) VALUES ('a', 'x') IF NOT EXISTS",
        "INSERT INTO rec_results.other (pk, v) VALUES ('a', 'y') IF NOT EXISTS",
        "UPDATE rec_results.other SET v = 'z' WHERE pk = 'a' IF v = 'no'",
        "UPDATE rec_results.other SET v = 'z' WHERE pk = 'a' IF v = 'x'",
        "DELETE FROM rec_results.other WHERE pk = 'nobody' IF EXISTS",
    ] {
        let params = Params {
            serial_consistency: Some(Consistency::LocalSerial),
            ..Params::default()
        };
        client.query_with(text, params)?;
    }
    Ok(())
}

fn batches(client: &mut Client) -> io::Result<()> {
    let (id, _) = client.prepare("INSERT INTO rec_results.t (pk, ck, v) VALUES (?, ?, ?)")?;
    let values = [
        0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe,
    ];
    for kind in [BatchKind::Logged, BatchKind::Unlogged] {
        let statements = vec![
            BatchStatement {
                source: BatchSource::Prepared(&id),
                values: Values::new(3, &values),
            },
            BatchStatement {
                source: BatchSource::Text("INSERT INTO rec_results.other (pk) VALUES ('b')"),
                values: Values::default(),
            },
        ];
        client.ask(&batch(kind, statements))?;
    }
    // Over the threshold, so that the answer has a warning that names more than one table.
    let long = format!(
        "INSERT INTO rec_results.other (pk, v) VALUES ('c', '{}')",
        "x".repeat(1100)
    );
    let source = BatchSource::Text(&long);
    client.ask(&batch(
        BatchKind::Unlogged,
        vec![BatchStatement {
            source,
            values: Values::default(),
        }],
    ))?;
    Ok(())
}

pub(super) fn batch(kind: BatchKind, statements: Vec<BatchStatement<'_>>) -> Request<'_> {
    Request::Batch(Batch {
        kind,
        statements,
        consistency: Consistency::One,
        serial_consistency: None,
        timestamp: Some(1_405_296_000_000_000),
        keyspace: None,
        now_in_seconds: None,
    })
}
