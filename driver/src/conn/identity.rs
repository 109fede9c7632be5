//! Which node a connection leads to: an address may be another node's by now.

use std::sync::Arc;

use uuid::Uuid;

use crate::conn::Conn;
use crate::conn::failure::{Failure, Step};
use crate::frame::request::Query;
use crate::frame::response::{QueryResult, Response, Rows};
use crate::frame::{Consistency, Opcode, Params};
use crate::value::{Cells, FromCql};

/// What ScyllaDB says it with, since 2026.3; others are asked.
const OPTION: &str = "SCYLLA_HOST_ID";
const QUESTION: &str = "SELECT host_id FROM system.local WHERE key = 'local'";

impl Conn {
    /// The host id of the node at the other end; `None` if it does not tell.
    ///
    /// # Errors
    ///
    /// If the connection ends, or the answer does not come within [`step_timeout`](crate::conn::config::ConnConfig::step_timeout).
    ///
    /// # Cancel safety
    ///
    /// May be dropped at any time.
    pub async fn host_id(self: &Arc<Self>) -> Result<Option<Uuid>, Failure> {
        let told = self.supported().first(OPTION);
        if let Some(told) = told.and_then(|text| Uuid::parse_str(text).ok()) {
            return Ok(Some(told));
        }
        let query = Query {
            text: QUESTION,
            params: Params {
                consistency: Consistency::One,
                ..Params::default()
            },
        };
        let features = *self.features();
        let deadline = self.deadlines().after(self.link().config.step_timeout);
        let asked =
            Arc::clone(self).request(Opcode::Query, deadline, |out| query.encode(&features, out));
        let frame = asked.await.map_err(|failure| match failure {
            Failure::Timeout { sent, .. } => Failure::Timeout {
                step: Step::Identity,
                sent,
            },
            other => other,
        })?;
        match frame.response(&features, None) {
            Ok((_, Response::Result(QueryResult::Rows(rows)))) => Ok(first(&rows)),
            // It works otherwise, and what it is is said in system.peers.
            Ok(_) => Ok(None),
            Err(error) => Err(Failure::Malformed {
                step: Step::Identity,
                error,
            }),
        }
    }

    /// The connection, if it leads to the node with that host id or to one that does not tell.
    ///
    /// # Errors
    ///
    /// [`Failure::OtherNode`], and those of [`host_id`](Conn::host_id). The connection closes in order then.
    pub(crate) async fn expect(self: Arc<Self>, expected: Uuid) -> Result<Arc<Self>, Failure> {
        match self.host_id().await? {
            Some(found) if found != expected => Err(Failure::OtherNode { expected, found }),
            _ => Ok(self),
        }
    }
}

fn first(rows: &Rows) -> Option<Uuid> {
    let column = rows.metadata.columns.first()?;
    let cell = Cells::new(&rows.body).next().ok()?;
    if rows.count == 0 || cell.is_none() || !Uuid::accepts(&column.ty) {
        return None;
    }
    Uuid::decode(cell).ok()
}
