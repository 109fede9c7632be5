//! The embedded cluster against Apache Cassandra: the same statements, the same answers.
//!
//! Written cases, one file per feature, have Cassandra 5.0.7's answers beside them, recorded by
//! `SCYLLA_ORM_RECORD=1 tests/cassandra/run cargo test -p tests --test differential`, and are checked on every target.
//! Random programs (`generate`) run on the real node and on an embedded cluster in its flavor side by side if there is a
//! real node, else on two embedded clusters that spread their data differently. `DIFFERENTIAL_SEED` sets the first seed,
//! `DIFFERENTIAL_PROGRAMS` how many programs there are.
//! `known.txt` lists the differences that stay, each with its reason; one that is no more fails the suite.

mod cases;
mod compare;
mod generate;
mod known;

use scylla_orm::driver::Session;
use scylla_orm_embedded::{Cluster, Flavor};
use tests::target::addresses;
use tests::transcript::can_be_replayed;

use compare::Report;

#[tokio::test(flavor = "multi_thread")]
async fn written_cases() {
    cases::check().await;
}

/// On a real node only: the embedded cluster beside it.
#[tokio::test(flavor = "multi_thread")]
async fn random_programs_on_cassandra() {
    let Some(addresses) = addresses() else {
        return;
    };
    let real = Session::connect(addresses.split(',')).await.unwrap();
    if !can_be_replayed(&real) {
        return real.close().await.unwrap();
    }
    let (cluster, embedded) = embedded(1, 1, Flavor::Cassandra).await;
    let report = compare::programs(&real, &embedded, 24).await;
    real.close().await.unwrap();
    embedded.close().await.unwrap();
    cluster.stop().await;
    report.finish();
}

/// Neither nodes nor shards change an answer.
#[tokio::test(flavor = "multi_thread")]
async fn random_programs_on_one_shard_and_on_many() {
    if addresses().is_some() {
        return;
    }
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let (one, few) = embedded(1, 1, flavor).await;
        let (many, spread) = embedded(3, 4, flavor).await;
        let report: Report = compare::programs(&few, &spread, 4).await;
        few.close().await.unwrap();
        spread.close().await.unwrap();
        one.stop().await;
        many.stop().await;
        report.same();
    }
}

async fn embedded(nodes: usize, shards: u16, flavor: Flavor) -> (Cluster, Session) {
    let builder = Cluster::builder().nodes(nodes).shards(shards);
    let cluster = builder.flavor(flavor).start().await.unwrap();
    let points = cluster.contact_points();
    let session = Session::connect(points.iter().map(String::as_str)).await;
    (cluster, session.unwrap())
}
