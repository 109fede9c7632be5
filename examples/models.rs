//! Models: a struct is the row of a table, a field is a column, and what the derive makes of each.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Instant;

use chrono::{NaiveDate, NaiveTime, TimeZone, Utc};
use scylla_orm::driver::topology::ColumnInfo;
use scylla_orm::driver::value::{Decimal, TimeUuid};
use scylla_orm::prelude::*;
use uuid::Uuid;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;
#[path = "shared/table.rs"]
mod table;

/// What a shop sells. `#[cql(table = ..)]` names the table; without it, it would be `product`.
#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "examples", table = "products", rename_all = "camelCase")]
struct Product {
    /// Which rows lie together, on which node and shard.
    #[cql(partition_key)]
    shop: Uuid,
    /// How the rows of a partition are sorted.
    #[cql(clustering_key(desc))]
    listed_on: NaiveDate,
    #[cql(clustering_key)]
    number: i32,
    /// One value per partition, shared by its rows.
    #[cql(static_column)]
    shop_name: Option<String>,
    /// Rows can be found by it, without the key.
    #[cql(index)]
    state: State,
    grade: Option<Grade>,
    /// Words that CQL or Rust reserves need no care: they are quoted where they must be.
    order: i64,
    r#type: String,
    #[cql(rename = "price in €")]
    price: Decimal,
    weight: f32,
    opens: Option<NaiveTime>,
    seen: Option<chrono::DateTime<Utc>>,
    revision: Option<TimeUuid>,
    origin: IpAddr,
    picture: Vec<u8>,
    /// An empty collection is null in CQL, so it needs no `Option`.
    tags: BTreeSet<String>,
    sizes: BTreeMap<String, (i32, f64)>,
    /// Stored and compared as a whole.
    #[cql(frozen)]
    history: Vec<i32>,
    /// Null is read as 0.
    #[cql(default)]
    stars: i32,
    /// No column: filled by `Default`.
    #[cql(skip)]
    read_at: Option<Instant>,
}

/// Stored as text: `forSale`, `soldOut`.
#[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
#[cql(rename_all = "camelCase")]
enum State {
    ForSale,
    SoldOut,
}

/// Stored as a number, so that it has an order.
#[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
#[cql(repr = "tinyint")]
enum Grade {
    Good = 1,
    Better = 2,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Product>().await?;

    columns(&session).await?;
    there_and_back().await?;
    null_that_is_read_as_default(&session).await?;

    session.close().await?;
    cluster.stop().await;
    Ok(())
}

/// What the table looks like to the server.
async fn columns(session: &Session) -> Result<()> {
    let info = session.driver().describe_table("examples", "products");
    let info = info.await?.ok_or("sync_table made it")?;
    let row = |c: &ColumnInfo| {
        let index = info.indexes.iter().any(|i| i.target.contains(&*c.name));
        let role = format!("{:?}{}", c.kind, if index { ", indexed" } else { "" });
        [c.name.to_string(), c.ty.to_string(), role]
    };
    let rows = info.columns.iter().map(row);
    let title = "The columns of examples.products";
    table::print(title, ["name", "type", "role"], rows);
    Ok(())
}

/// What is read is what was written.
async fn there_and_back() -> Result<()> {
    let product = product();
    product.save().await?;
    let found = Product::get((product.shop, product.listed_on, 7)).await?;
    println!("\nWritten and read again: {found:#?}");
    println!("Equal to what was written: {}", found == product);
    Ok(())
}

/// Others write rows too, and not all of them know all columns.
async fn null_that_is_read_as_default(session: &Session) -> Result<()> {
    let key = (product().shop, product().listed_on, 7);
    let cql = "DELETE stars FROM examples.products \
               WHERE shop = ? AND \"listedOn\" = ? AND number = ?";
    session.execute(cql, key).await?;
    let found = Product::get(key).await?;
    println!("Stars that were deleted are read as {}", found.stars);
    Ok(())
}

fn product() -> Product {
    Product {
        shop: Uuid::from_u128(1),
        listed_on: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default(),
        number: 7,
        shop_name: Some("Lamps & Co".into()),
        state: State::SoldOut,
        grade: Some(Grade::Better),
        order: 3,
        r#type: "lamp".into(),
        price: Decimal {
            unscaled: 4_990.into(),
            scale: 2,
        },
        weight: 1.5,
        opens: NaiveTime::from_hms_opt(9, 30, 0),
        seen: Utc.timestamp_millis_opt(1_772_000_000_123).single(),
        revision: None,
        origin: [192, 0, 2, 7].into(),
        picture: vec![0x89, 0x50, 0x4e, 0x47],
        tags: ["brass", "desk"].map(String::from).into(),
        sizes: [("height".to_owned(), (42, 0.5))].into(),
        history: vec![],
        stars: 5,
        read_at: None,
    }
}
