//! The task that reads the schema.

use std::future::pending;
use std::sync::{Arc, PoisonError};

use futures_util::future::try_join_all;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::cluster::agreement;
use crate::cluster::ask::Asker;
use crate::cluster::describe::{self, Described};
use crate::error::{ErrorKind, Result};
use crate::topology::{KeyspaceInfo, Schema};

use super::due::Work;

/// Nodes that are asked before a reading is put off.
const NODES: usize = 3;

/// Until the session is closed.
pub(in crate::cluster) async fn follow(cluster: Arc<Cluster>) {
    let mut closed = cluster.closed.subscribe();
    tokio::select! {
        biased;
        _ = closed.wait_for(|closed| *closed) => {}
        () = turns(&cluster) => {}
    }
}

async fn turns(cluster: &Cluster) {
    loop {
        let next = cluster.schema.due().schedule.next();
        tokio::select! {
            () = cluster.schema.wake.notified() => {}
            () = at(next) => turn(cluster).await,
        }
    }
}

/// One reading, for all that have asked until now.
async fn turn(cluster: &Cluster) {
    let (work, waiting) = cluster.schema.due().take();
    let result = read(cluster, &work).await;
    if let Err(error) = &result {
        tracing::warn!(%error, "the schema could not be read");
        // Who waits is told; what has changed is still to be read.
        if cluster.schema.is_known() {
            cluster.schema.soon(work);
        }
    }
    for reply in waiting {
        // Who does not wait any more does not mind.
        let _ = reply.send(result.clone());
    }
}

/// Asks the node of the control connection, and others if that one does not answer.
async fn read(cluster: &Cluster, work: &Work) -> Result<Arc<Schema>> {
    let control = cluster.schema.asker.lock();
    let control = control.unwrap_or_else(PoisonError::into_inner).clone();
    let others = cluster.askers().unwrap_or_default();
    let mut failure = ErrorKind::NoHost.into();
    for asker in control.into_iter().chain(others).take(NODES) {
        match known_by(cluster, &asker, work).await {
            Ok(schema) => {
                let schema = Arc::new(schema);
                cluster.schema.known.store(Some(schema.clone()));
                return Ok(schema);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The schema as one node tells it.
async fn known_by(cluster: &Cluster, asker: &Asker, work: &Work) -> Result<Schema> {
    let follower = &cluster.schema;
    let known = follower.known.load_full().unwrap_or_default();
    match work {
        Work::All => {
            // Before the rest: what changes meanwhile makes another version.
            let version: Option<Uuid> = agreement::version(asker).await?;
            let mut keyspaces = described(cluster, whole(cluster, asker).await?);
            keyspaces.retain(|keyspace| follower.settings.wants(&keyspace.name));
            Ok(Schema::new(version, keyspaces, &known))
        }
        Work::Keyspaces(names) => {
            let asked = names.iter().map(|name| describe::some(asker, name));
            let keyspaces = described(cluster, try_join_all(asked).await?);
            Ok(known.with(names.iter().map(String::as_str), keyspaces))
        }
    }
}

/// All keyspaces in one go, or those that are wanted one by one.
async fn whole(cluster: &Cluster, asker: &Asker) -> Result<Vec<Described>> {
    let wanted = &cluster.schema.settings.keyspaces;
    if wanted.is_empty() {
        return Ok(vec![describe::all(asker).await?]);
    }
    try_join_all(wanted.iter().map(|name| describe::some(asker, name))).await
}

fn described(cluster: &Cluster, parts: Vec<Described>) -> Vec<KeyspaceInfo> {
    let (mut keyspaces, mut complaints) = (Vec::new(), Vec::new());
    for part in parts {
        keyspaces.extend(part.keyspaces);
        complaints.extend(part.complaints);
    }
    cluster.schema.complain(complaints);
    keyspaces
}

/// At that time, if there is one.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}
