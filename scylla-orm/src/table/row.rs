//! One row whose columns are found by name.

use scylla_orm_driver::value::{Cells, Column, Fault, Field};

use super::TableDef;

/// One row whose columns are found by name: the answer to a conditional write, which the servers lay out differently.
#[derive(Debug)]
pub struct NamedRow<'a> {
    columns: &'a [Column],
    cells: Vec<Option<&'a [u8]>>,
}

impl<'a> NamedRow<'a> {
    /// The row at the start of `cells`.
    pub(crate) fn read(columns: &'a [Column], cells: &mut Cells<'a>) -> Result<Self, Fault> {
        let cells = columns
            .iter()
            .map(|_| cells.next())
            .collect::<Result<_, _>>()?;
        Ok(NamedRow { columns, cells })
    }

    /// The cell of a column: `None` if there is no such column, `Some(None)` if it is null.
    pub(crate) fn cell(&self, name: &str) -> Option<Option<&'a [u8]>> {
        let at = self
            .columns
            .iter()
            .position(|column| *column.name == *name)?;
        self.cells.get(at).copied()
    }

    /// The value of a column, for a field; a column that is not there reads as null.
    pub(crate) fn field<F: Field>(&self, name: &str) -> Result<F, Fault> {
        let mut bytes = Vec::new();
        put_cell(self.cell(name).flatten(), &mut bytes);
        F::take(&mut Cells::new(&bytes))
    }

    /// The cells of a model's columns, in the order of its fields.
    pub(crate) fn in_order_of(&self, table: &TableDef) -> Vec<u8> {
        let mut bytes = Vec::new();
        for column in table.columns {
            put_cell(self.cell(column.name).flatten(), &mut bytes);
        }
        bytes
    }

    /// How many columns the answer has.
    pub(crate) fn width(&self) -> usize {
        self.columns.len()
    }

    /// Whether every column but the first is null.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().skip(1).all(Option::is_none)
    }
}

fn put_cell(cell: Option<&[u8]>, out: &mut Vec<u8>) {
    match cell {
        None => scylla_orm_driver::wire::put_int(out, -1),
        Some(cell) => scylla_orm_driver::wire::put_sized(out, |out| out.extend_from_slice(cell)),
    }
}
