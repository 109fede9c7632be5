//! Waiting for connections.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, select_all};
use tokio::time::{Instant, timeout_at};

use crate::cluster::Cluster;
use crate::cluster::member::Member;
use crate::error::Result;
use crate::pool::{Pool, PoolState};

/// How long `connect` takes if connections are slow to come, once there is one.
const PATIENCE: Duration = Duration::from_millis(500);
/// They get at least so long, however long it took to learn of them.
const CHANCE: Duration = Duration::from_millis(250);

/// Each local node has a connection to each of its shards.
pub(super) async fn full(cluster: &Cluster, timeout: Duration) -> bool {
    let members = local(cluster);
    let ready = join_all(pools(&members).map(Pool::ready));
    match tokio::time::timeout(timeout, ready).await {
        Ok(ready) => !ready.is_empty() && ready.into_iter().all(|full| full),
        Err(_) => false,
    }
}

/// Each local node has a connection to each of its shards or has refused one, or a while is over; and at least one node
/// has a connection.
pub(super) async fn usable(cluster: &Cluster) -> Result<()> {
    let members = local(cluster);
    let settled = |s: &PoolState| s.is_full() || s.closed || (s.failures > 0 && !s.is_up());
    // Who was overtaken as a contact point has had its chance.
    let timely = pools(&members).filter(|p| !cluster.overtaken.contains(&p.address()));
    let all = join_all(timely.map(|pool| reached(pool, settled)));
    // At the end of the patience, what is there has to do.
    let until = (cluster.since + PATIENCE).max(Instant::now() + CHANCE);
    let _ = timeout_at(until, all).await;
    if members.iter().any(|m| m.is_up()) {
        return Ok(());
    }
    let some: Vec<_> = pools(&members)
        .map(|pool| Box::pin(reached(pool, PoolState::is_up)))
        .collect();
    if !some.is_empty() {
        let _ = tokio::time::timeout(cluster.settings.conn.connect_timeout, select_all(some)).await;
    }
    match members.iter().any(|m| m.is_up()) {
        true => Ok(()),
        false => Err(cluster.state().no_host()),
    }
}

/// Returns when a node has an open connection, or after `timeout`.
pub(super) async fn some(cluster: &Cluster, timeout: Duration) {
    let members = cluster.state().members.clone();
    // What a pool says of itself is late: it has perhaps not seen yet that its connection has ended.
    let some: Vec<_> = members
        .iter()
        .filter_map(|member| Some((member, member.pool.as_ref()?)))
        .map(|(member, pool)| Box::pin(reached(pool, |s| member.is_up() || s.closed)))
        .collect();
    if !some.is_empty() {
        let _ = tokio::time::timeout(timeout, select_all(some)).await;
    }
}

async fn reached(pool: &Pool, state: impl Fn(&PoolState) -> bool) {
    // An error means that the pool is gone: nothing more will be reached.
    let _ = pool.changes().wait_for(|s| state(s)).await;
}

fn local(cluster: &Cluster) -> Vec<Arc<Member>> {
    let state = cluster.state();
    let all = state.distances.iter().zip(&state.members);
    all.filter(|(distance, _)| distance.is_local())
        .map(|(_, member)| member.clone())
        .collect()
}

fn pools(members: &[Arc<Member>]) -> impl Iterator<Item = &Pool> {
    members.iter().filter_map(|m| m.pool.as_ref())
}
