//! A table: its columns and indexes.

use std::collections::BTreeMap;

use scylla_orm_driver::value::Type;
use uuid::Uuid;

use crate::catalog::options::Options;
use crate::parse::syntax::{Name, Relation};

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Never used again, not even by a table of the same name.
    pub(crate) id: Uuid,
    pub(crate) keyspace: Box<str>,
    pub(crate) name: Box<str>,
    /// In the order of `SELECT *`: partition key, clustering key, static by name, regular by name.
    pub(crate) columns: Vec<Column>,
    /// How many of `columns`, from the start, are the partition key.
    pub(crate) partition: usize,
    /// How many of `columns`, behind the partition key, are the clustering key.
    pub(crate) clustering: usize,
    /// In the order of their names.
    pub(crate) indexes: Vec<Index>,
    pub(crate) options: Options,
    /// The id that the next column gets.
    pub(crate) next_column: u32,
    /// The columns that were dropped, by name: what comes back under the name must fit.
    pub(crate) dropped: BTreeMap<Box<str>, Dropped>,
    /// What makes it a materialized view, if it is one.
    pub(crate) view: Option<Box<View>>,
    /// Whether its rows are made when they are read, by [`crate::catalog::system::rows`]; none are in the store.
    pub(crate) is_virtual: bool,
}

/// What a materialized view shows of which table. Its columns have the ids of the base's columns.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) base_id: Uuid,
    pub(crate) base: Name,
    /// Whether it was declared with `SELECT *`, so that it gets each column that the base gets.
    pub(crate) includes_all: bool,
    /// The id of the column that is in its key and not in the base's. A row is there as long as that has a value.
    pub(crate) extra: Option<u32>,
    /// Its WHERE.
    pub(crate) relations: Vec<Relation>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Unique in the table for all time: it survives a rename, and a column dropped and added again has another,
    /// so that old data stays hidden. The store keys cells by it.
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// With `Frozen`, as declared.
    pub(crate) ty: Type,
    pub(crate) kind: ColumnKind,
    /// A clustering column whose order is DESC.
    pub(crate) descending: bool,
}

/// A column that was dropped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dropped {
    pub(crate) column: Column,
    /// In microseconds: what was written until then is hidden for ever.
    pub(crate) at: i64,
    /// Whether the statement told that time, so that what was written later comes back with the column.
    pub(crate) told: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ColumnKind {
    Partition,
    Clustering,
    Static,
    Regular,
}

/// A secondary index on one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    pub(crate) name: Box<str>,
    pub(crate) column: Box<str>,
    pub(crate) kind: IndexKind,
    /// The partition key columns of ScyllaDB's local index.
    pub(crate) local: Option<Vec<Box<str>>>,
    /// The class of a custom index.
    pub(crate) class: Option<Box<str>>,
    /// The options of a custom index.
    pub(crate) options: BTreeMap<Box<str>, Box<str>>,
}

/// What of a column's value is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexKind {
    /// The value of a column that is not a collection.
    Value,
    /// `keys(m)`: answers CONTAINS KEY.
    Keys,
    /// `values(c)`, also the default for a collection: answers CONTAINS.
    Values,
    /// `entries(m)`: answers `m[k] = v`.
    Entries,
    /// `full(c)`: answers `=` on a frozen collection.
    Full,
}

impl Index {
    /// Whether it is stored with the table (Cassandra's SAI), so that several serve one query, and bounds as well.
    pub(crate) fn is_attached(&self) -> bool {
        self.class.as_deref().is_some_and(is_attached)
    }

    /// Whether texts are compared whatever their case.
    pub(crate) fn ignores_case(&self) -> bool {
        let option = self.options.get("case_sensitive");
        option.is_some_and(|value| value.eq_ignore_ascii_case("false"))
    }
}

/// Whether the class of an index is that of Cassandra's SAI, under any of its names.
pub(crate) fn is_attached(class: &str) -> bool {
    let short = class.rsplit('.').next().unwrap_or(class);
    short.eq_ignore_ascii_case("sai") || short.eq_ignore_ascii_case("storageattachedindex")
}

impl Table {
    pub(crate) fn partition_key(&self) -> &[Column] {
        self.columns.get(..self.partition).unwrap_or_default()
    }

    pub(crate) fn clustering_key(&self) -> &[Column] {
        self.columns
            .get(self.partition..self.partition + self.clustering)
            .unwrap_or_default()
    }

    /// A column by name, and its place in `columns`.
    pub(crate) fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns
            .iter()
            .enumerate()
            .find(|(_, column)| &*column.name == name)
    }

    /// Whether its columns outside the key are counters.
    pub(crate) fn is_counter(&self) -> bool {
        self.columns.iter().any(|c| c.ty == Type::Counter)
    }

    pub(crate) fn has_static(&self) -> bool {
        self.columns.iter().any(|c| c.kind == ColumnKind::Static)
    }

    /// The ids of the columns of a kind of which one alone keeps a row there that has no marker.
    pub(crate) fn vital(&self, kind: ColumnKind) -> impl Iterator<Item = u32> {
        let view = self.view.as_ref();
        let strict = view.is_some_and(|view| view.extra.is_some());
        let columns = self.columns.iter().filter(move |c| c.kind == kind);
        columns.filter(move |_| !strict).map(|c| c.id)
    }

    /// Puts the columns into the order of `SELECT *` again, after one was added or renamed.
    pub(crate) fn sort_columns(&mut self) {
        let name = |column: &Column| match column.kind {
            ColumnKind::Partition | ColumnKind::Clustering => None,
            ColumnKind::Static | ColumnKind::Regular => Some(column.name.clone()),
        };
        self.columns
            .sort_by_cached_key(|column| (column.kind, name(column)));
    }
}

impl Column {
    /// Whether its cells are written one by one: a collection or user-defined type that is not frozen.
    pub(crate) fn is_multi_cell(&self) -> bool {
        is_multi_cell(&self.ty)
    }

    pub(crate) fn is_key(&self) -> bool {
        matches!(self.kind, ColumnKind::Partition | ColumnKind::Clustering)
    }
}

/// Whether values of a type are written piece by piece: a collection or user-defined type that is not frozen.
pub(crate) fn is_multi_cell(ty: &Type) -> bool {
    matches!(
        ty,
        Type::List(_) | Type::Set(_) | Type::Map(..) | Type::User(_)
    )
}
