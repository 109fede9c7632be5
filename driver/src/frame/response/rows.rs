//! RESULT, kind Rows: a page of rows.

use bytes::{Buf, Bytes};

use super::{Columns, Metadata};
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
    pub fn decode(mut body: Bytes, known: Option<&Columns>) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&body);
        let metadata = Metadata::decode(&mut reader, known)?;
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
        Ok(Rows {
            metadata,
            count,
            body,
        })
    }
}
