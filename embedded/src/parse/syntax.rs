//! The statements of CQL as they are written: names folded to lower case unless quoted, nothing resolved.

pub(crate) mod ddl;
pub(crate) mod describe;
pub(crate) mod role;
pub(crate) mod select;

use scylla_orm_driver::value::Type;

use crate::parse::syntax::ddl::Ddl;
use crate::parse::syntax::describe::Describe;
use crate::parse::syntax::role::RoleStatement;

pub(crate) use crate::parse::syntax::select::{
    Direction, Ordering, Select, Selected, Selection, Selector,
};

/// A name of a keyspace, table, column, type, …: without quotes, and in lower case if it had none.
pub(crate) type Name = Box<str>;

/// A statement and its bind markers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) statement: Statement,
    /// In the order of their first appearance; `Some` is the name of a `:name`. [`Term::Marker`] holds an index.
    pub(crate) markers: Vec<Option<Name>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Statement {
    Select(Select),
    Modify(Modification),
    Batch(Batch),
    Truncate(QualifiedName),
    Prune(Prune),
    Use(Name),
    Ddl(Ddl),
    Describe(Describe),
    Role(RoleStatement),
}

/// ScyllaDB's `PRUNE MATERIALIZED VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prune {
    /// The rows that it looks at.
    pub(crate) select: Select,
    /// `USING CONCURRENCY`
    pub(crate) concurrency: Option<Term>,
}

/// `keyspace.name`, or `name` in the connection's keyspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QualifiedName {
    pub(crate) keyspace: Option<Name>,
    pub(crate) name: Name,
}

// ------------------------------------------------------------------------------------ WHERE and IF conditions

/// `target operator value`, in WHERE and in IF.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relation {
    pub(crate) target: Target,
    pub(crate) operator: Operator,
    pub(crate) value: Operand,
}

/// What a relation compares, an assignment sets, or a DELETE names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    Column(Name),
    /// `column[key]`
    Element(Name, Term),
    /// `column.field`
    Field(Name, Name),
    /// `(a, b)`; in WHERE alone.
    Tuple(Vec<Name>),
    /// `token(a, b)`; in WHERE alone.
    Token(Vec<Name>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Its value is an [`Operand::List`], or a term that is the whole list.
    In,
    /// As `In`.
    NotIn,
    Contains,
    ContainsKey,
    Like,
    /// `IS NOT`; its value is `null`.
    IsNot,
}

impl Operator {
    /// As it is written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::In => "IN",
            Operator::NotIn => "NOT IN",
            Operator::Contains => "CONTAINS",
            Operator::ContainsKey => "CONTAINS KEY",
            Operator::Like => "LIKE",
            Operator::IsNot => "IS NOT",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Term(Term),
    /// The members of `IN (…)`.
    List(Vec<Term>),
}

// ----------------------------------------------------------------------------------- INSERT, UPDATE, DELETE

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Modification {
    Insert(Insert),
    Update(Update),
    Delete(Delete),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Insert {
    pub(crate) table: QualifiedName,
    pub(crate) source: InsertSource,
    pub(crate) if_not_exists: bool,
    pub(crate) using: Using,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum InsertSource {
    /// `(columns) VALUES (values)`; as many of one as of the other is not checked here.
    Values {
        columns: Vec<Name>,
        values: Vec<Term>,
    },
    /// `JSON value [DEFAULT NULL | UNSET]`
    Json { value: Term, default_unset: bool },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update {
    pub(crate) table: QualifiedName,
    pub(crate) using: Using,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) condition: Condition,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assignment {
    /// Never a tuple or a token.
    pub(crate) target: Target,
    pub(crate) change: Change,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// `c = term`
    Set(Term),
    /// `c = c + term`, `c += term`
    Add(Term),
    /// `c = c - term`, `c -= term`
    Subtract(Term),
    /// `c = term + c`
    Prepend(Term),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delete {
    pub(crate) table: QualifiedName,
    /// Empty for whole rows. Never a tuple or a token.
    pub(crate) targets: Vec<Target>,
    pub(crate) using: Using,
    pub(crate) relations: Vec<Relation>,
    pub(crate) condition: Condition,
}

/// The IF part of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    None,
    Exists,
    If(Vec<Relation>),
}

/// `USING TTL … AND TIMESTAMP … AND TIMEOUT …`
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Using {
    pub(crate) ttl: Option<Term>,
    pub(crate) timestamp: Option<Term>,
    pub(crate) timeout: Option<Term>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch {
    pub(crate) kind: BatchKind,
    pub(crate) using: Using,
    pub(crate) statements: Vec<Modification>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchKind {
    Logged,
    Unlogged,
    Counter,
}

// ------------------------------------------------------------------------------------------------------ Terms

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    /// `?` or `:name`: an index into [`Parsed::markers`].
    Marker(usize),
    Null,
    Constant(Constant),
    /// `[a, b]`: a list, or a vector.
    List(Vec<Term>),
    /// `{a, b}`. `{}` is an empty one, and may stand for an empty map.
    Set(Vec<Term>),
    /// `{k: v}`, at least one pair.
    Map(Vec<(Term, Term)>),
    /// `{field: value}`, at least one field.
    User(Vec<(Name, Term)>),
    /// `(a, b)`
    Tuple(Vec<Term>),
    /// `function(…)`
    Call(QualifiedName, Vec<Term>),
    /// `cast(term AS type)`
    Cast(TypeName, Box<Term>),
    /// `(type) term`
    Hint(TypeName, Box<Term>),
    /// A column; as an argument of a function only.
    Column(Name),
    /// `a + b`; on Cassandra.
    Operation(Box<Term>, Arithmetic, Box<Term>),
    /// `-a` of what is no literal; on Cassandra.
    Negate(Box<Term>),
    /// The member of a JSON object that is named as the column where this stands: so is INSERT JSON put.
    Member {
        object: Box<Term>,
        default_unset: bool,
    },
}

/// An operator on values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Arithmetic {
    /// As it is written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Modulo => "%",
        }
    }
}

/// A literal of one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Constant {
    pub(crate) kind: ConstantKind,
    /// As written; for a string its content.
    pub(crate) text: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConstantKind {
    /// `'text'` or `$$text$$`
    String,
    /// `-12`
    Integer,
    /// `1.5`, `1e3`, `NaN`, `-Infinity`
    Float,
    /// `true`, `false`, in lower case.
    Boolean,
    /// `123e4567-e89b-12d3-a456-426614174000`
    Uuid,
    /// `0xcafe`
    Hex,
    /// `1y2mo3w4d5h6m7s8ms9us10ns`, `P1Y2M3DT4H5M6S`
    Duration,
}

impl ConstantKind {
    /// The name that errors use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ConstantKind::String => "STRING",
            ConstantKind::Integer => "INTEGER",
            ConstantKind::Float => "FLOAT",
            ConstantKind::Boolean => "BOOLEAN",
            ConstantKind::Uuid => "UUID",
            ConstantKind::Hex => "HEX",
            ConstantKind::Duration => "DURATION",
        }
    }
}

/// A type as it is written: user-defined types are only names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TypeName {
    Native(Type),
    List(Box<TypeName>),
    Set(Box<TypeName>),
    Map(Box<TypeName>, Box<TypeName>),
    Tuple(Vec<TypeName>),
    Vector(Box<TypeName>, u16),
    Frozen(Box<TypeName>),
    User(QualifiedName),
    /// `'org.apache.cassandra.db.marshal.…'`
    Class(Box<str>),
}
