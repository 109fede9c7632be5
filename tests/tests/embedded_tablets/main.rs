//! Tables with tablets: the driver learns where they are from answers, and where they go.

mod changed;
mod hints;
mod learned;

use std::time::Duration;

use futures_util::{StreamExt, stream};
use scylla_orm::driver::Session;
use scylla_orm::driver::statement::Prepared;
use scylla_orm_embedded::{Cluster, ClusterBuilder, ShardTraffic, TabletRouting};
use tests::poll::until;

/// The table that these suites are about.
const TABLE: &str = "k.t";

/// Enough for each of 32 tablets to have some.
const KEYS: i32 = 300;

/// Both ways in which servers tell of tablets.
const ROUTINGS: [TabletRouting; 2] = [TabletRouting::V1, TabletRouting::V2];

/// A cluster with a table of 32 tablets, and a session with all its connections.
struct Fixture {
    cluster: Cluster,
    session: Session,
    read: Prepared,
    write: Prepared,
}

impl Fixture {
    /// Three nodes with eight shards each, and so many copies.
    async fn start(copies: usize, routing: TabletRouting) -> Fixture {
        let cluster = Cluster::builder().nodes(3).shards(8);
        Fixture::of(cluster.tablet_routing(Some(routing)), copies).await
    }

    async fn of(builder: ClusterBuilder, copies: usize) -> Fixture {
        let cluster = builder.start().await.unwrap();
        tests::trace::watch(&cluster);
        let schema = format!(
            "CREATE KEYSPACE k WITH replication = {{'class': 'NetworkTopologyStrategy', 'replication_factor': {copies}}}
                 AND tablets = {{'enabled': true, 'initial': 32}};
             CREATE TABLE {TABLE} (p int PRIMARY KEY, v int);"
        );
        cluster.run_script(&schema).unwrap();
        let nodes = cluster.contact_points();
        let session = Session::connect(nodes.iter().map(String::as_str)).await;
        let session = session.unwrap();
        assert!(session.wait_ready(Duration::from_secs(20)).await);
        let read = session.prepare("SELECT v FROM k.t WHERE p = ?");
        let write = session.prepare("INSERT INTO k.t (p, v) VALUES (?, ?)");
        Fixture {
            read: read.await.unwrap(),
            write: write.await.unwrap(),
            session,
            cluster,
        }
    }

    /// Writes and reads each key once. Returns how many requests there were, and how many reached the shard that owns
    /// their partition.
    async fn round(&self) -> (u64, u64) {
        self.cluster.reset_traffic();
        let both = async |key: i32| {
            let (session, values) = (&self.session, (key, -key));
            session.execute(&self.write, values).await.unwrap();
            let answer = session.execute(&self.read, (key,)).await.unwrap();
            assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((-key,)));
        };
        let all = stream::iter(0..KEYS).map(both).buffer_unordered(32);
        all.collect::<()>().await;
        let traffic = self.cluster.traffic();
        let sum = |count: fn(&ShardTraffic) -> u64| traffic.iter().map(count).sum();
        (sum(|t| t.keyed), sum(|t| t.reached_owner))
    }

    /// Rounds until all requests of one reach their owners.
    async fn learn(&self) {
        until("each tablet is known", async || {
            let (keyed, owner) = self.round().await;
            keyed == owner
        })
        .await;
    }

    async fn end(self) {
        self.session.close().await.unwrap();
        self.cluster.stop().await;
    }
}
