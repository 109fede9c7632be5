//! Rows of system tables. Their columns differ between servers and versions, so they are read by name, and what is
//! missing, null or of another type is simply not there.

use crate::frame::response::Rows;
use crate::value::{Cells, Column, Fault, FromCql};

/// One row of a system table.
#[derive(Debug)]
pub(super) struct Record<'a> {
    columns: &'a [Column],
    cells: Vec<Option<&'a [u8]>>,
}

/// The rows of a page. The first fault ends them: what comes after it has no known place.
pub(super) fn records(rows: &Rows) -> Result<Vec<Record<'_>>, Fault> {
    let mut cells = Cells::new(&rows.body);
    (0..rows.count)
        .map(|_| {
            let columns: &[Column] = &rows.metadata.columns;
            let cells = columns
                .iter()
                .map(|_| cells.next())
                .collect::<Result<_, _>>()?;
            Ok(Record { columns, cells })
        })
        .collect()
}

impl<'a> Record<'a> {
    /// The cell of that column, if it has a value that can be read as `T`.
    pub(super) fn read<T: FromCql<'a>>(&self, name: &str) -> Option<T> {
        let at = self.columns.iter().position(|c| &*c.name == name)?;
        let (column, cell) = (self.columns.get(at)?, self.cells.get(at)?);
        if cell.is_none() || !T::accepts(&column.ty) {
            return None;
        }
        T::decode(*cell).ok()
    }

    /// The cell of a text column; empty if there is none.
    pub(super) fn text(&self, name: &str) -> String {
        self.read(name).unwrap_or_default()
    }

    /// All columns that have a value, with their bytes.
    pub(super) fn present(&self) -> impl Iterator<Item = (&'a Column, &'a [u8])> {
        let cells = self.cells.iter().copied();
        self.columns
            .iter()
            .zip(cells)
            .filter_map(|(column, cell)| Some((column, cell?)))
    }
}
