//! RESULT, kind Rows: a page of rows.

use bytes::{Buf, Bytes};

use super::{Columns, Described, Metadata};
use crate::frame::Features;
use crate::wire::{Malformed, Reader, TooLong, Why, put_bytes, put_int};

/// A page of rows, undecoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// Columns, and where the next page begins.
    pub metadata: Metadata,
    /// How many rows there are. A page may have none and still not be the last.
    pub count: usize,
    /// The cells of all rows one behind the other, each as `[bytes]`: for
    /// [`Cells`](crate::value::Cells). A slice of the frame.
    pub body: Bytes,
}

impl Rows {
    /// Encodes rows, each a list of cells in the order of the columns; `None` is null.
    ///
    /// # Errors
    /// If a cell, or the number of rows, is more than the protocol can say.
    pub fn new<Row, Cell>(
        metadata: Metadata,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<Self, TooLong>
    where
        Row: IntoIterator<Item = Option<Cell>>,
        Cell: AsRef<[u8]>,
    {
        let (mut count, mut body) = (0, Vec::new());
        for row in rows {
            for cell in row {
                put_bytes(&mut body, cell.as_ref().map(AsRef::as_ref), "cell")?;
            }
            count += 1;
        }
        Ok(Rows {
            metadata,
            count,
            body: body.into(),
        })
    }

    /// Appends it without the kind, and without the columns if the client has asked to `skip` them.
    ///
    /// # Errors
    /// If a name or the number of rows is more than the protocol can say.
    pub fn encode(
        &self,
        skip: bool,
        features: &Features,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        self.metadata.encode(skip, features, out)?;
        let (field, length) = ("rows", self.count);
        put_int(
            out,
            i32::try_from(length).map_err(|_| TooLong { field, length })?,
        );
        out.extend_from_slice(&self.body);
        Ok(())
    }

    /// Reads it from what follows the kind. The cells are not looked at, except that there must be room for as
    /// many as announced: an allocation by [`count`](Rows::count) is bounded by the frame.
    ///
    /// # Errors
    /// If it is cut short, or if columns are left out and `known` does not supply as many.
    pub fn decode(body: Bytes, known: Option<&Columns>) -> Result<Self, Malformed> {
        Ok(Self::decode_again(body, known, None)?.0)
    }

    /// Reads it as [`decode`](Rows::decode) does, and does not read columns again that are described as `before`.
    /// If they are not, returns how they are described now.
    ///
    /// # Errors
    /// As [`decode`](Rows::decode).
    pub fn decode_again(
        mut body: Bytes,
        known: Option<&Columns>,
        before: Option<&Described>,
    ) -> Result<(Self, Option<Described>), Malformed> {
        let mut reader = Reader::new(&body);
        let (metadata, described) = Metadata::decode_again(&mut reader, known, before)?;
        let at = reader.clone();
        let count = reader.count("row count")?;
        let least = count.saturating_mul(metadata.columns.len().max(1) * 4);
        if least > reader.rest().len() {
            return Err(at.malformed("row count", Why::Short));
        }
        if metadata.columns.is_empty() && count > 0 {
            return Err(at.malformed("row count", Why::Length));
        }
        let offset = reader.offset();
        body.advance(offset);
        let rows = Rows {
            metadata,
            count,
            body,
        };
        Ok((rows, described))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check;
    use crate::frame::response::{QueryResult, Response};
    use crate::value::{Column, Type};

    fn column(table: &str, name: &str, ty: Type) -> Column {
        Column {
            keyspace: "system".into(),
            table: table.into(),
            name: name.into(),
            ty,
        }
    }

    fn check(rows: &Rows, body: &str) {
        let response = Response::Result(QueryResult::Rows(rows.clone()));
        check::response(&Features::default(), &response, body);
    }

    #[test]
    fn one_row_of_one_column() {
        let columns: Columns = [column("local", "key", Type::Text)].into();
        let rows = Rows::new(Metadata::new(columns), [[Some("local")]]).unwrap();
        check(
            &rows,
            "00000002 00000001 00000001 000673797374656d 00056c6f63616c 00036b6579 000d
             00000001 00000005 6c6f63616c",
        );
    }

    #[test]
    fn more_pages_nulls_and_columns_of_two_tables() {
        let columns: Columns = [column("a", "x", Type::Int), column("b", "y", Type::Blob)].into();
        let mut metadata = Metadata::new(columns);
        metadata.paging_state = Some(Bytes::from_static(&[0xab]));
        let cells = [[Some(&[0, 0, 0, 7][..]), None], [None, Some(&[])]];
        let rows = Rows::new(metadata, cells).unwrap();
        check(
            &rows,
            "00000002 00000002 00000002 00000001 ab
             000673797374656d 0001 61 0001 78 0009 000673797374656d 0001 62 0001 79 0003
             00000002 00000004 00000007 ffffffff ffffffff 00000000",
        );
    }

    #[test]
    fn columns_that_are_left_out_are_supplied() {
        let columns: Columns = [column("local", "key", Type::Text)].into();
        let mut metadata = Metadata::new(columns.clone());
        metadata.paging_state = Some(Bytes::from_static(&[0xab]));
        let rows = Rows::new(metadata, [[Some("local")]]).unwrap();
        let mut out = Vec::new();
        rows.encode(true, &Features::default(), &mut out).unwrap();
        let expected = check::hex("00000006 00000001 00000001 ab 00000001 00000005 6c6f63616c");
        assert_eq!(check::digits(&out), check::digits(&expected));

        let body = Bytes::from(out);
        let read = Rows::decode(body.clone(), Some(&columns)).unwrap();
        assert_eq!(read, rows);
        assert!(std::sync::Arc::ptr_eq(&read.metadata.columns, &columns));
        let within = body.as_ptr_range().contains(&read.body.as_ptr());
        assert!(within, "the rows were copied");
        assert!(Rows::decode(body.clone(), None).is_err());
        let two: Columns = [columns[0].clone(), columns[0].clone()].into();
        let refused = Rows::decode(body, Some(&two)).unwrap_err();
        assert_eq!((refused.field, refused.why), ("column count", Why::Length));
    }

    #[test]
    fn a_server_that_says_all_flags_is_understood() {
        // Flags 7, seen from Cassandra: same table, more pages, no columns.
        let columns: Columns = [column("local", "key", Type::Text)].into();
        let body = check::hex("00000007 00000001 00000001 ab 00000001 ffffffff");
        let read = Rows::decode(body.into(), Some(&columns)).unwrap();
        assert_eq!((read.count, read.metadata.columns), (1, columns.clone()));
        // Flag 8: the columns have changed, and come although they were to be left out.
        let body = check::hex(
            "00000009 00000001 0001 ee 0002 6b73 0001 74 0001 61 0009 00000001 ffffffff",
        );
        let read = Rows::decode(body.into(), Some(&columns)).unwrap();
        assert_eq!(&*read.metadata.columns[0].name, "a");
        assert_eq!(read.metadata.changed_id, Some(Bytes::from_static(&[0xee])));
    }

    #[test]
    fn rows_that_cannot_be_there() {
        let columns: Columns = [column("local", "key", Type::Text)].into();
        let why = |body: &str, known| {
            let body = check::hex(body).into();
            Rows::decode(body, known).map_err(|malformed| malformed.why)
        };
        let claimed = "00000004 00000001 7fffffff 00000005 6c6f63616c";
        assert_eq!(why(claimed, Some(&columns)), Err(Why::Short));
        assert_eq!(
            why("00000000 00000000 00000001 ffffffff", None),
            Err(Why::Length)
        );
        assert_eq!(
            why("00000004 00000001 ffffffff", Some(&columns)),
            Err(Why::Length)
        );
    }
}
