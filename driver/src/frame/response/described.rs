//! Columns that are described by the same bytes as in an earlier answer.
//!
//! A prepared statement's answers describe their columns each time: only so is a table that was altered in between
//! never misread. But equal bytes describe equal columns, so they are compared, not read again.

use super::Columns;
use super::metadata::read_columns;
use crate::wire::{Malformed, Reader};

/// The columns of an answer, and the bytes that described them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    same_table: bool,
    bytes: Box<[u8]>,
    columns: Columns,
}

impl Described {
    /// The columns, if `reader` stands before the same description, which it then has passed.
    fn recognise(
        &self,
        reader: &mut Reader<'_>,
        count: usize,
        same_table: bool,
    ) -> Option<Columns> {
        let same = count == self.columns.len()
            && same_table == self.same_table
            && reader.rest().starts_with(&self.bytes);
        if !same {
            return None;
        }
        reader.take(self.bytes.len(), "columns").ok()?;
        Some(self.columns.clone())
    }

    /// Reads `count` columns, and remembers them if they are not those of `before`.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        count: usize,
        same_table: bool,
        before: Option<&Described>,
    ) -> Result<(Columns, Option<Described>), Malformed> {
        if let Some(columns) = before.and_then(|b| b.recognise(reader, count, same_table)) {
            return Ok((columns, None));
        }
        let (all, start) = (reader.rest(), reader.offset());
        let columns = read_columns(reader, count, same_table)?;
        let bytes = all.get(..reader.offset() - start).unwrap_or_default();
        let described = Described {
            same_table,
            bytes: bytes.into(),
            columns: columns.clone(),
        };
        Ok((columns, Some(described)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Features;
    use crate::frame::response::{Metadata, QueryResult, Rows};
    use crate::value::{Column, Type};
    use bytes::Bytes;
    use std::sync::Arc;

    fn answer(ty: Type) -> Bytes {
        let column = Column {
            keyspace: "k".into(),
            table: "t".into(),
            name: "c".into(),
            ty,
        };
        let rows = Rows::new(Metadata::new([column].into()), [[Some([0, 0, 0, 1])]]).unwrap();
        let mut body = Vec::new();
        QueryResult::Rows(rows)
            .encode(&Features::default(), &mut body)
            .unwrap();
        body.into()
    }

    fn read(body: Bytes, before: Option<&Described>) -> (Rows, Option<Described>) {
        let (result, described) =
            QueryResult::decode_again(body, &Features::default(), None, before).unwrap();
        match result {
            QueryResult::Rows(rows) => (rows, described),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn equal_bytes_share_columns_and_others_are_read() {
        let (first, described) = read(answer(Type::Int), None);
        let described = described.unwrap();
        let (second, again) = read(answer(Type::Int), Some(&described));
        assert!(again.is_none());
        assert_eq!(first, second);
        assert!(Arc::ptr_eq(
            &first.metadata.columns,
            &second.metadata.columns
        ));
        let (altered, again) = read(answer(Type::Float), Some(&described));
        assert_eq!(altered.metadata.columns[0].ty, Type::Float);
        assert!(again.is_some());
    }
}
