//! The table that a statement is about.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The table that a statement is about, with a hash that is computed once: where a request goes is looked up by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableName {
    keyspace: Arc<str>,
    table: Arc<str>,
    hash: u64,
}

impl TableName {
    pub(crate) fn new(keyspace: Arc<str>, table: Arc<str>) -> TableName {
        let mut hasher = DefaultHasher::new();
        (&keyspace, &table).hash(&mut hasher);
        TableName {
            keyspace,
            table,
            hash: hasher.finish(),
        }
    }

    pub(crate) fn keyspace(&self) -> &str {
        &self.keyspace
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The same for the same names, as long as the process lives.
    #[inline]
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }
}
