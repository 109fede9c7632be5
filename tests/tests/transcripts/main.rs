//! Statements and what Apache Cassandra 5.0 answers, word for word: recorded from it, and checked on the embedded
//! cluster of its flavor.
//!
//! `SCYLLA_ORM_RECORD=1` writes the answers of the target into the files instead of comparing them; do that on a real
//! node only: `SCYLLA_ORM_RECORD=1 tests/cassandra/run cargo test -p tests --test transcripts`.

use std::path::Path;

use scylla_orm::driver::value::Row;
use scylla_orm::driver::{Error, ErrorKind, Session};
use scylla_orm_embedded::{Cluster, Flavor};
use tests::poll::written;
use tests::target::VARIABLE;

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
async fn random_writes() {
    check("random_writes.txt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_conditions() {
    check("random_conditions.txt").await;
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
            let points = cluster.contact_points();
            (Some(cluster), points)
        }
        false => (None, target.split(',').map(str::to_owned).collect()),
    };
    let session = Session::connect(points.iter().map(String::as_str))
        .await
        .unwrap();
    let found = transcript(&session, &script).await;
    session.close().await.unwrap();
    if let Some(cluster) = cluster {
        cluster.stop().await;
    }
    if std::env::var_os("SCYLLA_ORM_RECORD").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let differences = differences(&script, &found);
    assert!(differences.is_empty(), "{file}:\n{differences}");
}

/// The script with the answers that `session` gives.
async fn transcript(session: &Session, script: &str) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let keyspace = format!("transcripts_{}", &random[..8]);
    let create = format!(
        "CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
    );
    session.query(create.as_str(), ()).await.unwrap();
    let mut found = String::new();
    for line in script.lines().filter(|line| !line.starts_with("  ")) {
        found += &format!("{line}\n");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // Plain and conditional writes follow one another here.
        let answer = written(answer(session, &line.replace(KEYSPACE, &keyspace))).await;
        for line in answer.replace(&*keyspace, KEYSPACE).lines() {
            found += &format!("  {line}\n");
        }
    }
    session
        .query(format!("DROP KEYSPACE {keyspace}").as_str(), ())
        .await
        .unwrap();
    found
}

/// Names of columns and rows of literals, or an error.
async fn answer(session: &Session, cql: &str) -> String {
    let answer = match session.query(cql, ()).await {
        Ok(answer) => answer,
        Err(error) => return refusal(&error),
    };
    if answer.rows().is_none() {
        return String::new();
    }
    let names: Vec<&str> = answer
        .columns()
        .iter()
        .map(|column| &*column.name)
        .collect();
    let mut lines = vec![names.join(" | ")];
    for row in answer.all_as::<Row>().unwrap() {
        let cells = (0..row.columns().len()).map(|at| match row.value(at).unwrap() {
            Some(value) => value.to_string(),
            None => "null".to_owned(),
        });
        lines.push(cells.collect::<Vec<_>>().join(" | "));
    }
    lines.join("\n")
}

fn refusal(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Invalid { message } => format!("invalid: {message}"),
        ErrorKind::Syntax { message } => format!("syntax: {message}"),
        kind => format!("{kind:?}"),
    }
}

/// The statements whose answers differ, with both answers.
fn differences(expected: &str, found: &str) -> String {
    let blocks = |text: &str| {
        let mut blocks: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("  "), blocks.last_mut()) {
                (Some(answer), Some((_, answers))) => *answers += &format!("    {answer}\n"),
                _ => blocks.push((line.to_owned(), String::new())),
            }
        }
        blocks
    };
    let pairs = blocks(expected).into_iter().zip(blocks(found));
    let different = pairs.filter(|(expected, found)| expected != found);
    different
        .map(|((cql, expected), (_, found))| {
            format!("{cql}\n  expected\n{expected}  found\n{found}")
        })
        .collect()
}
