//! Light-weight transactions: writes that happen only if a condition holds, and what they answer when it does not.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::fmt::Debug;

use futures_util::future::try_join_all;
use scylla_orm::driver::frame::Consistency;
use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

/// A seat is taken by one person, or free.
#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "examples", table = "seats")]
struct Seat {
    #[cql(partition_key)]
    train: i32,
    #[cql(clustering_key)]
    seat: i32,
    holder: Option<String>,
    price: i32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Seat>().await?;
    // What an earlier run has left. Conditional writes have an order of their own, so they delete conditionally too.
    for number in 1..=2 {
        seat(number, "").delete().if_exists().await?;
    }

    if_not_exists().await?;
    only_if().await?;
    if_exists().await?;
    eight_at_once().await?;

    session.close().await?;
    cluster.stop().await;
    Ok(())
}

/// `Existing` is the row that was there: the whole of it.
async fn if_not_exists() -> Result<()> {
    println!("\nInsert if not exists");
    for holder in ["ann", "ben"] {
        let outcome = seat(1, holder).insert().if_not_exists().await?;
        say(&format!("{holder} takes it"), outcome);
    }
    Ok(())
}

/// `Existing` has the columns of the conditions, with the types of their fields.
async fn only_if() -> Result<()> {
    println!("\nUpdate only if");
    let row = |seat| Seat::objects().filter((Seat::TRAIN.eq(7), Seat::SEAT.eq(seat)));
    for to in ["cem", "dee"] {
        let update = row(1).update(Seat::HOLDER.set(to));
        let conditions = (Seat::HOLDER.eq("ann"), Seat::PRICE.le(20));
        let outcome: Lwt<(Option<String>, i32)> = update.only_if(conditions).await?;
        say(&format!("ann gives it to {to}"), outcome);
    }
    let update = row(9).update(Seat::PRICE.set(1));
    let outcome = update.only_if(Seat::PRICE.eq(20)).await?;
    say("a seat that is not there", outcome);
    Ok(())
}

async fn if_exists() -> Result<()> {
    println!("\nDelete if exists");
    let seat = seat(1, "");
    // The replicas of one data centre agree; `SERIAL`, the default, asks all.
    let delete = seat.delete().if_exists();
    let outcome = delete.serial_consistency(Consistency::LocalSerial).await?;
    say("delete", outcome);
    say("delete again", seat.delete().if_exists().await?);
    Ok(())
}

/// Of many who ask at the same time, one gets it.
async fn eight_at_once() -> Result<()> {
    println!("\nEight want the same seat");
    let seats: Vec<Seat> = (1..=8).map(|n| seat(2, &format!("person {n}"))).collect();
    let inserts = seats
        .iter()
        .map(|s| s.insert().if_not_exists().into_future());
    let outcomes = try_join_all(inserts).await?;
    let applied = outcomes.iter().filter(|o| o.is_applied()).count();
    println!(
        "  applied: {applied}, not applied: {}",
        outcomes.len() - applied
    );
    Ok(())
}

fn say<T: Debug>(what: &str, outcome: Lwt<T>) {
    match outcome {
        Lwt::Applied => println!("  {what}: applied"),
        Lwt::Existing(found) => println!("  {what}: not applied, there is {found:?}"),
        Lwt::Missing => println!("  {what}: not applied, there is no such row"),
    }
}

fn seat(seat: i32, holder: &str) -> Seat {
    let (train, price) = (7, 20);
    let holder = Some(holder.to_owned());
    Seat {
        train,
        seat,
        holder,
        price,
    }
}
