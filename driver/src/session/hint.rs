//! Answers that tell where a tablet is.

use crate::cluster::Cluster;
use crate::conn::Conn;
use crate::frame::response::Tablet;
use crate::session::Answer;
use crate::statement::Prepared;

/// Passes on what an answer tells of the tablet that its request was for. Most tell nothing.
#[inline]
pub(super) fn take(answer: &Answer, statement: &Prepared, conn: &Conn, cluster: &Cluster) {
    if !answer.payload().is_empty() {
        learn(answer, statement, conn, cluster);
    }
}

#[cold]
fn learn(answer: &Answer, statement: &Prepared, conn: &Conn, cluster: &Cluster) {
    let (Some(routing), Some(table)) = (conn.features().tablets, statement.table_name()) else {
        return;
    };
    let value = answer.prefix().map(|prefix| Tablet::of(prefix, routing));
    match value {
        Some(Ok(Some(tablet))) => cluster.learn(table, tablet),
        Some(Err(malformed)) => {
            tracing::debug!(node = %conn.address(), %malformed, "a tablet cannot be read");
        }
        _ => {}
    }
}
