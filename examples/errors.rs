//! Errors: what a user sees, and what a program can match.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use scylla_orm::driver::error::ErrorKind as DriverKind;
use scylla_orm::prelude::*;
use scylla_orm::{Error, ErrorKind};

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

#[derive(Model, Debug)]
#[cql(keyspace = "examples", table = "people")]
struct Person {
    #[cql(partition_key)]
    id: i32,
    name: Option<String>,
    age: Option<i32>,
}

/// The same table, by someone who thinks that every person has a name.
#[derive(Model, Debug)]
#[cql(keyspace = "examples", table = "people")]
struct Named {
    #[cql(partition_key)]
    id: i32,
    name: String,
}

/// And by someone who thinks that ages are text.
#[derive(Model, Debug)]
#[cql(keyspace = "examples", table = "people")]
struct Aged {
    #[cql(partition_key)]
    id: i32,
    age: Option<String>,
}

/// A table that was never made.
#[derive(Model, Debug)]
#[cql(keyspace = "examples", table = "nowhere")]
struct Nowhere {
    #[cql(partition_key)]
    id: i32,
}

#[tokio::main]
async fn main() -> Result<()> {
    // Port 1 of this machine: nothing listens there.
    show("No node", Session::connect(["127.0.0.1:1"]).await);
    show("No session", Person::get(1).await);

    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Person>().await?;
    Person {
        id: 1,
        name: None,
        age: Some(7),
    }
    .save()
    .await?;

    show("No such row", Person::get(2).await);
    show("No such table", Nowhere::get(1).await);
    show("NULL in a field that is no Option", Named::get(1).await);
    show("Another type", Aged::get(1).await);
    show(
        "Against the rules of CQL",
        Person::objects().dynamic().all().await,
    );
    show("CQL that is none", session.execute("SELEKT 1", ()).await);
    show(
        "A wrong value",
        session
            .execute("SELECT age FROM examples.people WHERE id = ?", ("one",))
            .await,
    );
    session.close().await?;
    show("A closed session", Person::get(1).await);

    cluster.stop().await;
    Ok(())
}

/// The text is for people. A program asks for the kind.
fn show<T>(what: &str, outcome: Result<T, Error>) {
    println!("\n{what}");
    match outcome {
        Ok(_) => println!("  no error"),
        Err(error) => println!("  {error}\n  → {}", what_to_do(&error)),
    }
}

fn what_to_do(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "404".to_owned(),
        ErrorKind::MissingTable { table } => format!("create {table}"),
        ErrorKind::Decode { column, row, .. } => format!("repair column {column} of row {row}"),
        ErrorKind::Mismatch {
            expected, found, ..
        } => format!("change {expected} to {found}"),
        ErrorKind::Driver(driver) => match driver.kind() {
            DriverKind::NoContactPoint => {
                format!("try again later; tried: {}", driver.attempts().len())
            }
            DriverKind::Syntax { message } => format!("correct it, the server says: {message}"),
            _ if driver.is_timeout() => "try again".to_owned(),
            kind => format!("the driver says {kind:?}"),
        },
        kind => format!("a mistake in the program: {kind:?}"),
    }
}
