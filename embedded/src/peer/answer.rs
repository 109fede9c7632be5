//! What a request is answered, and how that becomes bytes.

use std::time::Duration;

use bytes::Bytes;
use scylla_orm_driver::frame::response::{
    Metadata, Prefix, QueryResult, Ready, Response, Rows, ServerError, ServerErrorKind, Tablet,
};
use scylla_orm_driver::frame::{self, Compression, Features, Payload, TabletRouting};
use scylla_orm_driver::wire::TooLong;

use crate::exec;
use crate::failure::Failure;
use crate::node::prepared;

/// How messages look on a connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Format {
    pub(super) features: Features,
    /// How bodies are compressed. In version 5 segments are.
    pub(super) compression: Option<Compression>,
}

/// The answer to a request.
pub(super) struct Answer {
    prefix: Prefix,
    response: Response,
    /// The client knows the columns of the rows.
    skip_metadata: bool,
    /// The connection ends after it.
    pub(super) closes: bool,
    /// How long it is waited for before it is given, by the cluster's clock.
    pub(super) after: Duration,
}

/// What a client knows of the columns of the rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known<'a> {
    /// It wants them left out, or not.
    Skip(bool),
    /// The same, if this is still their id.
    Id { id: &'a [u8], skip: bool },
}

impl Answer {
    pub(super) fn of(response: Response) -> Self {
        Answer {
            prefix: Prefix::default(),
            response,
            skip_metadata: false,
            closes: false,
            after: Duration::ZERO,
        }
    }

    pub(super) fn error(error: ServerError) -> Self {
        Answer::of(Response::Error(error))
    }

    /// An error after which the connection ends.
    pub(super) fn last(error: ServerError) -> Self {
        Answer {
            closes: true,
            ..Answer::error(error)
        }
    }

    /// What the engine refused.
    pub(super) fn failure(failure: Failure) -> Self {
        Answer {
            after: failure.after,
            ..Answer::error(failure.into())
        }
    }

    pub(super) fn ready() -> Self {
        Answer::of(Response::Ready(Ready))
    }

    pub(super) fn result(result: QueryResult, warnings: Vec<String>) -> Self {
        let mut answer = Answer::of(Response::Result(result));
        answer.prefix.warnings = warnings;
        answer
    }

    /// Tells the client of a tablet, if this is a good answer.
    pub(super) fn tell(&mut self, tablet: &Tablet, routing: TabletRouting) {
        if matches!(self.response, Response::Result(_)) {
            let mut value = Vec::new();
            tablet.encode(&mut value);
            let told = (routing.key().to_owned(), Some(Bytes::from(value)));
            self.prefix.payload.push(told);
        }
    }

    /// Tells the client its own payload, if this is a good answer.
    pub(super) fn echo(&mut self, payload: &Payload) {
        if matches!(self.response, Response::Result(_)) {
            self.prefix.payload.extend_from_slice(payload);
        }
    }

    /// Rows that a statement read.
    pub(super) fn rows(rows: exec::Rows, known: Known<'_>) -> Self {
        let mut metadata = Metadata::new(rows.columns);
        let skip_metadata = match known {
            Known::Skip(skip) => skip,
            Known::Id { id, skip } => {
                let now = prepared::result_id(&metadata.columns);
                let changed = now[..] != *id;
                metadata.changed_id = changed.then(|| Bytes::copy_from_slice(&now));
                skip && !changed
            }
        };
        metadata.paging_state = rows.paging_state.map(Bytes::from);
        match Rows::new(metadata, rows.rows) {
            Ok(encoded) => Answer {
                skip_metadata,
                ..Answer::result(QueryResult::Rows(encoded), rows.warnings)
            },
            Err(error) => Answer::error(unsendable(error)),
        }
    }

    /// Appends it as a frame.
    pub(super) fn put(&self, stream: i16, format: &Format, out: &mut Vec<u8>) {
        let (at, features) = (out.len(), &format.features);
        if let Err(error) = self.encode(stream, features, out) {
            out.truncate(at);
            let instead = Answer::error(unsendable(error));
            // A short text always fits.
            instead
                .encode(stream, features, out)
                .unwrap_or_else(|_| out.truncate(at));
        }
        // Servers compress whatever they answer.
        if let Some(compression) = format.compression {
            compression.compress_always(out, at);
        }
    }

    fn encode(&self, stream: i16, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        let at = frame::begin(
            out,
            features.version,
            self.response.opcode(),
            stream,
            self.prefix.flags(),
        );
        self.prefix.encode(out)?;
        match &self.response {
            Response::Result(result) => {
                result.encode_skipping(self.skip_metadata, features, out)?
            }
            other => other.encode(features, out)?,
        }
        frame::finish(out, at)
    }
}

fn unsendable(error: TooLong) -> ServerError {
    ServerError::new(
        ServerErrorKind::Server,
        format!("the answer cannot be sent: {error}"),
    )
}
