//! The columns of one row, by id: few, and so a sorted list, which takes no more memory than they need.

use crate::store::row::Stored;

/// Grows one by one up to here, and then as lists do.
const FEW: usize = 4;

/// What is stored of the columns of a row, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Columns(Vec<(u32, Stored)>);

impl Columns {
    pub(crate) const fn new() -> Columns {
        Columns(Vec::new())
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Stored> {
        let at = self.find(id).ok()?;
        self.0.get(at).map(|(_, stored)| stored)
    }

    /// Puts in what is stored of a column; what is there of it already, is `merge`d with it.
    pub(crate) fn put(&mut self, id: u32, stored: Stored, merge: impl FnOnce(&mut Stored, Stored)) {
        match self.find(id) {
            Ok(at) => {
                if let Some((_, mine)) = self.0.get_mut(at) {
                    merge(mine, stored);
                }
            }
            Err(at) => {
                if self.0.len() < FEW {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (id, stored));
            }
        }
    }

    /// Puts in what is stored of a column, in the place of what is there of it.
    pub(crate) fn insert(&mut self, id: u32, stored: Stored) {
        self.put(id, stored, |mine, stored| *mine = stored);
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&mut Stored) -> bool) {
        self.0.retain_mut(|(_, stored)| keep(stored));
    }

    /// As [`Columns::retain`], by id too.
    pub(crate) fn retain_with_ids(&mut self, mut keep: impl FnMut(u32, &mut Stored) -> bool) {
        self.0.retain_mut(|(id, stored)| keep(*id, stored));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Stored> {
        self.0.iter().map(|(_, stored)| stored)
    }

    fn find(&self, id: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |(id, _)| *id)
    }
}

impl IntoIterator for Columns {
    type Item = (u32, Stored);
    type IntoIter = std::vec::IntoIter<(u32, Stored)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<const N: usize> From<[(u32, Stored); N]> for Columns {
    fn from(stored: [(u32, Stored); N]) -> Columns {
        let mut columns = Columns::new();
        for (id, stored) in stored {
            columns.insert(id, stored);
        }
        columns
    }
}
