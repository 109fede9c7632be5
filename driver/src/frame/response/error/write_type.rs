//! What a failed write was.

use std::fmt;

/// What a failed write was.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WriteType {
    /// One statement.
    Simple,
    /// A logged batch, after its log was written: it will happen.
    Batch,
    /// An unlogged batch.
    UnloggedBatch,
    /// Increments of counters.
    Counter,
    /// The log of a logged batch.
    BatchLog,
    /// A conditional update.
    Cas,
    /// A materialized view.
    View,
    /// A log of changes.
    Cdc,
    /// A name that this crate does not know.
    Other(
        /// The name.
        String,
    ),
}

const NAMES: [(&str, WriteType); 8] = [
    ("SIMPLE", WriteType::Simple),
    ("BATCH", WriteType::Batch),
    ("UNLOGGED_BATCH", WriteType::UnloggedBatch),
    ("COUNTER", WriteType::Counter),
    ("BATCH_LOG", WriteType::BatchLog),
    ("CAS", WriteType::Cas),
    ("VIEW", WriteType::View),
    ("CDC", WriteType::Cdc),
];

impl WriteType {
    /// As the protocol spells it.
    pub fn name(&self) -> &str {
        match self {
            WriteType::Other(name) => name,
            known => NAMES
                .iter()
                .find(|(_, write)| write == known)
                .map_or("", |(name, _)| name),
        }
    }

    /// The one that the protocol spells so.
    pub fn named(name: &str) -> Self {
        NAMES.iter().find(|(known, _)| *known == name).map_or_else(
            || WriteType::Other(name.to_owned()),
            |(_, write)| write.clone(),
        )
    }
}

impl fmt::Display for WriteType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
