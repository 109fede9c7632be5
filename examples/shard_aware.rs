//! Where requests go: to the node and shard that own the partition, whichever contact point the session began with.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::try_join_all;
use scylla_orm::driver::token::{Token, murmur3};
use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;
#[path = "shared/picture.rs"]
mod picture;
#[path = "shared/table.rs"]
mod table;

#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "examples", table = "items")]
struct Item {
    #[cql(partition_key)]
    id: i32,
    name: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    // One is enough: it tells of the others.
    let point = &cluster.nodes[..1];
    let session = Session::connect(point).await?;
    session.wait_ready(Duration::from_secs(10)).await;
    session.set_default()?;
    let found = session.driver().topology().nodes().len();
    println!("Contact point {point:?}, nodes found: {found}");
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Item>().await?;

    owners(&session).await?;
    many().await?;
    match &cluster.embedded {
        Some(embedded) => picture::of_cluster(&embedded.traffic()),
        None => picture::of_session(&session.driver().traffic()),
    }

    session.close().await?;
    cluster.stop().await;
    Ok(())
}

/// Key → token → replica and shard, as the driver computes it; and who answered.
async fn owners(session: &Session) -> Result<()> {
    let driver = session.driver();
    let topology = driver.topology();
    let select = "SELECT name FROM examples.items WHERE id = ?";
    let select = driver.prepare(select).await?;
    let mut rows = Vec::new();
    for id in 1..=8_i32 {
        let token: Token = murmur3(&id.to_be_bytes());
        let replicas = topology.replicas("examples", token);
        let owner = &topology.nodes()[usize::from(replicas[0])];
        let shard = owner.sharder.map(|sharder| sharder.shard_of(token));
        let answer = driver.execute(&select, (id,)).await?;
        let (owner, answered) = (
            place(owner.address, shard),
            place(answer.node(), answer.shard()),
        );
        rows.push([id.to_string(), token.to_string(), owner, answered]);
    }
    let headers = ["id", "token", "owner", "answered"];
    table::print("Owners of some partitions", headers, rows);
    Ok(())
}

/// 2,000 requests, many at the same time.
async fn many() -> Result<()> {
    let item = |id| Item {
        id,
        name: format!("item {id}"),
    };
    let items: Vec<Item> = (0..1000).map(item).collect();
    try_join_all(items.iter().map(|item| item.insert().into_future())).await?;
    let found = try_join_all((0..1000).map(Item::get)).await?;
    let equal = found == items;
    println!("\nWritten and read: {} items, equal: {equal}", found.len());
    Ok(())
}

fn place(node: SocketAddr, shard: Option<u16>) -> String {
    match shard {
        Some(shard) => format!("{node}, shard {shard}"),
        None => node.to_string(),
    }
}
