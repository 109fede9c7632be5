//! Frames of servers as answers.

use bytes::Buf;

use crate::conn::Conn;
use crate::error::ErrorKind;
use crate::frame::response::{Prefix, QueryResult, Response};
use crate::frame::{Flags, Frame, Opcode};
use crate::session::Answer;
use crate::session::answer::Content;
use crate::statement::Prepared;
use crate::wire::Reader;

/// Reads an answer to a request that was sent on `conn`; `statement` remembers how its columns are described.
#[inline]
pub(super) fn answer(
    mut frame: Frame,
    conn: &Conn,
    statement: Option<&Prepared>,
) -> Result<Answer, ErrorKind> {
    if frame.opcode != Opcode::Result {
        return Err(other(frame, conn));
    }
    let prefix = match frame.flags {
        Flags::NONE => None,
        _ => Some(Box::new(prefix(&mut frame)?)),
    };
    let (result, described) = {
        let seen = statement.map(Prepared::seen);
        let seen = seen.as_ref().and_then(|s| s.as_deref());
        QueryResult::decode_again(frame.body, conn.features(), seen)
            .map_err(ErrorKind::Malformed)?
    };
    if let (Some(statement), Some(described)) = (statement, described) {
        statement.see(described);
    }
    let content = match result {
        QueryResult::Void => Content::Void,
        QueryResult::Rows(rows) => Content::Rows(rows),
        QueryResult::SchemaChange(change) => Content::Schema(Box::new(change)),
        QueryResult::Prepared(prepared) => Content::Prepared(Box::new(prepared)),
        QueryResult::SetKeyspace(keyspace) => {
            return Err(ErrorKind::Unexpected {
                found: format!("keyspace `{keyspace}` set").into(),
                expected: "rows or nothing",
            });
        }
    };
    Ok(Answer::new(content, prefix, conn.address(), conn.shard()))
}

/// Takes what stands before the message off the body.
fn prefix(frame: &mut Frame) -> Result<Prefix, ErrorKind> {
    let mut reader = Reader::new(&frame.body);
    let prefix = Prefix::decode(frame.flags, &mut reader).map_err(ErrorKind::Malformed)?;
    let length = reader.offset();
    frame.body.advance(length);
    frame.flags = Flags::NONE;
    Ok(prefix)
}

/// An error, or what is no answer.
#[cold]
fn other(frame: Frame, conn: &Conn) -> ErrorKind {
    match frame.response(conn.features(), None) {
        Ok((_, Response::Error(error))) => error.into(),
        Ok((_, other)) => ErrorKind::Unexpected {
            found: other.opcode().to_string().into(),
            expected: "RESULT",
        },
        Err(malformed) => ErrorKind::Malformed(malformed),
    }
}
