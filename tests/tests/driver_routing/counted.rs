//! What the driver counts, and what the cluster counts where it can be asked.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Values;
use scylla_orm::driver::metrics::Traffic;
use scylla_orm::driver::statement::{Batch, BatchKind, Prepared};
use scylla_orm::driver::token::{Partitioner, Token};
use scylla_orm::driver::value::Value;
use tests::poll::until;
use tests::target::Target;

/// Keys per statement, and how many requests are under way at once.
const KEYS: i32 = 200;
const IN_FLIGHT: usize = 64;

struct Fixture {
    target: Target,
    session: Session,
    keyspace: String,
}

/// Tables with keys of one and of two columns, in so many copies; all connections are open.
async fn fixture(copies: usize) -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace_of("routing", copies).await;
    let session = target.driver().await;
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    for table in [
        "one (k text PRIMARY KEY, v int)",
        "two (a int, b text, c int, v int, PRIMARY KEY ((a, b), c))",
    ] {
        let make = format!("CREATE TABLE {keyspace}.{table}");
        session.query(make, ()).await.unwrap();
    }
    Fixture {
        target,
        session,
        keyspace,
    }
}

type Row = fn(i32) -> Vec<Value>;

/// Statements with their values for the n-th key: reads and writes, keys in any order, conditions.
const STATEMENTS: [(&str, Row); 8] = [
    ("INSERT INTO {ks}.one (v, k) VALUES (?, ?)", |n| {
        vec![n.into(), word(n)]
    }),
    ("SELECT v FROM {ks}.one WHERE k = ?", |n| vec![word(n)]),
    (
        "INSERT INTO {ks}.two (c, b, a, v) VALUES (0, ?, ?, ?)",
        |n| vec![word(n), n.into(), n.into()],
    ),
    (
        "SELECT v FROM {ks}.two WHERE a = ? AND b = ? AND c >= ?",
        |n| vec![n.into(), word(n), 0.into()],
    ),
    (
        "UPDATE {ks}.two SET v = ? WHERE c = ? AND b = ? AND a = ?",
        |n| vec![n.into(), 0.into(), word(n), n.into()],
    ),
    (
        "INSERT INTO {ks}.one (k, v) VALUES (?, ?) IF NOT EXISTS",
        |n| vec![word(n + 1_000_000), n.into()],
    ),
    (
        "UPDATE {ks}.two SET v = 1 WHERE a = ? AND b = ? AND c = 0 IF v = ?",
        |n| vec![n.into(), word(n), n.into()],
    ),
    ("DELETE FROM {ks}.two WHERE b = ? AND a = ?", |n| {
        vec![word(n), n.into()]
    }),
];

fn word(n: i32) -> Value {
    format!("key {n}").into()
}

impl Fixture {
    async fn prepare(&self, cql: &str) -> Prepared {
        let cql = cql.replace("{ks}", &self.keyspace);
        self.session.prepare(&cql).await.unwrap()
    }

    /// Executes the statement for all keys.
    async fn run(&self, statement: &Prepared, values: Row) {
        let requests = stream::iter(0..KEYS).map(|n| self.session.execute(statement, values(n)));
        let answers: Vec<_> = requests
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await
            .unwrap();
        assert_eq!(answers.len(), usize::try_from(KEYS).unwrap());
    }

    /// The first replica of a partition of a table.
    fn first(&self, table: &str, key: Token) -> SocketAddr {
        if let (Some(cluster), true) = (self.target.cluster(), self.target.has_tablets()) {
            let tablets = cluster.tablets(&format!("{}.{table}", self.keyspace));
            let tablet = tablets.iter().find(|tablet| key.0 <= tablet.last);
            let (node, _) = tablet.unwrap().replicas[0];
            return cluster.contact_points()[node].parse().unwrap();
        }
        let topology = self.session.topology();
        let first = topology.replicas(&self.keyspace, key)[0];
        topology.nodes()[usize::from(first)].address
    }

    /// Executes the statements until all reach the owners of their partitions: where tables have tablets, answers tell them.
    async fn learn(&self, statements: &[(Prepared, Row)]) {
        let (Some(cluster), true) = (self.target.cluster(), self.target.has_tablets()) else {
            return;
        };
        until("the tablets of all keys are known", async || {
            cluster.reset_traffic();
            for (statement, values) in statements {
                self.run(statement, *values).await;
            }
            let traffic = cluster.traffic();
            traffic.iter().all(|t| t.reached_owner == t.requests)
        })
        .await;
    }
}

/// Requests, keyed ones, and those that reached a replica and the owning shard.
type Counts = [u64; 4];

fn counts(t: &Traffic) -> Counts {
    [t.requests, t.keyed, t.to_replica, t.to_owning_shard]
}

/// Counts by node and shard since `before`. A server without shards counts as one of one.
fn since(before: &[Traffic], after: &[Traffic]) -> Vec<(String, u16, Counts)> {
    let of = |t: &Traffic| {
        let earlier = before
            .iter()
            .find(|b| b.node == t.node && b.shard == t.shard);
        let [a, b, c, d] = earlier.map_or([0; 4], counts);
        let [now_a, now_b, now_c, now_d] = counts(t);
        let counts = [now_a - a, now_b - b, now_c - c, now_d - d];
        (t.node.to_string(), t.shard.unwrap_or(0), counts)
    };
    let mut all: Vec<_> = after
        .iter()
        .map(of)
        .filter(|(.., c)| *c != [0; 4])
        .collect();
    all.sort();
    all
}

