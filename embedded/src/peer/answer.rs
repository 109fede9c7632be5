//! What a request is answered, and how that becomes bytes.

use bytes::Bytes;
use scylla_orm_driver::frame::response::{
    Metadata, Prefix, QueryResult, Ready, Response, Rows, ServerError, ServerErrorKind,
};
use scylla_orm_driver::frame::{self, Features, Version};
use scylla_orm_driver::wire::TooLong;

use crate::exec;
use crate::failure::Failure;

/// The answer to a request.
pub(super) struct Answer {
    prefix: Prefix,
    response: Response,
    /// The client knows the columns of the rows.
    skip_metadata: bool,
    /// The connection ends after it.
    pub(super) closes: bool,
}

impl Answer {
    pub(super) fn of(response: Response) -> Self {
        Answer {
            prefix: Prefix::default(),
            response,
            skip_metadata: false,
            closes: false,
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
        Answer::error(failure.into())
    }

    pub(super) fn ready() -> Self {
        Answer::of(Response::Ready(Ready))
    }

    pub(super) fn result(result: QueryResult, warnings: Vec<String>) -> Self {
        let mut answer = Answer::of(Response::Result(result));
        answer.prefix.warnings = warnings;
        answer
    }

    /// Rows that a statement read.
    pub(super) fn rows(rows: exec::Rows, skip_metadata: bool) -> Self {
        let mut metadata = Metadata::new(rows.columns);
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
    pub(super) fn put(&self, stream: i16, features: &Features, out: &mut Vec<u8>) {
        let at = out.len();
        if let Err(error) = self.encode(stream, features, out) {
            out.truncate(at);
            let instead = Answer::error(unsendable(error));
            // A short text always fits.
            instead
                .encode(stream, features, out)
                .unwrap_or_else(|_| out.truncate(at));
        }
    }

    fn encode(&self, stream: i16, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        let at = frame::begin(
            out,
            Version::V4,
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
