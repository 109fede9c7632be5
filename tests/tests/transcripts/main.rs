//! Statements and what Apache Cassandra 5.0 answers, word for word: recorded from it, and checked on the embedded
//! cluster of its flavor. On clusters of several nodes nothing is replayed.
//!
//! `SCYLLA_ORM_RECORD=1` writes the answers of the target into the files instead of comparing them; do that on a real
//! node only: `SCYLLA_ORM_RECORD=1 tests/cassandra/run cargo test -p tests --test transcripts`.

use std::path::Path;

use scylla_orm::driver::Session;
use scylla_orm_embedded::{Cluster, Flavor};
use tests::target::VARIABLE;
use tests::transcript::{Columns, Difference, can_be_replayed, differences, replay};

/// In the files, the keyspace that a run makes for itself.
const KEYSPACE: &str = "transcripts";

#[tokio::test(flavor = "multi_thread")]
async fn selects() {
    check("selects.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes() {
    check("writes.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions() {
    check("conditions.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values() {
    check("values.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views() {
    check("views.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes() {
    check("indexes.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alters() {
    check("alters.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn describes() {
    check("describes.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_writes() {
    check("random_writes.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_conditions() {
    check("random_conditions.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions() {
    check("functions.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn selections() {
    check("selections.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors() {
    check("vectors.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json() {
    check("json.txt").await;
}

/// A file has a statement a line, the answer below it, indented, and comments behind `#`.
async fn check(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/transcripts")
        .join(file);
    let script = std::fs::read_to_string(&path).unwrap();
    // The target of the run if that is a real one, else our own imitation.
    let target = std::env::var(VARIABLE).unwrap_or_default();
    let (cluster, points) = match target.starts_with("embedded") || target.is_empty() {
        true => {
            let cluster = Cluster::builder()
                .flavor(Flavor::Cassandra)
                .start()
                .await
                .unwrap();
            tests::trace::watch(&cluster);
            let points = cluster.contact_points();
            (Some(cluster), points)
        }
        false => (None, target.split(',').map(str::to_owned).collect()),
    };
    let session = Session::connect(points.iter().map(String::as_str))
        .await
        .unwrap();
    if !can_be_replayed(&session) {
        return session.close().await.unwrap();
    }
    let found = replay(&session, &script, KEYSPACE, Columns::Names).await;
    session.close().await.unwrap();
    if let Some(cluster) = cluster {
        cluster.stop().await;
    }
    if std::env::var_os("SCYLLA_ORM_RECORD").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let differences = differences(&script, &found);
    let shown: Vec<String> = differences.iter().map(Difference::to_string).collect();
    assert!(shown.is_empty(), "{file}:\n{}", shown.concat());
}
