//! Replicas that stand still: the node that was asked waits for them, and tells in its words who has not answered. On real
//! nodes: `nodes/levels.rs`.

use std::time::Duration;

use futures_util::future::join_all;
use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::policy::balancing::{DcAware, HostFilter, TokenAware};
use scylla_orm::driver::policy::retry::Fallthrough;
use scylla_orm_embedded::{Cluster, Fault, Flavor};
use tests::levels::{Case, ONE_FROZEN, SETUP, TWO_FROZEN, outcome};

/// Long enough to be told from none; the answers come after it.
const TIMEOUT: Duration = Duration::from_millis(50);

/// A cluster of three, and a session that asks the first node alone.
pub async fn fixture(flavor: Flavor, tablets: bool) -> (Cluster, Session) {
    let builder = Cluster::builder().flavor(flavor).nodes(3).tablets(tablets);
    let cluster = builder.replica_timeout(TIMEOUT).start().await.unwrap();
    let keyspace = "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 3}";
    let setup: Vec<String> = SETUP.iter().map(|cql| cql.replace('$', "k")).collect();
    cluster
        .run_script(&format!("{keyspace}; {};", setup.join(";")))
        .unwrap();
    let first = cluster.contact_points()[0].clone();
    let address = first.parse().unwrap();
    let only = HostFilter::new(DcAware::default(), move |node| node.address == address);
    let session = Session::builder()
        .contact_points([first.as_str()])
        .load_balancing(TokenAware::new(only))
        .retry_policy(Fallthrough)
        .connect()
        .await
        .unwrap();
    (cluster, session)
}

async fn check(session: &Session, flavor: Flavor, cases: &[Case]) {
    let ask = async |case: &Case| {
        let cql = case.cql.replace('$', "k");
        let found = outcome(session, &cql, case.level, Consistency::Serial).await;
        let expected = match flavor {
            Flavor::Scylla => case.scylla,
            Flavor::Cassandra => case.cassandra,
        };
        assert_eq!(found, expected, "{flavor:?}: {cql} at {}", case.level);
    };
    join_all(cases.iter().map(ask)).await;
}

async fn frozen(flavor: Flavor, tablets: bool) {
    let (cluster, session) = fixture(flavor, tablets).await;
    let third = cluster.fault(Fault::on().node(2).stop_reading());
    check(&session, flavor, ONE_FROZEN).await;
    let second = cluster.fault(Fault::on().node(1).stop_reading());
    check(&session, flavor, TWO_FROZEN).await;
    // A fault of some requests does not freeze the node for the others.
    drop((second, third));
    let _some = cluster.fault(Fault::on().node(1).statement("FROM k.t").stop_reading());
    let all = "INSERT INTO k.t (p, v) VALUES (1, 1)";
    let found = outcome(&session, all, Consistency::All, Consistency::Serial).await;
    assert_eq!(found, "");
    session.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn as_scylladb_with_tablets() {
    frozen(Flavor::Scylla, true).await;
}

#[tokio::test]
async fn as_scylladb_on_the_ring() {
    frozen(Flavor::Scylla, false).await;
}

#[tokio::test]
async fn as_cassandra() {
    frozen(Flavor::Cassandra, false).await;
}
