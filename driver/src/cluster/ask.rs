//! The driver's own questions: one connection, a deadline for each, no retry.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::cluster::failure::of_request;
use crate::conn::Conn;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::request::{Query, Register};
use crate::frame::response::{EventKind, QueryResult, Response, Rows};
use crate::frame::{Consistency, Opcode, Params, Unreadable, Values};
use crate::value::ToRow;
use crate::wire::{Malformed, TooLong, Why};

/// Rows per page: the answer to one question never is too much for a connection that is read from all the time.
const PAGE: i32 = 1000;

/// No system table has as many pages; a server that always says that there is one more must not be listened to for ever.
const MOST_PAGES: usize = 10_000;

/// Asks one node.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    conn: Arc<Conn>,
    timeout: Duration,
}

impl Asker {
    pub(super) fn new(conn: Arc<Conn>, timeout: Duration) -> Asker {
        Asker { conn, timeout }
    }

    /// How long an answer may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.conn.address()
    }

    /// All rows of a query on a system table, page after page; each page has a deadline of its own.
    ///
    /// # Errors
    /// Also if the pages do not come to an end, or their columns differ.
    pub(super) async fn ask(&self, cql: &str, values: impl ToRow) -> Result<Rows> {
        let mut bytes = Vec::new();
        let values = Values::new(values.write_row(&[], &mut bytes), &bytes);
        let mut rows = self.page(cql, values, None).await?;
        let Some(mut next) = rows.metadata.paging_state.take() else {
            return Ok(rows);
        };
        let mut body = BytesMut::from(rows.body);
        for _ in 1..MOST_PAGES {
            let page = self.page(cql, values, Some(&next)).await?;
            if page.metadata.columns != rows.metadata.columns {
                return Err(self.broken());
            }
            body.extend_from_slice(&page.body);
            rows.count += page.count;
            match page.metadata.paging_state {
                Some(state) => next = state,
                None => {
                    rows.body = body.freeze();
                    return Ok(rows);
                }
            }
        }
        Err(self.broken())
    }

    /// The page that begins there. ScyllaDB is told when nobody waits for it any more: else it goes on, under the longer
    /// timeout of its own.
    async fn page(&self, cql: &str, values: Values<'_>, state: Option<&Bytes>) -> Result<Rows> {
        let limited = self.limited(cql);
        let query = Query {
            text: limited.as_deref().unwrap_or(cql),
            params: Params {
                consistency: Consistency::One,
                values,
                page_size: Some(PAGE),
                paging_state: state.map(|state| &**state),
                ..Params::default()
            },
        };
        let features = *self.conn.features();
        let response = self
            .send(Opcode::Query, |out| query.encode(&features, out))
            .await
            .map_err(|e| e.of_statement(&cql.into()))?;
        match response {
            Response::Result(QueryResult::Rows(rows)) => Ok(rows),
            other => Err(self.unexpected(&other, "rows")),
        }
    }

    /// With a limit of time, which Cassandra does not know. A server that tells of shards is ScyllaDB.
    fn limited(&self, cql: &str) -> Option<String> {
        self.conn.sharding()?;
        let limit = self.timeout.as_millis().max(1);
        Some(format!("{cql} USING TIMEOUT {limit}ms"))
    }

    /// Asks for events of all kinds on this connection.
    pub(super) async fn register(&self) -> Result<()> {
        let register = Register {
            events: EventKind::ALL.map(EventKind::name).to_vec(),
        };
        match self
            .send(Opcode::Register, |out| register.encode(out))
            .await?
        {
            Response::Ready(_) => Ok(()),
            other => Err(self.unexpected(&other, "READY")),
        }
    }

    async fn send(
        &self,
        opcode: Opcode,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), TooLong>,
    ) -> Result<Response> {
        let deadline = self.conn.deadlines().after(self.timeout);
        let frame = self
            .conn
            .clone()
            .request(opcode, deadline, body)
            .await
            .map_err(|failure| self.error(of_request(&failure, self.timeout)))?;
        match frame.response(self.conn.features(), None) {
            Ok((_, Response::Error(error))) => Err(self.error(error.into())),
            Ok((_, response)) => Ok(response),
            Err(malformed) => Err(self.error(ErrorKind::Malformed(malformed))),
        }
    }

    /// Cells that do not add up to rows.
    pub(super) fn broken(&self) -> Error {
        self.error(ErrorKind::Malformed(Unreadable {
            opcode: Opcode::Result,
            stream: 0,
            malformed: Malformed {
                offset: 0,
                field: "rows",
                why: Why::Short,
            },
        }))
    }

    fn unexpected(&self, found: &Response, expected: &'static str) -> Error {
        let found = found.opcode().to_string().into();
        self.error(ErrorKind::Unexpected { found, expected })
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind).at(self.conn.address(), self.conn.shard())
    }
}
