//! The embedded cluster, as a unit test uses it: started in the process, stopped when the test ends.
//!
//! It is always embedded: it takes no `--nodes`.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::time::Duration;

use scylla_orm::prelude::*;
use scylla_orm_embedded::{Cluster, Flavor};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Its keyspace is that of the session, so that each test can have its own.
#[derive(Model, Debug, Clone, PartialEq)]
struct Ticket {
    #[cql(partition_key)]
    id: i32,
    title: String,
}

/// Each of these could be a `#[tokio::test]`.
#[tokio::main]
async fn main() -> Result<()> {
    a_ticket_can_be_read().await?;
    tickets_expire().await?;
    a_node_goes_down_and_comes_back().await?;
    it_answers_as_cassandra_does().await?;
    println!("All passed");
    Ok(())
}

async fn a_ticket_can_be_read() -> Result<()> {
    // One node with two shards, on 127.0.0.1 and any free port: tests can run at the same time.
    let cluster = Cluster::start().await?;
    within(&cluster, async |_| {
        let ticket = ticket(1);
        ticket.insert().await?;
        assert_eq!(Ticket::get(1).await?, ticket);
        Ok(())
    })
    .await?;
    println!("A ticket can be read");
    Ok(())
}

/// The clock can be put forward, so nothing has to sleep.
async fn tickets_expire() -> Result<()> {
    let cluster = Cluster::start().await?;
    within(&cluster, async |_| {
        ticket(1).insert().ttl(3600).await?;
        assert!(Ticket::get(1).optional().await?.is_some());
        cluster.clock().advance(Duration::from_secs(3601));
        assert!(Ticket::get(1).optional().await?.is_none());
        Ok(())
    })
    .await?;
    println!("Tickets expire");
    Ok(())
}

/// Nodes stop and start on the same address; a session finds them again by itself.
async fn a_node_goes_down_and_comes_back() -> Result<()> {
    let builder = Cluster::builder().nodes(3).shards(4);
    let cluster = builder.racks(["r1", "r2", "r3"]).start().await?;
    within(&cluster, async |session| {
        for node in 0..3 {
            cluster.stop_node(node).await;
            ticket(1).insert().await?;
            let found = Ticket::get(1).await?;
            println!("Node {node} is down: {found:?} is read from another");
            cluster.start_node(node).await?;
            assert!(session.wait_ready(Duration::from_secs(10)).await);
            let connections = cluster.connections(node);
            println!("Node {node} is up: connections to its shards: {connections:?}");
        }
        Ok(())
    })
    .await
}

/// ScyllaDB and Cassandra differ in texts, in system tables and in what they answer.
async fn it_answers_as_cassandra_does() -> Result<()> {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let cluster = Cluster::builder().flavor(flavor).start().await?;
        within(&cluster, async |session| {
            let select = "SELECT * FROM nowhere.tickets";
            if let Err(error) = session.execute(select, ()).await {
                println!("{flavor:?}: {error}");
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// What tests share: a session in scope, a keyspace, the tables. Three copies, where there are three nodes.
async fn within(cluster: &Cluster, test: impl AsyncFnOnce(&Session) -> Result<()>) -> Result<()> {
    let points = cluster.contact_points();
    let builder = Session::builder().contact_points(&points);
    let session = builder.keyspace("tests").connect().await?;
    let outcome = session.scope(async {
        let copies = points.len().try_into()?;
        create_keyspace("tests", Replication::simple(copies)).await?;
        sync_table::<Ticket>().await?;
        test(&session).await
    });
    outcome.await?;
    session.close().await?;
    Ok(())
}

fn ticket(id: i32) -> Ticket {
    Ticket {
        id,
        title: "A lamp is broken".into(),
    }
}
