//! Written cases: files of statements with Cassandra's answers.

use std::path::{Path, PathBuf};

use scylla_orm::driver::Session;
use scylla_orm_embedded::Flavor;
use tests::target::addresses;
use tests::transcript::{Columns, Difference, can_be_replayed, differences, replay};

use crate::known::Known;

/// In the files, the keyspace that a run makes for itself.
const KEYSPACE: &str = "cases";

/// Each file on the real node of this run, or on the embedded cluster.
pub async fn check() {
    let (cluster, session) = match addresses() {
        Some(addresses) => (None, Session::connect(addresses.split(',')).await.unwrap()),
        None => {
            let (cluster, session) = crate::embedded(1, 2, Flavor::Cassandra).await;
            (Some(cluster), session)
        }
    };
    if !can_be_replayed(&session) {
        return session.close().await.unwrap();
    }
    let mut wrong = Vec::new();
    let mut known: Vec<(Known, bool)> = Known::list("cases")
        .into_iter()
        .map(|k| (k, false))
        .collect();
    for path in files() {
        let script = std::fs::read_to_string(&path).unwrap();
        let found = replay(&session, &script, KEYSPACE, Columns::Types).await;
        if std::env::var_os("SCYLLA_ORM_RECORD").is_some() {
            std::fs::write(&path, found).unwrap();
            continue;
        }
        for difference in differences(&script, &found) {
            let Difference {
                cql,
                expected,
                found,
            } = &difference;
            let plain = |answer: &str| answer.replace("    ", "");
            let (expected, found) = (plain(expected), plain(found));
            match known
                .iter_mut()
                .find(|(known, _)| known.is(cql, &expected, &found))
            {
                Some((_, seen)) => *seen = true,
                None => wrong.push(format!("{}: {difference}", path.display())),
            }
        }
    }
    session.close().await.unwrap();
    if let Some(cluster) = cluster {
        cluster.stop().await;
        let gone = known.iter().filter(|(_, seen)| !seen);
        wrong.extend(gone.map(|(known, _)| format!("no more: {known:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/cases");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
