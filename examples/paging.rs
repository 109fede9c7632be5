//! Many rows: pages by token, as a web service hands them out, and a stream, as a job reads them.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use scylla_orm::ErrorKind;
use scylla_orm::exec::PageToken;
use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "examples", table = "readings")]
struct Reading {
    #[cql(partition_key)]
    sensor: i32,
    #[cql(clustering_key)]
    second: i32,
    value: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Reading>().await?;
    fill().await?;

    by_token().await?;
    over_partitions().await?;
    as_a_stream().await?;

    session.close().await?;
    cluster.stop().await;
    Ok(())
}

/// What a handler of a web service does: one page, and the token of the next as text. It keeps nothing.
async fn handle(
    sensor: i32,
    after: Option<String>,
) -> scylla_orm::Result<(Vec<i32>, Option<String>)> {
    let after: Option<PageToken> = after.map(|token| token.parse()).transpose()?;
    let query = Reading::objects().filter(Reading::SENSOR.eq(sensor));
    let seconds = query.only(Reading::SECOND).page_size(400);
    let page = seconds.page(after).await?;
    Ok((page.rows, page.next.map(|token| token.to_string())))
}

async fn by_token() -> Result<()> {
    println!("\nPages of 400, of 1000 rows");
    let (mut seconds, mut token) = handle(1, None).await?;
    let first = token.clone();
    while token.is_some() {
        say(&seconds);
        (seconds, token) = handle(1, token).await?;
    }
    say(&seconds);
    // A token belongs to its query and the values in it.
    if let Err(error) = handle(2, first).await {
        let told = matches!(error.kind(), ErrorKind::PageToken);
        println!("  of another sensor: {error}\n  ErrorKind::PageToken: {told}");
    }
    Ok(())
}

/// Several partitions are paged as one: the token knows in which it was.
async fn over_partitions() -> Result<()> {
    println!("\nPages of 1500, over three partitions");
    let mut token = None;
    loop {
        let three = Reading::objects().filter(Reading::SENSOR.is_in(1..=3));
        let page = three.page_size(1500).page(token).await?;
        let mut sensors: Vec<i32> = page.rows.iter().map(|r| r.sensor).collect();
        sensors.dedup();
        println!("  {} rows of sensors {sensors:?}", page.rows.len());
        token = page.next;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// A stream holds one page and fetches the next meanwhile, however many rows there are.
async fn as_a_stream() -> Result<()> {
    println!("\nA stream over the whole table");
    let mut all = Reading::objects().scan().page_size(500).stream();
    let (mut rows, mut sum) = (0, 0.0);
    while let Some(reading) = all.try_next().await? {
        rows += 1;
        sum += reading.value;
    }
    println!("  {rows} rows, the sum of their values is {sum}");
    Ok(())
}

fn say(seconds: &[i32]) {
    let (first, last) = (seconds.first(), seconds.last());
    println!("  {} rows, seconds {first:?} to {last:?}", seconds.len());
}

async fn fill() -> Result<()> {
    let row = |second, sensor| {
        let value = f64::from(second) + 0.5;
        Reading {
            sensor,
            second,
            value,
        }
    };
    for sensor in 1..=3 {
        let rows: Vec<Reading> = (0..1000).map(|second| row(second, sensor)).collect();
        try_join_all(rows.iter().map(|row| row.insert().into_future())).await?;
    }
    Ok(())
}
