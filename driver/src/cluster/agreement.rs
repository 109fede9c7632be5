//! Waiting until all nodes tell one version of the schema.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use uuid::Uuid;

use crate::cluster::Cluster;
use crate::cluster::ask::Asker;
use crate::cluster::record::records;
use crate::error::{ErrorKind, Result};

const VERSION: &str = "SELECT schema_version FROM system.local WHERE key = 'local'";

/// How often the nodes are asked.
const PERIOD: Duration = Duration::from_millis(200);

/// What each node that could be asked has.
type Versions = BTreeMap<SocketAddr, Option<Uuid>>;

/// Asks every node that has an open connection, until all answers are the same.
pub(crate) async fn agreement(cluster: &Cluster, within: Duration) -> Result<()> {
    let start = tokio::time::Instant::now();
    loop {
        let versions = versions(cluster).await?;
        if agreed(&versions) {
            return Ok(());
        }
        if start.elapsed() + PERIOD > within {
            return Err(ErrorKind::NoAgreement {
                after: within,
                versions: told(&versions),
            }
            .into());
        }
        tokio::time::sleep(PERIOD).await;
    }
}

async fn versions(cluster: &Cluster) -> Result<Versions> {
    let askers = cluster.askers()?;
    let asked = askers.iter().map(async |asker| {
        // One that does not answer may be back at the next round.
        let version = version(asker).await.unwrap_or_default();
        (asker.address(), version)
    });
    Ok(futures_util::future::join_all(asked)
        .await
        .into_iter()
        .collect())
}

/// What a node calls its schema.
pub(super) async fn version(asker: &Asker) -> Result<Option<Uuid>> {
    let rows = asker.ask(VERSION, ()).await?;
    let records = records(&rows).map_err(|_| asker.broken())?;
    Ok(records.first().and_then(|r| r.read("schema_version")))
}

/// All nodes answered, and with the same.
fn agreed(versions: &Versions) -> bool {
    let mut all = versions.values();
    match all.next() {
        Some(Some(first)) => all.all(|v| v.as_ref() == Some(first)),
        _ => false,
    }
}

fn told(versions: &Versions) -> Box<str> {
    let tell = |(node, version): (&SocketAddr, &Option<Uuid>)| match version {
        Some(version) => format!("{node} has {version}"),
        None => format!("{node} did not answer"),
    };
    versions
        .iter()
        .map(tell)
        .collect::<Vec<_>>()
        .join(", ")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(versions: &[Option<u128>], expected: bool) {
        let versions = versions.iter().enumerate().map(|(i, v)| {
            let port = u16::try_from(i).unwrap();
            (([127, 0, 0, 1], port).into(), v.map(Uuid::from_u128))
        });
        let versions: Versions = versions.collect();
        assert_eq!(agreed(&versions), expected, "{}", told(&versions));
    }

    #[test]
    fn all_must_answer_the_same() {
        check(&[Some(1), Some(1)], true);
        check(&[Some(1), Some(2)], false);
        check(&[Some(1), None], false);
        check(&[None], false);
        check(&[], false);
    }
}