/// All keyed requests of every kind reach a replica and the shard that owns them, and the cluster counts the same.
async fn check(copies: usize) {
    let f = fixture(copies).await;
    let mut statements = Vec::new();
    for (cql, values) in STATEMENTS {
        statements.push((f.prepare(cql).await, values));
    }
    f.learn(&statements).await;
    if let Some(cluster) = f.target.cluster() {
        cluster.reset_traffic();
    }
    let before = f.session.traffic();
    for (statement, values) in &statements {
        f.run(statement, *values).await;
    }
    let traffic = since(&before, &f.session.traffic());
    let expected = u64::try_from(KEYS).unwrap() * u64::try_from(STATEMENTS.len()).unwrap();
    let mut sum = [0; 4];
    for (.., counts) in &traffic {
        sum.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    assert_eq!(sum, [expected; 4], "{traffic:?}");
    if let Some(cluster) = f.target.cluster() {
        let seen = cluster.traffic();
        let mut seen: Vec<_> = seen
            .iter()
            .map(|t| {
                let counts = [t.requests, t.keyed, t.reached_replica, t.reached_owner];
                (t.address.to_string(), t.shard, counts)
            })
            // A shard may have no tablet that has any of the keys.
            .filter(|(.., counts)| !f.target.has_tablets() || *counts != [0; 4])
            .collect();
        seen.sort();
        assert_eq!(
            seen, traffic,
            "each shard gets its part, and what the driver counted"
        );
    }
    f.session.close().await.unwrap();
}

#[tokio::test]
async fn one_copy() {
    check(1).await;
}

#[tokio::test]
async fn two_copies() {
    check(2).await;
}

#[tokio::test]
async fn three_copies() {
    check(3).await;
}

/// Rounds of Paxos that begin at several replicas get in each other's way.
#[tokio::test]
async fn conditional_writes_begin_at_the_first_replica() {
    let f = fixture(3).await;
    let cql = "UPDATE {ks}.one SET v = ? WHERE k = ? IF v = ?";
    let statement = f.prepare(cql).await;
    assert!(statement.is_lwt());
    let values: Row = |n| vec![n.into(), word(n), n.into()];
    f.learn(&[(statement.clone(), values)]).await;
    let requests = stream::iter(0..KEYS).map(async |n| {
        let values = values(n);
        let (bytes, count) = statement.encode(&values).unwrap();
        let key =
            Partitioner::Murmur3.token_of(Values::new(count, &bytes), statement.partition_key());
        let answer = f.session.execute(&statement, values).await.unwrap();
        assert_eq!(answer.node(), f.first("one", key.unwrap()));
    });
    requests
        .buffer_unordered(IN_FLIGHT)
        .collect::<Vec<_>>()
        .await;
    f.session.close().await.unwrap();
}

#[tokio::test]
async fn a_batch_goes_where_its_first_key_belongs() {
    let f = fixture(1).await;
    let statement = f.prepare("INSERT INTO {ks}.one (k, v) VALUES (?, ?)").await;
    f.learn(&[(statement.clone(), |n| vec![word(n), n.into()])])
        .await;
    for text_first in [false, true] {
        if let Some(cluster) = f.target.cluster() {
            cluster.reset_traffic();
        }
        let before = f.session.traffic();
        for n in 0..50 {
            let mut batch = Batch::new(BatchKind::Unlogged);
            if text_first {
                // It tells nothing of its partition.
                let values = format!("('key {n}', 1)");
                let insert = format!("INSERT INTO {}.one (k, v) VALUES {values}", f.keyspace);
                batch.push_text(insert);
            }
            batch.push(&statement, (word(n), n)).unwrap();
            batch.push(&statement, (word(n), n + 1)).unwrap();
            f.session.batch(&batch).await.unwrap();
        }
        let traffic = since(&before, &f.session.traffic());
        for of in 0..4 {
            assert_eq!(
                traffic.iter().map(|(.., c)| c[of]).sum::<u64>(),
                50,
                "{traffic:?}"
            );
        }
        if let (Some(cluster), false) = (f.target.cluster(), text_first) {
            let owner: u64 = cluster.traffic().iter().map(|t| t.reached_owner).sum();
            assert_eq!(owner, 50);
        }
    }
    f.session.close().await.unwrap();
}

#[tokio::test]
async fn requests_without_a_key_are_spread_over_all_nodes() {
    let f = fixture(3).await;
    let statement = f.prepare("SELECT v FROM {ks}.one").await;
    let before = f.session.traffic();
    for _ in 0..60 {
        f.session.execute(&statement, ()).await.unwrap();
    }
    let traffic = since(&before, &f.session.traffic());
    assert!(
        traffic.iter().all(|(.., c)| c[1] == 0),
        "none is keyed: {traffic:?}"
    );
    for node in f.session.topology().nodes() {
        let address = node.address.to_string();
        let of_node = traffic.iter().filter(|(node, ..)| *node == address);
        let requests: u64 = of_node.map(|(.., c)| c[0]).sum();
        let nodes = u64::try_from(f.session.topology().nodes().len()).unwrap();
        assert_eq!(requests, 60 / nodes, "{traffic:?}");
    }
    f.session.close().await.unwrap();
}
