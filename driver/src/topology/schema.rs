//! What the cluster says of keyspaces, tables, columns, indexes and views.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::value::{Type, UserType};

use super::{AggregateInfo, FunctionInfo, Strategy};

/// A keyspace and all that is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyspaceInfo {
    /// Its name.
    pub name: String,
    /// How it is replicated.
    pub strategy: Strategy,
    /// The `replication` map as it is stored, class included.
    pub replication: BTreeMap<String, String>,
    /// Whether writes go through the commit log.
    pub durable_writes: bool,
    /// Its tables, by name. Views are not among them.
    pub tables: BTreeMap<String, TableInfo>,
    /// Its materialized views, by name, without those that only back an index.
    pub views: BTreeMap<String, ViewInfo>,
    /// Its user-defined types, by name.
    pub types: BTreeMap<String, Arc<UserType>>,
    /// Its functions, by name and arguments: those of one name differ in the types of their arguments.
    pub functions: Vec<FunctionInfo>,
    /// Its aggregates, by name and arguments.
    pub aggregates: Vec<AggregateInfo>,
}

impl KeyspaceInfo {
    /// The table or materialized view of that name.
    pub fn table(&self, name: &str) -> Option<&TableInfo> {
        let view = || Some(&self.views.get(name)?.table);
        self.tables.get(name).or_else(view)
    }

    /// The functions of that name, one for each list of types of arguments.
    pub fn functions<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a FunctionInfo> {
        self.functions.iter().filter(move |f| f.name == name)
    }

    /// The aggregates of that name, one for each list of types of arguments.
    pub fn aggregates<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a AggregateInfo> {
        self.aggregates.iter().filter(move |a| a.name == name)
    }

    /// The materialized views that are made from a table.
    pub fn views_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a ViewInfo> {
        self.views.values().filter(move |view| view.base == table)
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableInfo {
    /// The keyspace that it is in.
    pub keyspace: String,
    /// Its name.
    pub name: String,
    /// Its identity: a table that was dropped and made again has another.
    pub id: Option<Uuid>,
    /// Its columns: partition key, clustering key, static, regular; within a key in key order, else by name.
    pub columns: Vec<ColumnInfo>,
    /// Its secondary indexes, by name.
    pub indexes: Vec<IndexInfo>,
    /// Its options, as they are stored: `comment`, `default_time_to_live`, `compaction` and so on, in the words of
    /// CQL.
    pub options: BTreeMap<String, String>,
}

/// A materialized view.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewInfo {
    /// What it has in common with a table.
    pub table: TableInfo,
    /// The table that it is made from.
    pub base: String,
    /// The condition that decides which rows it has.
    pub filter: String,
    /// Whether it takes all columns of its table.
    pub all_columns: bool,
}

/// A column of a table or view.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// Its type, with `frozen` where the server says so.
    pub ty: Type,
    /// Which part of the row it is.
    pub kind: ColumnKind,
    /// Its place in the partition key or the clustering key; 0 for other columns.
    pub position: usize,
    /// Whether a clustering column is sorted backwards.
    pub descending: bool,
}

/// Which part of a row a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColumnKind {
    /// A part of the partition key.
    Partition,
    /// A part of the clustering key.
    Clustering,
    /// One value per partition.
    Static,
    /// One value per row.
    Regular,
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexInfo {
    /// Its name.
    pub name: String,
    /// `COMPOSITES`, `KEYS` or `CUSTOM`.
    pub kind: String,
    /// What it indexes, as it is stored: `v`, `values(m)`, `keys(m)`.
    pub target: String,
    /// The class of a custom index.
    pub class: Option<String>,
}

impl TableInfo {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&ColumnInfo> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The columns of the partition key, in order.
    pub fn partition_key(&self) -> impl Iterator<Item = &ColumnInfo> {
        self.of_kind(ColumnKind::Partition)
    }

    /// The columns of the clustering key, in order.
    pub fn clustering_key(&self) -> impl Iterator<Item = &ColumnInfo> {
        self.of_kind(ColumnKind::Clustering)
    }

    fn of_kind(&self, kind: ColumnKind) -> impl Iterator<Item = &ColumnInfo> {
        self.columns.iter().filter(move |c| c.kind == kind)
    }
}
