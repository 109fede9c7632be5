//! The schema: a plan, what is added, and what is refused.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use scylla_orm::ErrorKind;
use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

/// One table, as one program sees it over time.
mod first {
    use scylla_orm::prelude::*;

    #[derive(Model)]
    #[cql(keyspace = "examples", table = "orders")]
    pub(crate) struct Order {
        #[cql(partition_key)]
        pub(crate) customer: i32,
        #[cql(clustering_key(desc))]
        pub(crate) number: i32,
        pub(crate) total: i32,
    }
}

/// More columns, and an index.
mod second {
    use std::collections::BTreeMap;

    use scylla_orm::prelude::*;

    #[derive(Model, Debug)]
    #[cql(keyspace = "examples", table = "orders")]
    pub(crate) struct Order {
        #[cql(partition_key)]
        pub(crate) customer: i32,
        #[cql(clustering_key(desc))]
        pub(crate) number: i32,
        #[cql(static_column)]
        pub(crate) address: Option<String>,
        #[cql(index)]
        pub(crate) state: Option<String>,
        pub(crate) total: i32,
        pub(crate) items: BTreeMap<String, i32>,
    }
}

/// What cannot be had by adding.
mod third {
    use scylla_orm::prelude::*;

    #[derive(Model)]
    #[cql(keyspace = "examples", table = "orders")]
    pub(crate) struct Order {
        #[cql(partition_key)]
        pub(crate) customer: i32,
        #[cql(clustering_key)]
        pub(crate) number: i32,
        pub(crate) total: String,
        pub(crate) note: Option<String>,
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    let replication = Replication::simple(1);
    println!("{}\n", create_keyspace("examples", replication).await?);
    // From the start, each time. Nothing of the mapper drops a table: that takes CQL.
    session
        .execute("DROP TABLE IF EXISTS examples.orders", ())
        .await?;

    println!("Planned: {}\n", plan_table::<first::Order>().await?);
    println!("Synced:  {}\n", sync_table::<first::Order>().await?);
    println!("Again:   {}\n", sync_table::<first::Order>().await?);
    first::Order {
        customer: 1,
        number: 1,
        total: 30,
    }
    .insert()
    .await?;

    println!("Planned: {}\n", plan_table::<second::Order>().await?);
    println!("Synced:  {}\n", sync_table::<second::Order>().await?);
    println!(
        "The row of before: {:?}\n",
        second::Order::get((1, 1)).await?
    );

    println!("The old model:   {}\n", sync_table::<first::Order>().await?);

    println!("Planned: {}\n", plan_table::<third::Order>().await?);
    if let Err(error) = sync_table::<third::Order>().await {
        println!("Refused: {error}");
        if let ErrorKind::SchemaRefused {
            reasons, applied, ..
        } = error.kind()
        {
            println!(
                "{} reasons, {} statements done",
                reasons.len(),
                applied.len()
            );
        }
    }

    session.close().await?;
    cluster.stop().await;
    Ok(())
}
