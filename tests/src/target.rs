//! The cluster that a run tests against: the embedded one, or a real one by address.

use std::io::Write;
use std::sync::Once;
use std::time::Duration;

use scylla_orm::prelude::drop_keyspace;
use scylla_orm::{Session, driver};
use scylla_orm_embedded::{Cluster, Flavor};

use crate::trace;

/// The variable that names the target: `embedded` (the default), `embedded-tablets` (the same, with tablets),
/// `embedded-cassandra`, `cassandra` (127.0.0.1:9042), or addresses separated by commas.
pub const VARIABLE: &str = "SCYLLA_ORM_TARGET";

/// The addresses of the real cluster that this run is about, separated by commas; `None` if it is an embedded one.
pub fn addresses() -> Option<String> {
    let name = std::env::var(VARIABLE).ok()?;
    (!name.starts_with("embedded")).then(|| address(&name).to_owned())
}

fn address(name: &str) -> &str {
    match name {
        "cassandra" => "127.0.0.1:9042",
        addresses => addresses,
    }
}

/// A cluster to test against. An embedded one lives as long as this.
#[derive(Debug)]
pub struct Target {
    name: String,
    contact_points: Vec<String>,
    cluster: Option<Cluster>,
    tablets: bool,
}

impl Target {
    /// The target of this run. An embedded one is started anew: three nodes with four shards each.
    ///
    /// # Panics
    /// If the embedded cluster cannot start.
    pub async fn start() -> Target {
        let name = std::env::var(VARIABLE).unwrap_or_else(|_| "embedded".to_owned());
        let target = match name.as_str() {
            "embedded" => Target::embedded(Flavor::Scylla, false).await,
            "embedded-tablets" => Target::embedded(Flavor::Scylla, true).await,
            "embedded-cassandra" => Target::embedded(Flavor::Cassandra, false).await,
            name => Target::at(address(name)),
        };
        target.announce();
        target
    }

    async fn embedded(flavor: Flavor, tablets: bool) -> Target {
        let builder = Cluster::builder().nodes(3).shards(4).flavor(flavor);
        let builder = builder.tablets(tablets);
        let cluster = builder.start().await.expect("the embedded cluster starts");
        trace::watch(&cluster);
        Target {
            name: format!(
                "embedded cluster, {flavor:?}, 3 nodes x 4 shards{}",
                if tablets { ", tablets" } else { "" }
            ),
            tablets,
            contact_points: cluster.contact_points(),
            cluster: Some(cluster),
        }
    }

    fn at(addresses: &str) -> Target {
        let contact_points: Vec<String> = addresses.split(',').map(str::to_owned).collect();
        Target {
            name: format!("cluster at {addresses}"),
            contact_points,
            cluster: None,
            tablets: false,
        }
    }

    /// Says once per process what is tested, past the capture of the test harness.
    fn announce(&self) {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            writeln!(std::io::stderr(), "target: {}", self.name).ok();
        });
    }

    /// Where clients connect.
    pub fn contact_points(&self) -> &[String] {
        &self.contact_points
    }

    /// The embedded cluster, if it is one.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// Whether keyspaces that it makes have tablets: then a driver learns by and by who owns what.
    pub fn has_tablets(&self) -> bool {
        self.tablets
    }

    /// A session of the driver alone.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn driver(&self) -> driver::Session {
        driver::Session::connect(self.contact_points.iter().map(String::as_str))
            .await
            .expect("a session opens")
    }

    /// A session with a keyspace of its own, `name` and something random, for models that name none.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn session(&self, name: &str) -> Session {
        let keyspace = self.keyspace(name).await;
        let builder =
            Session::builder().contact_points(self.contact_points.iter().map(String::as_str));
        let session = builder.keyspace(&*keyspace).connect().await;
        session.expect("a session opens")
    }

    /// Runs a test in the scope of a [`session`](Target::session) of its own; then drops its keyspace and closes it.
    ///
    /// # Panics
    /// If the test does, which leaves the keyspace behind; if the session cannot be opened or closed.
    pub async fn within(&self, name: &str, test: impl AsyncFnOnce(&Session)) {
        let session = self.session(name).await;
        session.scope(test(&session)).await;
        if let Some(keyspace) = session.keyspace() {
            let drop = drop_keyspace(keyspace).allow_drop(keyspace);
            drop.on(&session).await.expect("the keyspace is dropped");
        }
        session.close().await.expect("the session closes");
    }

    /// Lets time pass: the embedded cluster's, at once, or our own.
    pub async fn pass(&self, time: Duration) {
        match &self.cluster {
            Some(cluster) => cluster.clock().advance(time),
            None => tokio::time::sleep(time).await,
        }
    }

    /// Makes a keyspace of its own, with three copies where there are as many nodes.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn keyspace(&self, name: &str) -> String {
        self.keyspace_of(name, 3).await
    }

    /// Makes a keyspace of its own, with so many copies, or as many as there are nodes if that is less.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn keyspace_of(&self, name: &str, copies: usize) -> String {
        let session = self.driver().await;
        let random = uuid::Uuid::new_v4().simple().to_string();
        let keyspace = format!("{name}_{}", random.get(..8).unwrap_or_default());
        let copies = session.topology().nodes().len().min(copies);
        // The one places tablets, the other works everywhere.
        let class = match self.tablets {
            true => "NetworkTopologyStrategy",
            false => "SimpleStrategy",
        };
        let cql = format!(
            "CREATE KEYSPACE {keyspace} WITH replication = {{'class': '{class}', 'replication_factor': {copies}}}"
        );
        session
            .query(cql.as_str(), ())
            .await
            .expect("a keyspace is made");
        session.close().await.expect("a session closes");
        keyspace
    }

    /// Whether it answers as ScyllaDB does where the two differ.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn is_scylla(&self) -> bool {
        match &self.cluster {
            Some(cluster) => cluster.flavor() == Flavor::Scylla,
            None => {
                let session = self.driver().await;
                let cql = "SELECT release_version FROM system.local WHERE key = 'local'";
                let answer = session.query(cql, ()).await.expect("system.local answers");
                let version: Option<(String,)> = answer.first_as().expect("a text");
                session.close().await.expect("a session closes");
                // What ScyllaDB says since it exists.
                version.is_some_and(|(version,)| version == "3.0.8")
            }
        }
    }
}
