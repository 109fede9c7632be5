//! Writing: insert, save, rows that remember what was read, updates and deletes by query, batches, timestamps, expiry, null.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "examples", table = "accounts")]
struct Account {
    #[cql(partition_key)]
    team: String,
    #[cql(clustering_key)]
    id: i32,
    name: Option<String>,
    mail: Option<String>,
    roles: BTreeSet<String>,
}

/// Counters have a table of their own: they are only counted, never inserted.
#[derive(Model, Debug)]
#[cql(keyspace = "examples", table = "logins")]
struct Logins {
    #[cql(partition_key)]
    id: i32,
    times: Counter,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Account>().await?;
    sync_table::<Logins>().await?;
    // What an earlier run on the same cluster has left.
    let red = Account::objects().filter(Account::TEAM.eq("red"));
    red.delete().await?;

    insert_and_save().await?;
    tracked().await?;
    by_query().await?;
    batches().await?;
    counter().await?;
    timestamps_and_expiry(&cluster).await?;

    session.close().await?;
    cluster.stop().await;
    Ok(())
}

/// `insert` leaves out what is `None`, `save` writes it as null.
async fn insert_and_save() -> Result<()> {
    println!("\nInsert and save");
    let mut ann = account(1, "Ann");
    ann.mail = Some("ann@example.com".into());
    ann.insert().await?;
    show("insert()", 1).await?;
    let renamed = account(1, "Anna");
    renamed.insert().await?;
    show("insert() with mail: None", 1).await?;
    renamed.save().await?;
    show("save() with mail: None", 1).await?;
    ann.insert().await?;
    renamed.insert().null(Account::MAIL).await?;
    show("insert().null(MAIL)", 1).await
}

/// Only what was changed is written, in one statement; without a change, nothing is.
async fn tracked() -> Result<()> {
    println!("\nTracked");
    let mut account = Account::get(("red", 1)).await?.tracked();
    account.roles.insert("admin".into());
    println!("  changed: {}", account.is_changed());
    account.save().await?;
    println!("  changed after save(): {}", account.is_changed());
    show("save()", 1).await
}

/// Nothing is read before; a row that is not there is made.
async fn by_query() -> Result<()> {
    println!("\nBy query");
    let team = || Account::objects().filter(Account::TEAM.eq("red"));
    let row = || team().filter(Account::ID.eq(2));
    let ben = (Account::NAME.set("Ben"), Account::ROLES.add(["dev", "ops"]));
    row().update(ben).await?;
    show("update() of a row that is not there", 2).await?;
    let less = (Account::NAME.set_null(), Account::ROLES.remove(["ops"]));
    row().update(less).await?;
    show("update() that removes", 2).await?;
    row().delete().await?;
    show("delete() of a row", 2).await?;
    account(3, "Cem").insert().await?;
    team().filter(Account::ID.ge(2)).delete().await?;
    show("delete() of a range", 3).await
}

/// Several writes as one: of one partition they are seen together, or not at all.
async fn batches() -> Result<()> {
    println!("\nBatches");
    let third = || Account::objects().filter((Account::TEAM.eq("red"), Account::ID.eq(6)));
    let (fay, gil) = (account(6, "Fay"), account(7, "Gil"));
    let batch = Batch::new().with(fay.insert()).with(gil.insert());
    batch.await?;
    show("a batch of two inserts", 7).await?;
    let rename = third().update(Account::NAME.set("Fay F."));
    let batch = Batch::new()
        .with(gil.delete())
        .with(rename.only_if(Account::NAME.eq("Kim")));
    let applied = batch.await?.is_applied();
    show(&format!("one whose condition fails: {applied}"), 7).await?;
    // Another partition takes a log, so that all of it is done even if a node fails meanwhile.
    let mut elsewhere = account(8, "Hal");
    elsewhere.team = "blue".into();
    let batch = Batch::logged().with(fay.delete()).with(elsewhere.insert());
    batch.await?;
    show("a logged batch that moves a row", 6).await
}

async fn counter() -> Result<()> {
    let row = || Logins::objects().filter(Logins::ID.eq(1));
    let before = row().first().await?.map_or(0, |logins| logins.times.0);
    row().update(Logins::TIMES.inc(3)).await?;
    let after = row().get().await?.times.0;
    println!("\nCounter\n  inc(3): {:+}", after - before);
    Ok(())
}

async fn timestamps_and_expiry(cluster: &Cluster) -> Result<()> {
    println!("\nTimestamps and expiry");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now = i64::try_from(now.as_micros())?;
    account(4, "Dee").insert().timestamp(now).await?;
    let late = account(4, "too late");
    late.insert().timestamp(now - 1).await?;
    show("insert().timestamp(earlier)", 4).await?;
    account(5, "guest").insert().ttl(1).await?;
    show("insert().ttl(1)", 5).await?;
    match &cluster.embedded {
        // Its clock can be put forward.
        Some(embedded) => embedded.clock().advance(Duration::from_secs(2)),
        None => tokio::time::sleep(Duration::from_secs(2)).await,
    }
    show("… two seconds later", 5).await
}

fn account(id: i32, name: &str) -> Account {
    Account {
        team: "red".into(),
        id,
        name: Some(name.into()),
        mail: None,
        roles: BTreeSet::new(),
    }
}

async fn show(what: &str, id: i32) -> Result<()> {
    let found = Account::get(("red", id)).optional().await?;
    let found = found.map(|a| (a.name, a.mail, a.roles));
    println!("  {what:<35} {found:?}");
    Ok(())
}
