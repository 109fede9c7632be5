//! SELECT as it is written.

use crate::parse::syntax::{Arithmetic, Name, QualifiedName, Relation, Term, TypeName};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Select {
    pub(crate) json: bool,
    pub(crate) distinct: bool,
    pub(crate) selected: Selected,
    pub(crate) from: QualifiedName,
    pub(crate) relations: Vec<Relation>,
    pub(crate) group_by: Vec<Grouping>,
    pub(crate) order_by: Vec<Ordering>,
    pub(crate) per_partition_limit: Option<Term>,
    pub(crate) limit: Option<Term>,
    pub(crate) allow_filtering: bool,
    /// ScyllaDB's `BYPASS CACHE`: accepted, and without effect in memory.
    pub(crate) bypass_cache: bool,
    /// ScyllaDB's `USING TIMEOUT`.
    pub(crate) timeout: Option<Term>,
}

impl Select {
    /// All columns of these rows.
    pub(crate) fn all(from: QualifiedName, relations: Vec<Relation>) -> Select {
        Select {
            json: false,
            distinct: false,
            selected: Selected::All,
            from,
            relations,
            group_by: Vec::new(),
            order_by: Vec::new(),
            per_partition_limit: None,
            limit: None,
            allow_filtering: false,
            bypass_cache: false,
            timeout: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Selected {
    /// `*`
    All,
    Some(Vec<Selection>),
}

/// `selector [AS alias]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selection {
    pub(crate) selector: Selector,
    pub(crate) alias: Option<Name>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Selector {
    Column(Name),
    /// `count(*)` and `count(1)`
    CountRows,
    /// `writetime(…)`
    WriteTime(Box<Selector>),
    /// `maxwritetime(…)`; on Cassandra.
    MaxWriteTime(Box<Selector>),
    /// `ttl(…)`
    Ttl(Box<Selector>),
    /// `cast(… AS type)`
    Cast(Box<Selector>, TypeName),
    /// `selector.field`
    Field(Box<Selector>, Name),
    /// `selector[key]`
    Element(Box<Selector>, Term),
    /// `selector[from..to]`; on Cassandra.
    Slice(Box<Selector>, Option<Term>, Option<Term>),
    /// `function(…)`, `token(…)` among them.
    Call(QualifiedName, Vec<Selector>),
    /// A literal or a marker.
    Term(Term),
    /// `a + b`
    Operation(Box<Selector>, Arithmetic, Box<Selector>),
    /// `-a`
    Negate(Box<Selector>),
    /// `(type) selector`
    Hint(TypeName, Box<Selector>),
    /// `[a, b]`; as the ones below it has a selector inside that is no term.
    List(Vec<Selector>),
    /// `{a, b}`
    Set(Vec<Selector>),
    /// `{k: v}`
    Map(Vec<(Selector, Selector)>),
    /// `{field: value}`
    User(Vec<(Name, Selector)>),
    /// `(a, b)`; of one member it may be parentheses alone.
    Tuple(Vec<Selector>),
}

/// What rows of a group have in common.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grouping {
    pub(crate) column: Name,
    /// The column is only an argument of this function; `None` stands for it among the arguments.
    pub(crate) function: Option<(QualifiedName, Vec<Option<Term>>)>,
}

/// `column [ANN OF vector] [ASC | DESC]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ordering {
    pub(crate) column: Name,
    pub(crate) nearest_to: Option<Term>,
    pub(crate) direction: Direction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}
