//! The driver alone: prepare, execute, batch, pages, rows whose columns are known only when they arrive.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::statement::{Batch, BatchKind, Statement};
use scylla_orm::driver::value::{Row, Unset, Value};

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let builder = Session::builder().contact_points(&cluster.nodes);
    let builder = builder.request_timeout(Duration::from_secs(5));
    let session = builder.connect().await?;
    for node in session.topology().nodes() {
        // Cassandra has no shards.
        let shards = node.sharder.map_or(0, |sharder| sharder.shards());
        println!("  {}: {}, {shards} shards", node.address, node.datacenter);
    }
    schema(&session).await?;

    prepared(&session).await?;
    batch(&session).await?;
    pages(&session).await?;
    dynamic(&session).await?;

    session.close().await?;
    cluster.stop().await;
    Ok(())
}

/// After a change of the schema, `query` waits until all nodes know it.
async fn schema(session: &Session) -> Result<()> {
    let replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
    let keyspace =
        format!("CREATE KEYSPACE IF NOT EXISTS examples WITH replication = {replication}");
    session.query(keyspace, ()).await?;
    let table = "CREATE TABLE IF NOT EXISTS examples.songs (album text, track int, title text, \
                 seconds int, tags set<text>, PRIMARY KEY (album, track))";
    session.query(table, ()).await?;
    Ok(())
}

/// The token of the partition comes from the values, so each request goes to the shard that owns it.
async fn prepared(session: &Session) -> Result<()> {
    let insert = "INSERT INTO examples.songs (album, track, title, seconds) VALUES (?, ?, ?, ?)";
    let insert = session.prepare(insert).await?;
    println!("\nPrepared: {}", insert.text());
    for marker in insert.markers().iter() {
        println!("  {} {}", marker.name, marker.ty);
    }
    println!("  partition key: {:?}", insert.partition_key());
    for (track, title) in (1..).zip(["Prelude", "Air", "Gigue"]) {
        // `None` is null; `Unset` leaves the column as it is.
        let values = ("Suites", track, title, Unset);
        session.execute(&insert, values).await?;
    }
    let select = "SELECT track, title FROM examples.songs WHERE album = ?";
    let answer = session.query(select, ("Suites",)).await?;
    for row in answer.rows_as::<(i32, &str)>()? {
        println!("  {:?}", row?);
    }
    Ok(())
}

/// Writes of one partition, as one.
async fn batch(session: &Session) -> Result<()> {
    let update = "UPDATE examples.songs SET seconds = ? WHERE album = ? AND track = ?";
    let update = session.prepare(update).await?;
    let mut batch = Batch::new(BatchKind::Unlogged);
    for track in 1..=3 {
        batch.push(&update, (track * 60, "Suites", track))?;
    }
    session.batch(&batch).await?;
    let sum = "SELECT sum(seconds) FROM examples.songs WHERE album = ?";
    let sum = Statement::new(sum).consistency(Consistency::One);
    let answer = session.query(sum, ("Suites",)).await?;
    let sum: Option<(i32,)> = answer.first_as()?;
    println!("\nA batch of {}\n  seconds in all: {sum:?}", batch.len());
    Ok(())
}

async fn pages(session: &Session) -> Result<()> {
    let select = Statement::new("SELECT track FROM examples.songs WHERE album = ?").page_size(2);
    let mut pages = session.query_pages(select, ("Suites",)).await?;
    println!("\nPages of two");
    while let Some(page) = pages.next().await? {
        let tracks: Vec<(i32,)> = page.all_as()?;
        let more = page.paging_state().is_some();
        println!("  tracks {tracks:?}, more: {more}");
    }
    Ok(())
}

/// Values and rows whose types nobody knew when this was compiled.
async fn dynamic(session: &Session) -> Result<()> {
    println!("\nDynamic rows");
    let values = vec![Value::from("Suites"), Value::Int(2)];
    let select = "SELECT * FROM examples.songs WHERE album = ? AND track = ?";
    let answer = session.query(select, values).await?;
    for row in answer.rows_as::<Row>()? {
        let row = row?;
        println!("  {row:?}");
        for column in row.columns() {
            // Any column as a `Value`, or as the Rust type that belongs to its own.
            let value: Option<Value> = row.value(&*column.name)?;
            println!("  {} {} = {value:?}", column.name, column.ty);
        }
        println!("  title: {}", row.get::<&str>("title")?);
    }
    Ok(())
}
