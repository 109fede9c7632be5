//! Lists, sets and maps: a count, then the elements as `[bytes]`.
//!
//! Outside `frozen`, CQL does not tell an empty collection from null, so null reads as an empty one.

use std::cmp::Ordering;

use super::{Cells, Fault, FromCql, Type};
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

    /// Reads each element, of type `ty`, into `to`.
    fn each_as<T: FromCql<'f>>(mut self, ty: &Type, mut to: impl FnMut(T)) -> Result<(), Fault> {
        for _ in 0..self.count {
            to(T::take_as(ty, &mut self.cells)?);
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

    /// Reads each pair of elements, of a map of type `ty`, into `to`.
    fn each_pair_as<K: FromCql<'f>, V: FromCql<'f>>(
        mut self,
        ty: &Type,
        mut to: impl FnMut(K, V),
    ) -> Result<(), Fault> {
        for _ in 0..self.count {
            let key = K::take_as(ty.element(), &mut self.cells)?;
            to(key, V::take_as(ty.mapped(), &mut self.cells)?);
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

    use super::super::CqlType;
    use super::super::testing::{check, hex, written};
    use super::*;

    fn of<T: CqlType>() -> Type {
        T::cql_type()
    }

    #[test]
    fn bytes_are_those_of_the_specification() {
        let two = "00000002 00000004 00000001 00000004 00000002";
        check(vec![1, 2], &of::<Vec<i32>>(), two);
        check(BTreeSet::from([1, 2]), &of::<BTreeSet<i32>>(), two);
        check(HashSet::<i32>::from([1, 2]), &of::<HashSet<i32>>(), two);
        check(Vec::<String>::new(), &of::<Vec<String>>(), "00000000");
        let map = "00000001 00000001 61 00000001 07";
        check(
            HashMap::<String, i8>::from([("a".into(), 7)]),
            &of::<HashMap<String, i8>>(),
            map,
        );
        check(
            BTreeMap::from([("a".to_owned(), 7_i8)]),
            &of::<BTreeMap<String, i8>>(),
            map,
        );
        let nested = Type::Frozen(Box::new(of::<Vec<Vec<i8>>>()));
        check(
            vec![vec![1_i8], vec![]],
            &nested,
            "00000002 00000009 00000001 00000001 01 00000004 00000000",
        );
    }

    #[test]
    fn sets_and_maps_are_sent_in_the_servers_order() {
        let numbers: HashSet<i32> = (-50..50).collect();
        let ordered: BTreeSet<i32> = numbers.iter().copied().collect();
        assert_eq!(written(&numbers), written(&ordered));
        assert_eq!(
            written(&ordered),
            written(&ordered.iter().collect::<Vec<_>>())
        );
        let map: HashMap<i8, String> = (-50..50).map(|n| (n, n.to_string())).collect();
        let ordered: BTreeMap<i8, String> = map.clone().into_iter().collect();
        assert_eq!(written(&map), written(&ordered));
        let lists = BTreeSet::from([vec![-1], vec![], vec![-1, 5], vec![0]]);
        assert_eq!(
            written(&lists),
            written(&lists.iter().cloned().collect::<HashSet<_>>())
        );
    }

    #[test]
    fn null_is_an_empty_collection() {
        assert_eq!(Vec::<i32>::decode(None), Ok(vec![]));
        assert_eq!(HashMap::<i32, i32>::decode(None), Ok(HashMap::new()));
        assert_eq!(Option::<Vec<i32>>::decode(None), Ok(None));
    }

    #[test]
    fn null_elements_need_an_option() {
        let bytes = hex("00000002 ffffffff 00000001 07");
        assert_eq!(Vec::<i8>::decode(Some(&bytes)), Err(Fault::Null));
        assert_eq!(Vec::decode(Some(&bytes)), Ok(vec![None, Some(7_i8)]));
    }

    #[test]
    fn claimed_counts_and_lengths_are_not_believed() {
        let check = |bytes: &str, expected: Fault| {
            let bytes = hex(bytes);
            assert_eq!(Vec::<i8>::decode(Some(&bytes)), Err(expected));
            assert_eq!(HashSet::<i8>::decode(Some(&bytes)), Err(expected));
            assert_eq!(of::<Vec<i8>>().validate(&bytes), Err(expected));
            assert_eq!(
                super::super::Value::decode(&of::<Vec<i8>>(), Some(&bytes)),
                Err(expected)
            );
        };
        check("", Fault::Short);
        check("7fffffff", Fault::Short);
        check("ffffffff", Fault::Length);
        check("00000001 7fffffff 01", Fault::Short);
        check("00000001 00000001 01 00", Fault::Length);
    }

    #[test]
    fn kinds_are_not_mixed() {
        use super::super::ToCql;
        let (list, set) = (of::<Vec<i8>>(), of::<HashSet<i8>>());
        assert!(Vec::<i8>::accepts(&set), "a set is a list in some order");
        assert!(!HashSet::<i8>::accepts(&list));
        assert!(!BTreeSet::from([1_i8]).fits(&list));
        assert!(!vec![1_i32].fits(&list));
        assert!(!BTreeMap::from([(1_i8, 1_i8)]).fits(&of::<BTreeMap<i8, i16>>()));
    }
}
