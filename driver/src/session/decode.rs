//! Frames of servers as answers.

use crate::conn::Conn;
use crate::error::ErrorKind;
use crate::frame::response::{Metadata, QueryResult, Response};
use crate::frame::{Frame, Opcode};
use crate::session::Answer;
use crate::session::answer::Content;
use crate::statement::{Prepared, Sent};

/// Reads an answer to a request that was sent on `conn`; `statement` remembers how its columns are described, and what
/// was `sent` of it says which they are if the answer leaves them out.
#[inline]
pub(super) fn answer(
    frame: Frame,
    conn: &Conn,
    statement: Option<&Prepared>,
    sent: &Sent,
) -> Result<Answer, ErrorKind> {
    if frame.opcode != Opcode::Result {
        return Err(other(frame, conn));
    }
    let answered = {
        let known = sent.as_ref().map(|sent| &sent.columns);
        let known = known.filter(|columns| !columns.is_empty());
        let seen = statement.map(Prepared::seen);
        let seen = seen.as_ref().and_then(|s| s.as_deref());
        frame
            .result(conn.features(), known, seen)
            .map_err(ErrorKind::Malformed)?
    };
    if let (Some(statement), Some(described)) = (statement, answered.described) {
        statement.see(described);
    }
    let content = match answered.result {
        QueryResult::Void => Content::Void,
        QueryResult::Rows(rows) => {
            let Metadata {
                columns,
                changed_id,
                ..
            } = &rows.metadata;
            if let (Some(statement), Some(sent), Some(id)) = (statement, sent, changed_id) {
                statement.learn(sent, id, columns);
            }
            Content::Rows(rows)
        }
        QueryResult::SchemaChange(change) => Content::Schema(Box::new(change)),
        QueryResult::Prepared(prepared) => Content::Prepared(Box::new(prepared)),
        QueryResult::SetKeyspace(keyspace) => {
            return Err(ErrorKind::Unexpected {
                found: format!("keyspace `{keyspace}` set").into(),
                expected: "rows or nothing",
            });
        }
    };
    let prefix = answered.prefix;
    Ok(Answer::new(content, prefix, conn.address(), conn.shard()))
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
