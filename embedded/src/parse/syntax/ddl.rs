//! The statements that change the schema, as they are written.

use crate::parse::syntax::{Direction, Name, QualifiedName, Relation, Selected, TypeName};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ddl {
    CreateKeyspace {
        name: Name,
        if_not_exists: bool,
        properties: Vec<Property>,
    },
    AlterKeyspace {
        name: Name,
        if_exists: bool,
        properties: Vec<Property>,
    },
    DropKeyspace {
        name: Name,
        if_exists: bool,
    },
    CreateTable(CreateTable),
    AlterTable {
        table: QualifiedName,
        if_exists: bool,
        change: AlterTable,
    },
    DropTable {
        table: QualifiedName,
        if_exists: bool,
    },
    CreateView(CreateView),
    AlterView {
        view: QualifiedName,
        if_exists: bool,
        properties: Vec<Property>,
    },
    DropView {
        view: QualifiedName,
        if_exists: bool,
    },
    CreateIndex(CreateIndex),
    DropIndex {
        index: QualifiedName,
        if_exists: bool,
    },
    CreateType {
        name: QualifiedName,
        if_not_exists: bool,
        fields: Vec<(Name, TypeName)>,
    },
    AlterType {
        name: QualifiedName,
        if_exists: bool,
        change: AlterType,
    },
    DropType {
        name: QualifiedName,
        if_exists: bool,
    },
    /// Of a user-defined function or aggregate; there is none.
    DropFunction {
        /// `Function` or `Aggregate`.
        kind: &'static str,
        name: QualifiedName,
        if_exists: bool,
    },
}

impl Ddl {
    /// What it makes, changes or drops, for an index that is made the table; nothing for a keyspace.
    pub(crate) fn name(&self) -> Option<&QualifiedName> {
        match self {
            Ddl::CreateKeyspace { .. } | Ddl::AlterKeyspace { .. } | Ddl::DropKeyspace { .. } => {
                None
            }
            Ddl::CreateTable(statement) => Some(&statement.table),
            Ddl::CreateIndex(statement) => Some(&statement.table),
            Ddl::CreateView(statement) => Some(&statement.view),
            Ddl::AlterTable { table: name, .. }
            | Ddl::DropTable { table: name, .. }
            | Ddl::AlterView { view: name, .. }
            | Ddl::DropView { view: name, .. }
            | Ddl::DropIndex { index: name, .. }
            | Ddl::CreateType { name, .. }
            | Ddl::AlterType { name, .. }
            | Ddl::DropType { name, .. }
            | Ddl::DropFunction { name, .. } => Some(name),
        }
    }
}

/// `name = value` after WITH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Property {
    pub(crate) name: Name,
    pub(crate) value: PropertyValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PropertyValue {
    /// A constant as written, strings without their quotes.
    Text(Box<str>),
    Map(Vec<(Box<str>, Box<str>)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateTable {
    pub(crate) table: QualifiedName,
    pub(crate) if_not_exists: bool,
    pub(crate) columns: Vec<ColumnDefinition>,
    /// Every PRIMARY KEY of the text, also the short form behind a column; a good table has one.
    pub(crate) primary_keys: Vec<PrimaryKey>,
    pub(crate) clustering_order: Vec<(Name, Direction)>,
    pub(crate) compact_storage: bool,
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ColumnDefinition {
    pub(crate) name: Name,
    pub(crate) ty: TypeName,
    pub(crate) is_static: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrimaryKey {
    pub(crate) partition: Vec<Name>,
    pub(crate) clustering: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AlterTable {
    Add {
        columns: Vec<ColumnDefinition>,
        if_not_exists: bool,
    },
    Drop {
        columns: Vec<Name>,
        if_exists: bool,
        /// Microseconds: what was written later comes back with the column.
        timestamp: Option<i64>,
    },
    Rename(Vec<(Name, Name)>),
    /// `ALTER column TYPE type`
    Retype(Name, TypeName),
    With(Vec<Property>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AlterType {
    Add {
        fields: Vec<(Name, TypeName)>,
        if_not_exists: bool,
    },
    Rename {
        renames: Vec<(Name, Name)>,
        /// Whether fields may be missing (Cassandra).
        if_exists: bool,
    },
    /// `ALTER field TYPE type`
    Retype(Name, TypeName),
}

/// `CREATE MATERIALIZED VIEW view AS SELECT selected FROM base WHERE relations PRIMARY KEY …`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateView {
    pub(crate) view: QualifiedName,
    pub(crate) if_not_exists: bool,
    pub(crate) selected: Selected,
    pub(crate) base: QualifiedName,
    pub(crate) relations: Vec<Relation>,
    pub(crate) primary_key: PrimaryKey,
    pub(crate) clustering_order: Vec<(Name, Direction)>,
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateIndex {
    pub(crate) name: Option<Name>,
    pub(crate) if_not_exists: bool,
    pub(crate) table: QualifiedName,
    pub(crate) targets: Vec<IndexTarget>,
    /// The class of `CREATE CUSTOM INDEX … USING '…'`, or Cassandra's `USING 'sai'`.
    pub(crate) class: Option<Box<str>>,
    pub(crate) custom: bool,
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IndexTarget {
    Column(Name),
    /// `keys(m)`
    Keys(Name),
    /// `values(c)`
    Values(Name),
    /// `entries(m)`
    Entries(Name),
    /// `full(c)`
    Full(Name),
    /// `(a, b)`: the partition key of ScyllaDB's local index.
    Partition(Vec<Name>),
}
