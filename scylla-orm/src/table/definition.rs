//! The constant data of a model: names, types and roles of its columns.

use std::sync::atomic::{AtomicU32, Ordering};

use scylla_orm_driver::value::Type;

/// A table or view, as the derive wrote it down.
#[derive(Debug)]
pub struct TableDef {
    /// Finds the model's statements in a session.
    pub id: ModelId,
    /// The struct's name.
    pub model: &'static str,
    /// The keyspace, if the model says so; else the session's.
    pub keyspace: Option<&'static str>,
    /// The table's name, unquoted.
    pub table: &'static str,
    /// The columns, in the order of the fields.
    pub columns: &'static [ColumnDef],
    /// Indexes of the primary key's columns: partition key first, then clustering columns.
    pub key: &'static [u8],
    /// How many of `key` are the partition key.
    pub partition: usize,
}

impl TableDef {
    /// The column at an index, which a shape or a derive has from this same definition.
    pub(crate) fn column(&self, index: u8) -> &'static ColumnDef {
        // `columns` is `'static`, so that the result does not borrow from `self`.
        let columns = self.columns;
        columns
            .get(usize::from(index))
            .expect("an index comes from a column of this model")
    }

    /// Indexes of the partition key's columns, in key order.
    pub(crate) fn partition_key(&self) -> &'static [u8] {
        let key = self.key;
        key.get(..self.partition).unwrap_or(key)
    }

    /// Indexes of the clustering columns, in key order.
    pub(crate) fn clustering_key(&self) -> &'static [u8] {
        let key = self.key;
        key.get(self.partition..).unwrap_or(&[])
    }

    /// Whether a column is a part of the partition key.
    pub(crate) fn is_partition(&self, index: u8) -> bool {
        self.column(index).kind == Kind::Partition
    }
}

/// One column of a model.
#[derive(Debug)]
pub struct ColumnDef {
    /// The column's name in CQL, unquoted.
    pub name: &'static str,
    /// The field's name in Rust.
    pub field: &'static str,
    /// The column's type in CQL.
    pub ty: fn() -> Type,
    /// Its role.
    pub kind: Kind,
    /// A clustering column in descending order.
    pub descending: bool,
    /// Whether a secondary index is declared on it.
    pub indexed: bool,
    /// Whether its collection or tuple is frozen.
    pub frozen: bool,
    /// Whether null can be read into the field.
    pub nullable: bool,
}

/// The role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A part of the partition key.
    Partition,
    /// A clustering column.
    Clustering,
    /// One value per partition.
    Static,
    /// A value of the row.
    Regular,
    /// A counter.
    Counter,
}

/// A small number per model, drawn when it is first asked for. It must be in a `static`.
#[derive(Debug)]
pub struct ModelId(AtomicU32);

static NEXT: AtomicU32 = AtomicU32::new(1);

impl ModelId {
    /// Not drawn yet.
    #[expect(
        clippy::new_without_default,
        reason = "a model has one, in a static; a default would make others"
    )]
    pub const fn new() -> Self {
        ModelId(AtomicU32::new(0))
    }

    /// The number: from 1, dense, the same until the process ends.
    #[inline]
    pub(crate) fn number(&self) -> usize {
        match self.0.load(Ordering::Relaxed) {
            0 => self.draw(),
            n => n as usize,
        }
    }

    #[cold]
    fn draw(&self) -> usize {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        // Whoever is second takes the number of the first, and leaves a gap.
        match self
            .0
            .compare_exchange(0, n, Ordering::Relaxed, Ordering::Relaxed)
        {
            Ok(_) => n as usize,
            Err(first) => first as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_keeps_its_number() {
        static A: ModelId = ModelId::new();
        static B: ModelId = ModelId::new();
        assert_eq!(A.number(), A.number());
        assert_ne!(A.number(), B.number());
    }
}
