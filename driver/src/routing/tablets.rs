//! What is known of the tablets of tables: which shards of which nodes keep a partition. Immutable; what is learned makes
//! another picture, which shares what it does not touch.
//!
//! ```text
//! Tablets ─▶ a table, by its hash ─▶ chunks, sorted by their ends ─▶ tablets, sorted by their ends ─▶ nodes, shards
//! ```
//!
//! A table can have a hundred thousand tablets, each learned by itself: in one slice each would cost a copy of all. Cut
//! into chunks of a few hundred it costs one of these and a list of pointers. A lookup is a probe and two binary searches
//! and allocates nothing.

mod chunk;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use crate::statement::TableName;
use crate::token::Token;

use chunk::{Chunk, Entry};

pub(crate) use chunk::Found;

/// More than this of all tables together are not kept: far more than clusters have, far less than memory holds.
const MOST: usize = 1 << 20;

/// What is known of the tablets of all tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tablets {
    /// By [`TableName::hash`]. Two tables of one hash would take turns here, and be routed as if nothing were known.
    tables: HashMap<u64, Arc<Table>, BuildHasherDefault<Same>>,
    /// Of all tables.
    count: usize,
}

/// What is known of the tablets of one table; gaps are not.
#[derive(Debug, Clone)]
struct Table {
    name: TableName,
    /// The last token of each chunk.
    ends: Vec<i64>,
    chunks: Vec<Arc<Chunk>>,
}

/// A tablet as it is learned. Nodes are places in the topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Learned {
    /// The token before its first one.
    pub(crate) first: i64,
    /// Its last token.
    pub(crate) last: i64,
    /// Place of the node, and shard, of each replica.
    pub(crate) replicas: Vec<(u16, u16)>,
    /// Whether all its replicas are on nodes that the topology has.
    pub(crate) complete: bool,
    pub(crate) version: Option<i64>,
}

impl Tablets {
    /// The tablet of the table with that hash that has the token, if it is known.
    #[inline]
    pub(crate) fn find(&self, table: u64, token: Token) -> Option<Found<'_>> {
        let table = self.tables.get(&table)?;
        let at = table.ends.partition_point(|end| *end < token.0);
        table.chunks.get(at)?.find(token.0)
    }

    /// How many tablets are known.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Takes in a tablet, in the place of all that overlap it. False if it is known as it is.
    pub(crate) fn learn(&mut self, name: &TableName, tablet: &Learned) -> bool {
        if self.count >= MOST {
            *self = Tablets::default();
        }
        let table = self.tables.entry(name.hash()).or_insert_with(|| {
            let name = name.clone();
            Arc::new(Table::new(name))
        });
        if table.has(name, tablet) {
            return false;
        }
        let table = Arc::make_mut(table);
        if table.name != *name {
            self.count -= table.len();
            *table = Table::new(name.clone());
        }
        let replaced = table.put(tablet);
        self.count = self.count + 1 - replaced;
        true
    }

    /// Forgets the tables for which `gone` holds. False if there are none.
    pub(crate) fn forget(&mut self, gone: impl Fn(&TableName) -> bool) -> bool {
        let before = self.tables.len();
        self.tables.retain(|_, table| !gone(&table.name));
        self.count = self.tables.values().map(|table| table.len()).sum();
        self.tables.len() < before
    }

    /// The same for a topology in which the node at each place has another one, or none. What was on a node that has gone
    /// is forgotten, and so is what named a node that was not known: it may be by now.
    pub(crate) fn moved(&self, to: impl Fn(u16) -> Option<u16>) -> Tablets {
        let mut moved = Tablets::default();
        for (hash, table) in &self.tables {
            let table = table.moved(&to);
            moved.count += table.len();
            if !table.chunks.is_empty() {
                moved.tables.insert(*hash, Arc::new(table));
            }
        }
        moved
    }
}

impl Table {
    fn new(name: TableName) -> Table {
        Table {
            name,
            ends: Vec::new(),
            chunks: Vec::new(),
        }
    }

    fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    fn has(&self, name: &TableName, tablet: &Learned) -> bool {
        let at = self.ends.partition_point(|end| *end < tablet.last);
        let chunk = self.chunks.get(at);
        self.name == *name && chunk.is_some_and(|chunk| chunk.has(tablet))
    }

    /// Puts a tablet in. Returns how many had to go for it.
    fn put(&mut self, tablet: &Learned) -> usize {
        // From the first chunk that can overlap it to the last one, which is empty ground if none does.
        let from = self.ends.partition_point(|end| *end <= tablet.first);
        let from = from.min(self.chunks.len().saturating_sub(1));
        let rest = self.chunks.get(from..).unwrap_or_default();
        let touched = rest.partition_point(|chunk| chunk.first() < tablet.last);
        let to = from + touched.max(1).min(rest.len());
        let old = self.chunks.get(from..to).unwrap_or_default();
        let before = old.iter().map(|chunk| chunk.len()).sum::<usize>();
        let new = Chunk::merged(old, tablet);
        let after = new.iter().map(|chunk| chunk.len()).sum::<usize>();
        self.ends.splice(from..to, new.iter().map(Chunk::last));
        self.chunks.splice(from..to, new.into_iter().map(Arc::new));
        before + 1 - after
    }

    fn moved(&self, to: impl Fn(u16) -> Option<u16>) -> Table {
        let mut table = Table::new(self.name.clone());
        for chunk in &self.chunks {
            let kept = chunk.entries().filter_map(|entry| entry.moved(&to));
            let chunk: Chunk = kept.collect();
            if chunk.len() > 0 {
                table.ends.push(chunk.last());
                table.chunks.push(Arc::new(chunk));
            }
        }
        table
    }
}

impl Entry<'_> {
    fn moved(&self, to: impl Fn(u16) -> Option<u16>) -> Option<Learned> {
        let mut learned = self.learned();
        for (node, _) in &mut learned.replicas {
            *node = to(*node)?;
        }
        learned.complete.then_some(learned)
    }
}

/// A hash as it is: the keys are hashes.
#[derive(Debug, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests;
