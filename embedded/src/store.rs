//! The data: partitions, rows, cells, tombstones.
//!
//! A cluster has one copy of each partition; which node would own it is computed elsewhere. Every write is a
//! [`Change`] to one partition and carries timestamps; the later one wins, whatever the order of arrival.

pub(crate) mod cell;
pub(crate) mod columns;
pub(crate) mod partition;
pub(crate) mod position;
pub(crate) mod row;
mod rows;
pub(crate) mod view;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use scylla_orm_driver::token;
use uuid::Uuid;

use crate::store::cell::Deletion;
use crate::store::partition::{Change, Partition};
use crate::store::position::Position;
use crate::store::row::Row;
use crate::store::view::View;

/// The data of all tables, by the tables' ids.
#[derive(Debug, Default)]
pub(crate) struct Store {
    tables: HashMap<Uuid, Data>,
    /// The materialized views of tables, by the tables' ids.
    views: HashMap<Uuid, Vec<Arc<dyn View>>>,
}

/// The partitions of one table in the order of a scan.
#[derive(Debug, Default)]
pub(crate) struct Data(BTreeMap<Key, Partition>);

/// A partition's place in its table: by token, among equals by the key's bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) token: i64,
    /// As for routing: the value of the only component, or each one's length, bytes and a zero.
    pub(crate) bytes: Vec<u8>,
}

static NOTHING: Data = Data(BTreeMap::new());

impl Store {
    /// A table's data, empty if nothing was written to it.
    pub(crate) fn table(&self, id: Uuid) -> &Data {
        self.tables.get(&id).unwrap_or(&NOTHING)
    }

    /// Writes one change, to the views of the table as well.
    pub(crate) fn apply(&mut self, table: Uuid, key: Key, change: Change) {
        match self.views.contains_key(&table) {
            false => self.tables.entry(table).or_default().apply(key, change),
            true => self.apply_with_views(table, key, change),
        }
    }

    /// Forgets what was written to a column until some microsecond.
    pub(crate) fn forget(&mut self, table: Uuid, column: u32, until: i64) {
        let deletion = Deletion {
            timestamp: until,
            local: 0,
        };
        let partitions = self.tables.get_mut(&table).into_iter();
        for partition in partitions.flat_map(|data| data.0.values_mut()) {
            partition.forget(column, deletion);
        }
    }

    /// Forgets the data of a table and of its views.
    pub(crate) fn truncate(&mut self, table: Uuid) {
        self.tables.remove(&table);
        for view in self.views.get(&table).into_iter().flatten() {
            self.tables.remove(&view.id());
        }
    }

    /// Forgets the data of tables that are not there any more.
    pub(crate) fn retain(&mut self, tables: &HashSet<Uuid>) {
        self.tables.retain(|id, _| tables.contains(id));
    }
}

impl Data {
    /// Writes one change.
    pub(crate) fn apply(&mut self, key: Key, change: Change) {
        self.0.entry(key).or_default().apply(change);
    }

    /// Puts a row in the place of what is there, tombstones and all; none leaves nothing.
    fn put(&mut self, key: &Key, position: &Position, row: Option<Row>) {
        match row {
            Some(row) => {
                let partition = self.0.entry(key.clone()).or_default();
                partition.put(position, Some(row));
            }
            None => {
                if let Some(partition) = self.0.get_mut(key)
                    && partition.put(position, None)
                {
                    self.0.remove(key);
                }
            }
        }
    }

    pub(crate) fn partition(&self, key: &Key) -> Option<&Partition> {
        self.0.get(key)
    }

    /// A partition with its key as it is kept here.
    pub(crate) fn entry(&self, key: &Key) -> Option<(&Key, &Partition)> {
        self.0.get_key_value(key)
    }

    /// The partitions within bounds, in the order of a scan.
    pub(crate) fn scan(
        &self,
        from: Bound<Key>,
        to: Bound<Key>,
    ) -> Box<dyn Iterator<Item = (&Key, &Partition)> + '_> {
        // `BTreeMap::range` panics on bounds that cross.
        let (Bound::Included(a) | Bound::Excluded(a), Bound::Included(b) | Bound::Excluded(b)) =
            (&from, &to)
        else {
            return Box::new(self.0.range((from, to)));
        };
        let touch = a == b && !matches!((&from, &to), (Bound::Included(_), Bound::Included(_)));
        if a > b || touch {
            return Box::new(std::iter::empty());
        }
        Box::new(self.0.range((from, to)))
    }
}

impl Key {
    /// The key made of these components; each is at most 65535 bytes long, which the caller has checked.
    pub(crate) fn new<C: AsRef<[u8]>>(components: &[C]) -> Key {
        let mut bytes = Vec::new();
        match components {
            [only] => bytes.extend_from_slice(only.as_ref()),
            several => {
                for component in several {
                    let component = component.as_ref();
                    let length = u16::try_from(component.len()).unwrap_or(u16::MAX);
                    bytes.extend_from_slice(&length.to_be_bytes());
                    bytes.extend_from_slice(component);
                    bytes.push(0);
                }
            }
        }
        Key {
            token: token::murmur3(&bytes).0,
            bytes,
        }
    }

    /// The key of these bytes, which are those of one.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Key {
        Key {
            token: token::murmur3(&bytes).0,
            bytes,
        }
    }

    /// The components again, of which there are `count`.
    pub(crate) fn components(&self, count: usize) -> Vec<&[u8]> {
        if count == 1 {
            return vec![&self.bytes];
        }
        let mut rest = &*self.bytes;
        let mut components = Vec::with_capacity(count);
        while let Some((length, behind)) = rest.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            let Some((component, behind)) = behind.split_at_checked(length) else {
                break;
            };
            components.push(component);
            rest = behind.get(1..).unwrap_or_default();
        }
        components
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_give_their_components_back() {
        assert_eq!(Key::new(&[b"a"]).components(1), [b"a"]);
        let key = Key::new(&[&b"ab"[..], b"", b"c"]);
        assert_eq!(key.bytes, b"\0\x02ab\0\0\0\0\0\x01c\0");
        assert_eq!(key.components(3), [&b"ab"[..], b"", b"c"]);
    }

    #[test]
    fn bounds_that_cross_hold_nothing() {
        let mut data = Data::default();
        let key = |token| Key {
            token,
            bytes: Vec::new(),
        };
        data.apply(key(1), Change::default());
        data.apply(key(2), Change::default());
        let scan = |from, to| {
            data.scan(from, to)
                .map(|(k, _)| k.token)
                .collect::<Vec<_>>()
        };
        assert_eq!(scan(Bound::Unbounded, Bound::Unbounded), [1, 2]);
        assert_eq!(scan(Bound::Excluded(key(1)), Bound::Unbounded), [2]);
        assert_eq!(scan(Bound::Included(key(2)), Bound::Included(key(2))), [2]);
        assert!(scan(Bound::Included(key(2)), Bound::Included(key(1))).is_empty());
        assert!(scan(Bound::Excluded(key(2)), Bound::Excluded(key(2))).is_empty());
    }
}
