//! How large a write is, and how large it may be.

use crate::failure::Failure;
use crate::store::cell::{Cell, Content};
use crate::store::partition::{Change, RowChange};
use crate::store::row::{Row, Stored};

/// Half a segment of the commit log, in bytes, on both servers.
const LARGEST: usize = 16 * 1024 * 1024;

/// What is stored of a cell beside its value: timestamp, flags, TTL.
const OVERHEAD: usize = 16;

/// Refuses a change that no server would put into its commit log.
///
/// # Errors
/// With its size and the largest one.
pub(crate) fn check(change: &Change) -> Result<(), Failure> {
    let size = of(change);
    if size <= LARGEST {
        return Ok(());
    }
    Err(Failure::server(format!(
        "Mutation of {size} bytes is too large for the maximum size of {LARGEST}"
    )))
}

/// About how many bytes a change is on its way to a replica.
pub(crate) fn of(change: &Change) -> usize {
    let rows = change.rows.iter().map(|(position, row)| {
        let key: usize = position.values().iter().map(Vec::len).sum();
        key + of_change(row)
    });
    rows.sum::<usize>() + change.statics.as_ref().map_or(0, of_change)
}

fn of_change(change: &RowChange) -> usize {
    OVERHEAD * change.counters.len() + of_row(&change.row)
}

fn of_row(row: &Row) -> usize {
    let columns = row.columns.values().map(|stored| match stored {
        Stored::Atomic(cell) => of_cell(cell),
        Stored::Elements(elements) => {
            let cells = elements.cells.iter();
            cells.map(|(key, cell)| key.len() + of_cell(cell)).sum()
        }
    });
    columns.sum()
}

fn of_cell(cell: &Cell) -> usize {
    OVERHEAD
        + match &cell.content {
            Content::Live { value, .. } => value.len(),
            Content::Dead { .. } => 0,
        }
}
