//! DESCRIBE as it is written.

use crate::parse::syntax::{Name, QualifiedName};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Describe {
    pub(crate) what: What,
    /// `WITH INTERNALS`: ids too.
    pub(crate) internals: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// The names of all of a kind.
    List(Kind),
    /// All keyspaces; those of the system only if it is the `full` schema.
    Schema {
        full: bool,
    },
    /// One keyspace, the connection's if there is no name; `only` it, or all that is in it.
    Keyspace {
        name: Option<Name>,
        only: bool,
    },
    /// One thing of a kind.
    One(Kind, QualifiedName),
    /// Whatever has the name.
    Any(QualifiedName),
    Cluster,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Keyspace,
    Table,
    View,
    Index,
    Type,
    Function,
    Aggregate,
}
