//! Terms: literals, markers and functions of a statement, typed at planning and evaluated with values.

pub(crate) mod collection;
pub(crate) mod duration;
pub(crate) mod literal;
pub(crate) mod time;

mod bind;
mod call;
mod compose;
mod evaluate;

use std::sync::Arc;

use scylla_orm_driver::value::{Column, Type};
use scylla_orm_driver::wire::Cell;

use crate::clock::Clock;
use crate::exec::function::Function;
use crate::exec::scope::Scope;
use crate::exec::term::literal::Unfit;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Constant, ConstantKind, Term};

pub(crate) use crate::parse::show;

/// A term that has a type, ready to be evaluated with the values of the markers.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    node: Node,
    /// The place it stands in: errors name it.
    place: Arc<Column>,
}

/// A value as a statement means it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bound {
    Value(Vec<u8>),
    /// A write removes what was there.
    Null,
    /// A write leaves what was there.
    Unset,
}

/// What evaluation needs beside the values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) flavor: Flavor,
    pub(crate) clock: &'a Clock,
    /// The second at which the request is judged: what has expired by then is not there.
    pub(crate) now: i64,
    /// The client's timestamp, in microseconds.
    pub(crate) timestamp: Option<i64>,
}

#[derive(Debug, Clone)]
enum Node {
    Null,
    Literal(Vec<u8>),
    Marker(usize),
    List(Vec<Expression>),
    Set(Vec<Expression>),
    Map(Vec<(Expression, Expression)>),
    Vector(Vec<Expression>),
    /// A tuple or a user-defined type; `None` is a field that the literal does not have.
    Fields(Vec<Option<Expression>>),
    Call(Function, Vec<Expression>),
    /// A member of the JSON object that this evaluates to.
    Member(Box<Member>),
}

/// A column of INSERT JSON.
#[derive(Debug, Clone)]
struct Member {
    object: Expression,
    /// All columns of the table: the object may have no other members.
    columns: Arc<[Box<str>]>,
    /// Whether a column without a member is left as it was.
    default_unset: bool,
}

/// Gives `term` the type of `place`, where it stands, and the same to its markers.
///
/// # Errors
/// A term that is no value of that type, in the server's words.
pub(crate) fn plan(
    term: &Term,
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Expression, Failure> {
    let node = match term {
        Term::Null => Node::Null,
        Term::Marker(index) => {
            scope.markers.assign(*index, place)?;
            Node::Marker(*index)
        }
        Term::Constant(constant) => Node::Literal(constant_of(constant, place)?),
        Term::List(members) => compose::list(members, place, scope)?,
        Term::Set(members) => compose::set(members, place, scope)?,
        Term::Map(pairs) => compose::map(pairs, place, scope)?,
        Term::Tuple(members) => compose::tuple(members, place, scope)?,
        Term::User(fields) => compose::user(fields, place, scope)?,
        Term::Call(name, arguments) => call::plan(name, arguments, place, scope)?,
        Term::Cast(ty, inner) => call::cast(ty, inner, place, scope)?,
        Term::Hint(ty, inner) => call::hint(ty, inner, place, scope)?,
        Term::Operation(..) | Term::Negate(_) => call::operation(term, place, scope)?,
        Term::Member {
            object,
            default_unset,
        } => member(object, *default_unset, place, scope)?,
        Term::Column(name) => {
            return Err(Failure::invalid(format!(
                "Invalid term: the column {name} cannot be used here"
            )));
        }
    };
    Ok(Expression {
        node,
        place: Arc::new(place.clone()),
    })
}

impl Expression {
    /// The marker that it is, if it is nothing but one.
    pub(crate) fn marker(&self) -> Option<usize> {
        match self.node {
            Node::Marker(index) => Some(index),
            _ => None,
        }
    }

    /// Its value; `values` has one per marker of the statement.
    ///
    /// # Errors
    /// Values that are not of their markers' types, null or unset within a collection, functions that fail.
    pub(crate) fn evaluate(&self, values: &[Cell<'_>], env: &Env<'_>) -> Result<Bound, Failure> {
        evaluate::evaluate(self, values, env)
    }
}

impl<'a> Env<'a> {
    /// For a request that arrives now.
    pub(crate) fn new(flavor: Flavor, clock: &'a Clock, timestamp: Option<i64>) -> Env<'a> {
        Env {
            flavor,
            clock,
            now: clock.seconds(),
            timestamp,
        }
    }

    /// At the second that a client says, if it says one.
    pub(crate) fn at(self, seconds: Option<i32>) -> Env<'a> {
        Env {
            now: seconds.map_or(self.now, i64::from),
            ..self
        }
    }
}

/// The error for a marker that has no value where it must have one: of column `name`.
pub(crate) fn unset(flavor: Flavor, name: &str) -> Failure {
    Failure::invalid(match flavor {
        Flavor::Scylla => format!("Unexpected unset value for bind variable {name}"),
        Flavor::Cassandra => format!("Invalid unset value for column {name}"),
    })
}

/// A column of INSERT JSON, from the object that has it.
fn member(
    object: &Term,
    default_unset: bool,
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let table = scope.schema.table(&place.keyspace, &place.table)?;
    let columns = table.columns.iter().map(|column| column.name.clone());
    let columns = columns.collect();
    let text = Column {
        name: "[json]".into(),
        ty: Type::Text,
        ..place.clone()
    };
    Ok(Node::Member(Box::new(Member {
        object: plan(object, &text, scope)?,
        columns,
        default_unset,
    })))
}

fn constant_of(constant: &Constant, place: &Column) -> Result<Vec<u8>, Failure> {
    let Constant { kind, text } = constant;
    literal::encode(constant, &place.ty).map_err(|unfit| {
        let (name, ty) = (&place.name, &place.ty);
        Failure::invalid(match (unfit, ty.bare()) {
            (Unfit::Kind, _) => {
                let kind = kind.name();
                format!("Invalid {kind} constant ({text}) for \"{name}\" of type {ty}")
            }
            (Unfit::Value, ty) => reason(text, *kind, ty),
        })
    })
}

/// Why a literal is no value of a type that has values of its kind.
pub(crate) fn reason(text: &str, kind: ConstantKind, ty: &Type) -> String {
    let java = match ty {
        Type::Timestamp => return format!("Unable to parse a date/time from '{text}'"),
        Type::Date => return format!("Unable to coerce '{text}' to a formatted date (long)"),
        Type::Time if kind == ConstantKind::Integer => {
            return format!("Unable to make long (for time) from: '{text}'");
        }
        Type::Time => {
            return format!("(TimeType) Unable to coerce '{text}' to a formatted time (long)");
        }
        Type::TimeUuid => return "TimeUUID supports only version 1 UUIDs".to_owned(),
        Type::Blob => {
            let digits = text.get(2..).unwrap_or_default();
            return format!("cannot parse '{digits}' as hex bytes");
        }
        Type::TinyInt => "byte".to_owned(),
        Type::SmallInt => "short".to_owned(),
        Type::BigInt | Type::Counter => "long".to_owned(),
        Type::Inet => "inet address".to_owned(),
        ty => ty.to_string(),
    };
    format!("Unable to make {java} from '{text}'")
}
