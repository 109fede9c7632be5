//! What it saves to know the shard: the same reads by a driver that knows it, by one that knows the node alone, and by one
//! that knows nothing, on a cluster where each hop to another shard or node takes its time.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use scylla_orm::driver;
use scylla_orm::driver::policy::routing::Routing;
use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;

/// What the embedded cluster charges. Real hops cost less, and come on top of real work: it is the picture that counts.
const TO_SHARD: Duration = Duration::from_millis(2);
const TO_NODE: Duration = Duration::from_millis(4);

const ITEMS: i32 = 1200;
/// Readers at the same time; each sends one request after another.
const READERS: i32 = 12;

/// How wide a bar may be.
const BAR: u64 = 48;

#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "examples", table = "parcels")]
struct Parcel {
    #[cql(partition_key)]
    id: i32,
    content: String,
}

/// What one way to route requests led to.
struct Outcome {
    name: &'static str,
    /// Sorted.
    latencies: Vec<Duration>,
    requests: u64,
    replica: u64,
    owner: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let costs = |builder: scylla_orm_embedded::ClusterBuilder| {
        builder.cross_shard_cost(TO_SHARD).cross_node_cost(TO_NODE)
    };
    let cluster = Cluster::start_with(costs).await?;
    fill(&cluster).await?;
    let mut outcomes = Vec::new();
    for (name, routing) in [
        ("shard-aware", Routing::ShardAware),
        ("token-aware", Routing::TokenAware),
        ("round-robin", Routing::RoundRobin),
    ] {
        outcomes.push(measure(&cluster, name, routing).await?);
    }
    if cluster.embedded.is_some() {
        println!("A hop to another shard takes {TO_SHARD:?}, to another node {TO_NODE:?}.");
    }
    table(&outcomes);
    picture(&outcomes);
    cluster.stop().await;
    Ok(())
}

async fn fill(cluster: &Cluster) -> Result<()> {
    let session = Session::connect(&cluster.nodes).await?;
    session.set_default()?;
    create_keyspace("examples", Replication::simple(1)).await?;
    sync_table::<Parcel>().await?;
    let parcel = |id| Parcel {
        id,
        content: format!("parcel {id}"),
    };
    let parcels: Vec<Parcel> = (0..ITEMS).map(parcel).collect();
    try_join_all(parcels.iter().map(|p| p.insert().into_future())).await?;
    Ok(session.close().await?)
}

/// Reads each item once.
async fn measure(cluster: &Cluster, name: &'static str, routing: Routing) -> Result<Outcome> {
    let builder = driver::Session::builder().contact_points(&cluster.nodes);
    let session = builder.routing(routing).connect().await?;
    session.wait_ready(Duration::from_secs(10)).await;
    let select = "SELECT content FROM examples.parcels WHERE id = ?";
    let select = session.prepare(select).await?;
    if let Some(embedded) = &cluster.embedded {
        embedded.reset_traffic();
    }
    let reader = async |reader: i32| -> driver::Result<Vec<Duration>> {
        let mut took = Vec::new();
        for id in (reader..ITEMS).step_by(usize::try_from(READERS).unwrap_or(1)) {
            let start = Instant::now();
            session.execute(&select, (id,)).await?;
            took.push(start.elapsed());
        }
        Ok(took)
    };
    let mut latencies = try_join_all((0..READERS).map(reader)).await?.concat();
    latencies.sort();
    let [requests, replica, owner] = arrived(cluster, &session);
    session.close().await?;
    Ok(Outcome {
        name,
        latencies,
        requests,
        replica,
        owner,
    })
}

/// The requests, those that reached a replica, and the owning shard: as the shards of the embedded cluster have counted,
/// or as the driver chose.
fn arrived(cluster: &Cluster, session: &driver::Session) -> [u64; 3] {
    let counts: Vec<[u64; 3]> = match &cluster.embedded {
        Some(embedded) => {
            let traffic = embedded.traffic().into_iter();
            traffic
                .map(|t| [t.keyed, t.reached_replica, t.reached_owner])
                .collect()
        }
        None => {
            let traffic = session.traffic().into_iter();
            traffic
                .map(|t| [t.keyed, t.to_replica, t.to_owning_shard])
                .collect()
        }
    };
    let sum = |of: usize| counts.iter().map(|c| c[of]).sum();
    [sum(0), sum(1), sum(2)]
}

impl Outcome {
    /// Of so many of 100 reads, the slowest.
    fn quantile(&self, percent: usize) -> Duration {
        let at = self.latencies.len() * percent / 100;
        let last = self.latencies.len().saturating_sub(1);
        self.latencies
            .get(at.min(last))
            .copied()
            .unwrap_or_default()
    }

    /// Requests that had to be handed on.
    fn hops(&self) -> u64 {
        self.requests - self.owner
    }
}

fn table(outcomes: &[Outcome]) {
    let line = |what: &str, of: &dyn Fn(&Outcome) -> String| {
        let cells = outcomes.iter().map(|o| format!("{:>14}", of(o)));
        println!("  {what:<26}{}", cells.collect::<String>());
    };
    println!("\n{ITEMS} reads, {READERS} at a time");
    line("", &|o| o.name.to_owned());
    line("reached a replica", &|o| percent(o.replica, o.requests));
    line("reached the owning shard", &|o| {
        percent(o.owner, o.requests)
    });
    line("latency: half within", &|o| {
        format!("{:.1?}", o.quantile(50))
    });
    line("latency: 99 % within", &|o| {
        format!("{:.1?}", o.quantile(99))
    });
    line("work: requests + hops", &|o| {
        (o.requests + o.hops()).to_string()
    });
}

fn percent(part: u64, whole: u64) -> String {
    format!("{} %", part * 100 / whole.max(1))
}

fn picture(outcomes: &[Outcome]) {
    let micros = |d: Duration| u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
    println!("\nLatency: █ half of the reads, ░ 99 % of them");
    let slowest = outcomes.iter().map(|o| micros(o.quantile(99))).max();
    for o in outcomes {
        bar(o, micros(o.quantile(50)), micros(o.quantile(99)), slowest);
    }
    println!("\nServer work: █ requests, ░ hops to another shard or node");
    let most = outcomes.iter().map(|o| o.requests + o.hops()).max();
    for o in outcomes {
        bar(o, o.requests, o.requests + o.hops(), most);
    }
}

/// A bar up to `part`, and a lighter one on to `whole`.
fn bar(outcome: &Outcome, part: u64, whole: u64, longest: Option<u64>) {
    let cells = |n: u64| (n * BAR).div_ceil(longest.unwrap_or(1).max(1));
    let (part, whole) = (cells(part), cells(whole));
    let repeat = |cell: &str, n: u64| cell.repeat(usize::try_from(n).unwrap_or(0));
    let bar = repeat("█", part) + &repeat("░", whole.saturating_sub(part));
    println!("  {:<12} {bar}", outcome.name);
}
