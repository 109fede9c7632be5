//! Lists, sets and maps: a count, then the elements as `[bytes]`.
//!
//! Outside `frozen`, CQL does not tell an empty collection from null, so null reads as an empty one.

use std::cmp::Ordering;

use super::{Cells, Fault, FromCql};
use crate::wire::put_int;

mod list;
mod map;
mod set;

/// The elements of a collection that has arrived.
struct Elements<'f> {
    /// How many the sender claims. Nothing is allocated by it alone.
    count: usize,
    cells: Cells<'f>,
}

impl<'f> Elements<'f> {
    fn new(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        let (count, cells) = elements(cell.unwrap_or(&[0; 4]))?;
        Ok(Elements { count, cells })
    }

    /// How many elements to make room for: each has at least its length, `cells` times.
    fn room(&self, cells: usize) -> usize {
        self.count.min(self.cells.rest().len() / (4 * cells))
    }

    /// Reads each element into `to`.
    fn each<T: FromCql<'f>>(mut self, mut to: impl FnMut(T)) -> Result<(), Fault> {
        for _ in 0..self.count {
            to(T::take(&mut self.cells)?);
        }
        self.end()
    }

    /// Reads each pair of elements into `to`.
    fn each_pair<K: FromCql<'f>, V: FromCql<'f>>(
        mut self,
        mut to: impl FnMut(K, V),
    ) -> Result<(), Fault> {
        for _ in 0..self.count {
            let key = K::take(&mut self.cells)?;
            to(key, V::take(&mut self.cells)?);
        }
        self.end()
    }

    fn end(&self) -> Result<(), Fault> {
        if self.cells.rest().is_empty() {
            Ok(())
        } else {
            Err(Fault::Length)
        }
    }
}

/// How many elements, or pairs of them, a collection claims to have, and their cells.
pub(super) fn elements(bytes: &[u8]) -> Result<(usize, Cells<'_>), Fault> {
    let (count, rest) = bytes.split_first_chunk().ok_or(Fault::Short)?;
    let count = usize::try_from(i32::from_be_bytes(*count)).map_err(|_| Fault::Length)?;
    Ok((count, Cells::new(rest)))
}

/// Appends a count and what `write` appends for each item.
pub(super) fn put<I: IntoIterator>(
    out: &mut Vec<u8>,
    items: I,
    mut write: impl FnMut(I::Item, &mut Vec<u8>),
) {
    let at = out.len();
    put_int(out, 0);
    let mut count = 0_i32;
    for item in items {
        write(item, out);
        // Saturates like `put_sized`: a frame of two billion elements is refused before it is sent.
        count = count.saturating_add(1);
    }
    if let Some(field) = out.get_mut(at..at + 4) {
        field.copy_from_slice(&count.to_be_bytes());
    }
}

/// Appends a count and what `write` appends for each item: `cells` cells, of which the first decides the order.
/// Then sorts the items, if they do not stand in order already.
pub(super) fn put_sorted<I: IntoIterator>(
    out: &mut Vec<u8>,
    cells: usize,
    items: I,
    write: impl FnMut(I::Item, &mut Vec<u8>),
    order: impl Fn(&[u8], &[u8]) -> Ordering,
) {
    let at = out.len() + 4;
    put(out, items, write);
    let written = out.get(at..).unwrap_or_default();
    if entries(written, cells).is_sorted_by(|a, b| order(a.0, b.0).is_le()) {
        return;
    }
    let mut sorted: Vec<_> = entries(written, cells).collect();
    sorted.sort_by(|a, b| order(a.0, b.0));
    let sorted: Vec<u8> = sorted
        .into_iter()
        .flat_map(|(_, entry)| entry)
        .copied()
        .collect();
    out.truncate(at);
    out.extend_from_slice(&sorted);
}

/// The first cell of each entry, and the whole entry.
fn entries(bytes: &[u8], cells: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut left = Cells::new(bytes);
    std::iter::from_fn(move || {
        let start = left.rest();
        let key = left.next().ok()?.unwrap_or_default();
        for _ in 1..cells {
            left.next().ok()?;
        }
        let entry = start.get(..start.len() - left.rest().len())?;
        Some((key, entry))
    })
}
