//! Our driver meets every fault that the embedded cluster can play: a typed error or recovery, in bounded time.
//!
//! Only the embedded cluster plays faults, so these tests do not depend on the target.

mod answers;
mod connections;
mod errors;
mod lost;

use std::time::Duration;

use scylla_orm::driver::conn::config::ConnConfig;
use scylla_orm::driver::statement::Prepared;
use scylla_orm::driver::{Error, Result, Session, SessionBuilder};
use scylla_orm_embedded::Cluster;
use tests::poll::{until, within};

const NODES: usize = 3;
const SHARDS: u16 = 2;
const KEYS: i32 = 100;

/// How long requests may take where nothing else is said.
const TIMEOUT: Duration = Duration::from_millis(500);

/// A cluster with a table `ks.t` in three copies, and a session with all connections.
struct Fixture {
    cluster: Cluster,
    session: Session,
    select: Prepared,
    insert: Prepared,
}

impl Fixture {
    async fn start() -> Fixture {
        Fixture::with(|builder| builder).await
    }

    async fn with(settings: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Fixture {
        let builder = Cluster::builder().nodes(NODES).shards(SHARDS);
        let cluster = builder.request_log(100_000).start().await.unwrap();
        tests::trace::watch(&cluster);
        let builder = Session::builder().contact_points(cluster.contact_points());
        let session = settings(builder.request_timeout(TIMEOUT))
            .connect()
            .await
            .unwrap();
        assert!(session.wait_ready(Duration::from_secs(20)).await);
        for cql in [
            "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
            "CREATE TABLE ks.t (k int PRIMARY KEY, v text)",
        ] {
            session.query(cql, ()).await.unwrap();
        }
        let insert = "INSERT INTO ks.t (k, v) VALUES (?, ?)";
        let insert = session.prepare(insert).await.unwrap();
        for k in 0..KEYS {
            session.execute(&insert, (k, value(k))).await.unwrap();
        }
        let select = "SELECT k, v FROM ks.t WHERE k = ?";
        let select = session.prepare(select).await.unwrap();
        // All nodes know it.
        for k in 0..KEYS {
            session.execute(&select, (k,)).await.unwrap();
        }
        cluster.clear_requests();
        Fixture {
            cluster,
            session,
            select,
            insert,
        }
    }

    /// Reads a key. An answer must be its own.
    async fn read(&self, k: i32) -> Result<()> {
        let answer = within(SOON, "a read", self.session.execute(&self.select, (k,))).await?;
        let row: (i32, String) = answer.first_as()?.expect("it was written");
        assert_eq!(row, (k, value(k)), "somebody else's answer");
        Ok(())
    }

    /// Writes a row that was not there. It may not be sent twice.
    async fn write(&self, k: i32) -> Result<()> {
        let write = self.session.execute(&self.insert, (k, value(k)));
        within(SOON, "a write", write).await.map(drop)
    }

    /// Whether a row is there.
    async fn is_there(&self, k: i32) -> bool {
        let answer = self.session.execute(&self.select, (k,)).await.unwrap();
        answer.first_as::<(i32, String)>().unwrap().is_some()
    }

    /// Requests of the session's user that arrived since the last look.
    fn attempts(&self) -> usize {
        let requests = self.cluster.requests().into_iter();
        let own = requests.filter(|r| {
            let keyspace = r.table.as_ref().map(|(keyspace, _)| &**keyspace);
            keyspace == Some("ks")
        });
        let count = own.count();
        self.cluster.clear_requests();
        count
    }

    /// Waits until each shard of each node has its connection again.
    async fn whole_again(&self) {
        until("each shard has its connection", async || {
            (0..NODES).all(|node| {
                let connections = self.cluster.connections(node);
                connections.iter().all(|n| *n >= 1)
            }) && self.session.wait_ready(Duration::ZERO).await
        })
        .await;
    }

    async fn end(self) {
        self.session.close().await.unwrap();
        self.cluster.stop().await;
    }
}

/// No request may take longer, whatever happens to it.
const SOON: Duration = Duration::from_secs(10);

/// Of various lengths, so that a mixed up answer is also torn.
fn value(k: i32) -> String {
    let length = usize::try_from(k).unwrap() * 7 % 900;
    format!("value {k} {}", "x".repeat(length))
}

/// The error as its text begins, for figures.
fn name(error: &Error) -> String {
    let debug = format!("{:?}", error.kind());
    let end = debug.find([' ', '(', '{']).unwrap_or(debug.len());
    debug[..end].to_owned()
}

fn fast_heartbeats() -> ConnConfig {
    ConnConfig {
        heartbeat_interval: Duration::from_millis(300),
        heartbeat_timeout: Duration::from_millis(200),
        linger: Duration::from_millis(200),
        ..ConnConfig::default()
    }
}
