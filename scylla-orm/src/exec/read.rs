//! From the bytes of a page to rows, and what is said when they are not what the model needs.

use scylla_orm_driver::frame::response::Rows;
use scylla_orm_driver::value::{Cells, Fault, Type};

use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

/// Reads a row whose cells stand in the order in which the statement selects them; a fault comes with the place of
/// its column there. A plain function, so that futures are typed by what they return and by nothing else.
pub(crate) type ReadRow<T> = fn(&mut Cells<'_>) -> Result<T, (u16, Fault)>;

/// Adds the rows of a page, as many as `most`, to those that there are already.
///
/// # Errors
/// [`ErrorKind::Decode`]; its row is counted from the first page on.
pub(super) fn read_page<T>(
    table: &TableDef,
    page: &Rows,
    most: usize,
    read: ReadRow<T>,
    rows: &mut Vec<T>,
) -> Result<()> {
    let count = page.count.min(most);
    let mut cells = Cells::new(&page.body);
    // The driver has compared the count with the length of the body, so that this allocation is bounded by it.
    rows.reserve(count);
    for _ in 0..count {
        match read(&mut cells) {
            Ok(row) => rows.push(row),
            Err((column, fault)) => return Err(broken(table, page, column, rows.len(), fault)),
        }
    }
    Ok(())
}

/// A cell that is not what its field needs.
#[cold]
pub(super) fn broken(
    table: &TableDef,
    page: &Rows,
    column: u16,
    row: usize,
    fault: Fault,
) -> Error {
    let column = page.metadata.columns.get(usize::from(column));
    Error::new(ErrorKind::Decode {
        column: column.map_or_else(|| "?".into(), |column| column.name.clone()),
        ty: column.map_or(Type::Blob, |column| column.ty.clone()),
        row,
        fault,
    })
    .of(table.model)
}
