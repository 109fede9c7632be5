//! What ScyllaDB and Apache Cassandra do differently: each difference has cases that hold it on the embedded cluster, in
//! both flavors, and on a real cluster for its side.
//!
//! [`ROWS`] lists the differences. Statements are in `rows.txt`, below the name of their difference, with the answers of
//! both; what no statement shows is in [`wire`], byte by byte. A difference without a case fails the suite.
//!
//! `SCYLLA_ORM_RECORD=1` writes the answers of the target into the file; do that on a real cluster only:
//! `SCYLLA_ORM_RECORD=1 tests/cassandra/run -n 1 cargo test -p tests --test flavors`.

mod script;
mod wire;

use scylla_orm::driver::Session;
use scylla_orm_embedded::{Cluster, Flavor};
use tests::target::{Target, VARIABLE, addresses};
use tests::transcript::can_be_replayed;

use script::Script;

/// The differences.
const ROWS: [&str; 28] = [
    "protocol",
    "release_version",
    "peers_v2, ports",
    "detect",
    "duration on v4",
    "vector class text",
    "prepared LWT metadata",
    "LWT not applied / applied",
    "batch LWT",
    "IF NOT EXISTS DDL on existing",
    "WHERE regular = null",
    "static-only partition, regular selected",
    "slice on ck without pk",
    "duplicate :x",
    "IN marker name",
    "unknown table",
    "page_size 0",
    "AlreadyExists text",
    "index event",
    "sum overflow",
    "function names",
    "default warnings",
    "writetime(collection)",
    "result metadata change on v4",
    "compaction default",
    "ScyllaDB's own statements",
    "ScyllaDB's own options",
    "ScyllaDB's own tables",
];

/// Those that are none any more: Cassandra answered otherwise before version 4.
const GONE: [&str; 1] = ["static-only partition, regular selected"];

/// A server of one flavor.
struct Server {
    flavor: Flavor,
    session: Session,
    address: String,
    cluster: Option<Cluster>,
}

#[test]
fn every_difference_has_a_case() {
    let script = Script::read();
    let mut held: Vec<&str> = wire::ROWS.to_vec();
    held.extend(script.differences());
    held.extend(GONE);
    let without: Vec<&str> = ROWS.into_iter().filter(|row| !held.contains(row)).collect();
    assert!(without.is_empty(), "no case shows: {without:?}");
    let unknown = script.headings().filter(|row| !ROWS.contains(row));
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn statements() {
    let mut script = Script::read();
    let mut wrong = String::new();
    for server in servers().await {
        if can_be_replayed(&server.session) {
            wrong += &script.check(&server).await;
        }
        server.stop().await;
    }
    if std::env::var_os("SCYLLA_ORM_RECORD").is_some() {
        return script.write();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes() {
    for server in servers().await {
        wire::check(&server).await;
        server.stop().await;
    }
}

/// The real cluster of this run, or an embedded one of each flavor.
async fn servers() -> Vec<Server> {
    if addresses().is_some() {
        let target = Target::start().await;
        let flavor = match target.is_scylla().await {
            true => Flavor::Scylla,
            false => Flavor::Cassandra,
        };
        return vec![Server {
            flavor,
            session: target.driver().await,
            address: target.contact_points()[0].clone(),
            cluster: None,
        }];
    }
    // Other embedded targets are the same clusters.
    let name = std::env::var(VARIABLE).unwrap_or_else(|_| "embedded".to_owned());
    let mut servers = Vec::new();
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        if name == "embedded" {
            servers.push(Server::embedded(flavor).await);
        }
    }
    servers
}

impl Server {
    async fn embedded(flavor: Flavor) -> Server {
        let builder = Cluster::builder().nodes(1).shards(2).flavor(flavor);
        let cluster = builder.start().await.unwrap();
        let address = cluster.contact_points()[0].clone();
        Server {
            flavor,
            session: Session::connect([&*address]).await.unwrap(),
            address,
            cluster: Some(cluster),
        }
    }

    /// What it does, where the two differ.
    fn pick<T>(&self, scylla: T, cassandra: T) -> T {
        match self.flavor {
            Flavor::Scylla => scylla,
            Flavor::Cassandra => cassandra,
        }
    }

    async fn stop(self) {
        self.session.close().await.unwrap();
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}
