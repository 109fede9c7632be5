//! Reading: filters, ranges, order, some columns, counting, and queries put together at run time.
//!
//! The compiler knows the key: leave out the filter on `ROOM`, and it says so.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

/// Messages lie together by room and day, the newest first.
#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "examples", table = "messages")]
struct Message {
    #[cql(partition_key)]
    room: String,
    #[cql(partition_key)]
    day: i32,
    #[cql(clustering_key(desc))]
    minute: i32,
    #[cql(index)]
    sender: String,
    text: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Message>().await?;
    fill().await?;

    by_the_key().await?;
    beyond_the_key().await?;
    verbs().await?;
    at_run_time().await?;

    session.close().await?;
    cluster.stop().await;
    Ok(())
}

async fn by_the_key() -> Result<()> {
    let room = || Message::objects().filter((Message::ROOM.eq("tea"), Message::DAY.eq(1)));
    show("One partition", room().build()).await?;
    let minutes = Message::MINUTE.ge(10).and(Message::MINUTE.lt(30));
    show("A range of it", room().filter(minutes).build()).await?;
    let oldest = room().order_by(Message::MINUTE.asc()).limit(2);
    show("The two oldest", oldest.build()).await?;
    // One request for each partition, to the replicas that have it.
    let days = Message::objects().filter((Message::ROOM.eq("tea"), Message::DAY.is_in(1..=2)));
    show("Several partitions", days.limit(5).build()).await
}

async fn beyond_the_key() -> Result<()> {
    let by_index = Message::objects().filter(Message::SENDER.eq("ben"));
    show("By an index", by_index.build()).await?;
    // The server reads rows that are not in the result, and that must be said.
    let by_text = Message::objects().filter(Message::TEXT.eq("milk?"));
    show("By any column", by_text.allow_filtering().build()).await?;
    show("Some rows", Message::objects().limit(1).build()).await
}

async fn verbs() -> Result<()> {
    println!("\nVerbs");
    let room = || Message::objects().filter((Message::ROOM.eq("tea"), Message::DAY.eq(1)));
    println!("  count: {}", room().count().await?);
    println!("  exists: {}", room().exists().await?);
    println!("  first: {:?}", room().first().await?.map(|m| m.text));
    println!("  get by key: {:?}", Message::get(("tea", 1, 10)).await?);
    println!(
        "  optional: {:?}",
        Message::get(("tea", 1, 11)).optional().await?
    );
    let pairs = room().only((Message::SENDER, Message::MINUTE));
    println!("  only: {:?}", pairs.all().await?);
    if let Err(error) = room().get().await {
        println!("  get of several: {error}");
    }
    Ok(())
}

/// Filters that a user may or may not ask for. `Select` is one type whatever they are; what the compiler cannot check
/// is checked when it first runs.
fn search(day: i32, after: Option<i32>, sender: Option<&str>) -> Select<'static, Message> {
    let room = (Message::ROOM.eq("tea"), Message::DAY.eq(day));
    let query = Message::objects().filter(room).build();
    let query = query.filter_if(after, |minute| Message::MINUTE.gt(minute));
    query.filter_if(sender, |sender| Message::SENDER.eq(sender))
}

async fn at_run_time() -> Result<()> {
    show("Searched, by day", search(1, None, None)).await?;
    show("Searched, after 20", search(1, Some(20), None)).await?;
    show("Searched, of ann", search(1, None, Some("ann"))).await?;
    let late = Message::objects().dynamic().filter(Message::MINUTE.gt(20));
    if let Err(error) = late.all().await {
        println!("\nAgainst the rules\n  {error}");
    }
    Ok(())
}

/// The clauses of a query, and what it finds.
async fn show(title: &str, query: Select<'static, Message>) -> Result<()> {
    let (cql, _) = query.cql()?;
    let clauses = cql
        .split_once("messages")
        .map_or("", |(_, clauses)| clauses);
    println!("\n{title}:{clauses}");
    for Message {
        day,
        minute,
        sender,
        text,
        ..
    } in query.all().await?
    {
        println!("  day {day} {minute} {sender}: {text}");
    }
    Ok(())
}

async fn fill() -> Result<()> {
    for day in 1..=2 {
        for (minute, talk) in [(10, "ann: tea?"), (20, "ben: yes"), (30, "ann: milk?")] {
            let (sender, text) = talk.split_once(": ").ok_or("who says what")?;
            let [room, sender, text] = ["tea", sender, text].map(String::from);
            Message {
                room,
                day,
                minute,
                sender,
                text,
            }
            .insert()
            .await?;
        }
    }
    Ok(())
}
