//! Connections that were begun for the control connection, and lost: they go to the pools of their nodes.

use std::sync::Arc;

use crate::cluster::Cluster;
use crate::cluster::approach::Begun;

/// Brings a connection to the pool of its node when it is open. One that no pool wants is closed in order before this
/// returns.
pub(super) async fn adopt(cluster: Arc<Cluster>, begun: Begun) {
    let Ok(conn) = begun.opening.await else {
        return;
    };
    // Its node may be known by another address.
    let host_id = conn.host_id().await.ok().flatten();
    let state = cluster.state.load_full();
    let member = state.members.iter().find(|m| Some(m.host_id) == host_id);
    if let Some(pool) = member.and_then(|member| member.pool.as_ref()) {
        pool.adopt(Box::pin(std::future::ready(Ok(conn))));
    } else {
        tracing::debug!(address = %begun.address, "a contact point is no node that this session uses");
        conn.close().await;
    }
}
