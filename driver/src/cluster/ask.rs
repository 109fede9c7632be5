//! The driver's own questions: one connection, a deadline for each, no retry.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::cluster::failure::of_request;
use crate::conn::Conn;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::request::{Query, Register};
use crate::frame::response::{EventKind, QueryResult, Response, Rows};
use crate::frame::{Consistency, Opcode, Params, Unreadable, Values};
use crate::value::ToRow;
use crate::wire::{Malformed, TooLong, Why};

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

    pub(super) fn address(&self) -> SocketAddr {
        self.conn.address()
    }

    /// All rows of a query on a system table.
    pub(super) async fn ask(&self, cql: &str, values: impl ToRow) -> Result<Rows> {
        let mut bytes = Vec::new();
        let count = values.write_row(&[], &mut bytes);
        let query = Query {
            text: cql,
            params: Params {
                consistency: Consistency::One,
                values: Values::new(count, &bytes),
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
