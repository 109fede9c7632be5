//! RESULT: what a statement gave.

use bytes::{Buf, Bytes};

use super::{Columns, Described, Prepared, Rows, SchemaChange};
use crate::frame::{Features, Opcode};
use crate::wire::{Malformed, Reader, TooLong, Why, put_int, put_string};

/// Answers QUERY, EXECUTE, BATCH and PREPARE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryResult {
    /// Done; there is nothing to say.
    Void,
    /// A page of rows.
    Rows(Rows),
    /// The connection's keyspace is now this one.
    SetKeyspace(String),
    /// The statement is kept.
    Prepared(Prepared),
    /// The schema changed.
    SchemaChange(SchemaChange),
}

const VOID: i32 = 1;
const ROWS: i32 = 2;
const SET_KEYSPACE: i32 = 3;
const PREPARED: i32 = 4;
const SCHEMA_CHANGE: i32 = 5;

impl QueryResult {
    /// RESULT
    pub const OPCODE: Opcode = Opcode::Result;

    /// Appends its body; rows with their columns.
    ///
    /// # Errors
    /// If a text or a list in it is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        self.encode_skipping(false, features, out)
    }

    /// Appends its body; rows without their columns if the client has asked to skip them.
    ///
    /// # Errors
    /// If a text or a list in it is longer than the protocol can say.
    pub fn encode_skipping(
        &self,
        skip_metadata: bool,
        features: &Features,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        match self {
            QueryResult::Void => {
                put_int(out, VOID);
                Ok(())
            }
            QueryResult::Rows(rows) => {
                put_int(out, ROWS);
                rows.encode(skip_metadata, features, out)
            }
            QueryResult::SetKeyspace(keyspace) => {
                put_int(out, SET_KEYSPACE);
                put_string(out, keyspace, "keyspace")
            }
            QueryResult::Prepared(prepared) => {
                put_int(out, PREPARED);
                prepared.encode(features, out)
            }
            QueryResult::SchemaChange(change) => {
                put_int(out, SCHEMA_CHANGE);
                change.encode(out)
            }
        }
    }

    /// Reads its body. Rows stay a slice of it; `known` are their columns if they come without.
    ///
    /// # Errors
    /// If it is no RESULT, is cut short, or lacks columns that nobody knows.
    pub fn decode(
        body: Bytes,
        features: &Features,
        known: Option<&Columns>,
    ) -> Result<Self, Malformed> {
        Ok(Self::read(body, features, known, None)?.0)
    }

    /// Reads its body, and does not read columns again that are described as `before`: for statements that are
    /// executed often. If they are not, returns how they are described now. `known` are the columns of rows that come
    /// without.
    ///
    /// # Errors
    /// As [`decode`](QueryResult::decode).
    pub fn decode_again(
        body: Bytes,
        features: &Features,
        known: Option<&Columns>,
        before: Option<&Described>,
    ) -> Result<(Self, Option<Described>), Malformed> {
        Self::read(body, features, known, before)
    }

    fn read(
        mut body: Bytes,
        features: &Features,
        known: Option<&Columns>,
        before: Option<&Described>,
    ) -> Result<(Self, Option<Described>), Malformed> {
        let mut reader = Reader::new(&body);
        let at = reader.clone();
        let result = match reader.int("result kind")? {
            VOID => QueryResult::Void,
            ROWS => {
                let kind = reader.offset();
                body.advance(kind);
                let (rows, described) = Rows::decode_again(body, known, before)
                    .map_err(|malformed| malformed.behind(kind))?;
                return Ok((QueryResult::Rows(rows), described));
            }
            SET_KEYSPACE => QueryResult::SetKeyspace(reader.string("keyspace")?.to_owned()),
            PREPARED => QueryResult::Prepared(Prepared::decode(&mut reader, features)?),
            SCHEMA_CHANGE => QueryResult::SchemaChange(SchemaChange::decode(&mut reader)?),
            _ => return Err(at.malformed("result kind", Why::Unknown)),
        };
        Ok((result, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check;
    use crate::frame::response::Response;

    #[test]
    fn bytes() {
        let check = |result: QueryResult, body: &str| {
            check::response(&Features::default(), &Response::Result(result), body);
        };
        check(QueryResult::Void, "00000001");
        check(
            QueryResult::SetKeyspace("ks".to_owned()),
            "00000003 0002 6b73",
        );
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        let body = Bytes::from_static(&[0, 0, 0, 6]);
        let refused = QueryResult::decode(body, &Features::default(), None).unwrap_err();
        assert_eq!((refused.offset, refused.why), (0, Why::Unknown));
    }
}
