//! The picture of where requests went: a bar per shard of each node.

use scylla_orm::driver::metrics::Traffic;
use scylla_orm_embedded::ShardTraffic;

/// How wide a bar may be.
const BAR: usize = 32;

/// What arrived on one shard, whoever counted it.
struct Shard {
    node: String,
    shard: Option<u16>,
    requests: u64,
    keyed: u64,
    replica: u64,
    owner: u64,
}

/// As the shards of the embedded cluster counted.
pub(crate) fn of_cluster(traffic: &[ShardTraffic]) {
    let shard = |t: &ShardTraffic| Shard {
        node: t.address.to_string(),
        shard: Some(t.shard),
        requests: t.requests,
        keyed: t.keyed,
        replica: t.reached_replica,
        owner: t.reached_owner,
    };
    draw(
        "Where the requests went, as each shard counted them",
        traffic.iter().map(shard).collect(),
    );
}

/// As the driver chose.
pub(crate) fn of_session(traffic: &[Traffic]) {
    let shard = |t: &Traffic| Shard {
        node: t.node.to_string(),
        shard: t.shard,
        requests: t.requests,
        keyed: t.keyed,
        replica: t.to_replica,
        owner: t.to_owning_shard,
    };
    draw(
        "Where the requests went, as the driver chose",
        traffic.iter().map(shard).collect(),
    );
}

fn draw(title: &str, mut shards: Vec<Shard>) {
    println!("\n{title}");
    shards.sort_by(|a, b| (&a.node, a.shard).cmp(&(&b.node, b.shard)));
    let most = shards.iter().map(|s| s.requests).max().unwrap_or(0);
    let mut node = "";
    for s in &shards {
        if s.node != node {
            println!("  {}", s.node);
            node = &s.node;
        }
        let name = s
            .shard
            .map_or_else(|| "no shards".to_owned(), |shard| format!("shard {shard}"));
        println!("    {name:<9} {:>6}  {}", s.requests, bar(s.requests, most));
    }
    let sum = |of: fn(&Shard) -> u64| shards.iter().map(of).sum::<u64>();
    let (requests, keyed) = (sum(|s| s.requests), sum(|s| s.keyed));
    println!("  {requests} requests, {keyed} of them keyed:");
    for (what, count) in [
        ("reached a replica", sum(|s| s.replica)),
        ("reached the owning shard", sum(|s| s.owner)),
    ] {
        println!("    {:>5.1} % {what} ({count})", percent(count, keyed));
    }
}

/// A bar for `part` of at most `whole`.
fn bar(part: u64, whole: u64) -> String {
    let cells = u64::try_from(BAR).unwrap_or(u64::MAX);
    let filled = part.saturating_mul(cells).div_ceil(whole.max(1)).min(cells);
    "█".repeat(usize::try_from(filled).unwrap_or(BAR))
}

#[expect(clippy::cast_precision_loss, reason = "a percentage with one digit")]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        100.0
    } else {
        part as f64 * 100.0 / whole as f64
    }
}
