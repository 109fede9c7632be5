//! Things found by model and shape, of which only so many are kept.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Key;

/// How many are kept. Shapes that are made at run time multiply with each `if`; a program that uses more of them
/// prepares some again.
const LIMIT: usize = 1024;

#[derive(Debug)]
pub(super) struct Cache<T> {
    table: Mutex<Table<T>>,
}

#[derive(Debug)]
struct Table<T> {
    entries: HashMap<Owned, Entry<T>>,
    /// Counts uses, to tell which entry was not used for longest.
    uses: u64,
}

/// A [`Key`]: model, shape, spill.
type Owned = (usize, u128, Box<[u16]>);

#[derive(Debug)]
struct Entry<T> {
    value: T,
    used: u64,
}

impl<T: Clone> Cache<T> {
    pub(super) fn find(&self, key: Key<'_>) -> Option<T> {
        let mut table = self.lock();
        table.uses += 1;
        let used = table.uses;
        let entry = table.entries.get_mut(&owned(key))?;
        entry.used = used;
        Some(entry.value.clone())
    }

    /// Adds it, unless the key has one already. Returns the one that the key has now.
    pub(super) fn keep(&self, key: Key<'_>, new: T) -> T {
        let mut table = self.lock();
        table.uses += 1;
        let used = table.uses;
        let key = owned(key);
        if table.entries.len() >= LIMIT && !table.entries.contains_key(&key) {
            table.evict();
        }
        let entry = table
            .entries
            .entry(key)
            .or_insert(Entry { value: new, used });
        entry.value.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Table<T>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Table<T> {
    /// Removes what was not used for longest. A walk, once per statement that is new to a full cache.
    fn evict(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.entries.remove(&key);
        }
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Cache {
            table: Mutex::new(Table {
                entries: HashMap::new(),
                uses: 0,
            }),
        }
    }
}

/// Allocates only for a shape that spills.
fn owned(key: Key<'_>) -> Owned {
    (key.model, key.shape, key.spill.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(shape: usize) -> Key<'static> {
        Key {
            model: 1,
            shape: shape as u128,
            spill: &[],
            bounded: false,
        }
    }

    #[test]
    fn only_so_many_are_kept_and_the_used_ones_stay() {
        let cache = Cache::default();
        for n in 0..LIMIT {
            cache.keep(key(n), n);
        }
        assert_eq!(cache.find(key(0)), Some(0));
        cache.keep(key(LIMIT), LIMIT);
        assert_eq!(cache.lock().entries.len(), LIMIT);
        assert_eq!(cache.find(key(0)), Some(0));
        assert_eq!(cache.find(key(1)), None);
    }

    #[test]
    fn the_whole_key_counts_and_the_first_stays() {
        let cache = Cache::default();
        let spill = |spill| Key { spill, ..key(1) };
        assert_eq!(cache.keep(key(1), "a"), "a");
        assert_eq!(cache.keep(spill(&[1]), "b"), "b");
        assert_eq!(cache.keep(Key { model: 2, ..key(1) }, "c"), "c");
        assert_eq!(cache.keep(key(1), "d"), "a");
        assert_eq!(cache.find(spill(&[1])), Some("b"));
        assert_eq!(cache.find(spill(&[2])), None);
    }
}
