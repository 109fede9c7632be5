//! One column of an answer: how it is computed from a row.

use std::borrow::Cow;

use scylla_orm_driver::value::Type;
use scylla_orm_driver::wire::Cell;

use crate::catalog::table::Table;
use crate::exec::function::Function;
use crate::exec::record::{self, Record};
use crate::exec::term::{Bound, Env, Expression, collection};
use crate::failure::Failure;
use crate::store::cell::Cell as Stored;

/// How one column of the answer is computed.
#[derive(Debug)]
pub(super) enum Output {
    /// The column at this place of the table.
    Column(usize),
    /// When it was written, in microseconds.
    WriteTime(Part),
    /// How many seconds it has left.
    Ttl(Part),
    /// `of[key]`, where `of` has this type.
    Element(Box<Output>, Type, Expression),
    /// The field at this place of a user-defined type.
    Field(Box<Output>, usize),
    Call(Function, Vec<Output>),
    /// The result of an aggregate, by its place.
    Aggregated(usize),
    Term(Expression),
}

/// A column, or an element of it, that has a cell of its own.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) column: usize,
    pub(super) element: Element,
}

#[derive(Debug)]
pub(super) enum Element {
    Whole,
    /// Each element of a collection: the answer is a list.
    Each,
    Key(Expression),
    Field(usize),
}

/// What outputs are computed from.
pub(super) struct Source<'s> {
    pub(super) table: &'s Table,
    pub(super) values: &'s [Cell<'s>],
    pub(super) env: &'s Env<'s>,
    /// Results of aggregates.
    pub(super) aggregated: &'s [Option<Vec<u8>>],
}

type Value<'a> = Option<Cow<'a, [u8]>>;

impl Output {
    /// The value for a row, or for no row where an aggregate saw none; `None` is null.
    pub(super) fn compute<'a>(
        &self,
        record: Option<&Record<'a>>,
        source: &Source<'_>,
    ) -> Result<Value<'a>, Failure> {
        let owned = |value: Option<Vec<u8>>| value.map(Cow::Owned);
        Ok(match self {
            Output::Column(at) => record.and_then(|r| r.value(source.table, *at, source.env.now)),
            Output::Term(term) => owned(source.term(term)?),
            Output::Aggregated(at) => owned(source.aggregated.get(*at).cloned().flatten()),
            Output::WriteTime(part) => {
                let time = |cell: &Stored| Some(cell.timestamp.to_be_bytes().to_vec());
                owned(part.told(record, source, time)?)
            }
            Output::Ttl(part) => {
                let now = source.env.now;
                let left = |cell: &Stored| cell.ttl(now).map(|ttl| ttl.to_be_bytes().to_vec());
                owned(part.told(record, source, left)?)
            }
            Output::Element(of, ty, key) => {
                let of = of.compute(record, source)?;
                let key = source.term(key)?;
                let pair = of.zip(key);
                owned(pair.and_then(|(of, key)| element(ty, &of, &key)))
            }
            Output::Field(of, at) => {
                let of = of.compute(record, source)?;
                let field = |user: &[u8]| {
                    let fields = collection::fields(user);
                    fields.get(*at).copied().flatten().map(<[u8]>::to_vec)
                };
                owned(of.and_then(|user| field(&user)))
            }
            Output::Call(function, arguments) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| Ok(argument.compute(record, source)?.map(Cow::into_owned)))
                    .collect::<Result<Vec<_>, Failure>>()?;
                owned(function.call(&arguments, source.env.clock)?)
            }
        })
    }

    /// Adds the places of the columns that it reads.
    pub(super) fn columns(&self, into: &mut Vec<usize>) {
        match self {
            Output::Column(at) => into.push(*at),
            Output::WriteTime(part) | Output::Ttl(part) => into.push(part.column),
            Output::Element(of, ..) | Output::Field(of, _) => of.columns(into),
            Output::Call(_, arguments) => arguments.iter().for_each(|a| a.columns(into)),
            Output::Aggregated(_) | Output::Term(_) => {}
        }
    }
}

impl Part {
    /// What `tell` says of the cell, or of each cell.
    fn told(
        &self,
        record: Option<&Record<'_>>,
        source: &Source<'_>,
        tell: impl Fn(&Stored) -> Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let (Some(record), Some(column)) = (record, source.table.columns.get(self.column)) else {
            return Ok(None);
        };
        let Some(row) = record.home(column) else {
            return Ok(None);
        };
        let elements = || row.elements(column.id, source.env.now);
        let keyed = |key: &[u8]| elements().find(|(k, _)| *k == key).map(|(_, cell)| cell);
        Ok(match &self.element {
            Element::Whole => record.cell(column, source.env.now).and_then(&tell),
            Element::Field(at) => keyed(&record::field_key(*at)).and_then(&tell),
            Element::Key(key) => source.term(key)?.and_then(|key| tell(keyed(&key)?)),
            Element::Each if elements().next().is_none() => None,
            Element::Each => Some(match column.ty.bare() {
                Type::User(user) => {
                    let fields = 0..user.fields.len();
                    listed(fields.map(|at| keyed(&record::field_key(at)).and_then(&tell)))
                }
                _ => listed(elements().map(|(_, cell)| tell(cell))),
            }),
        })
    }
}

impl Source<'_> {
    fn term(&self, term: &Expression) -> Result<Option<Vec<u8>>, Failure> {
        match term.evaluate(self.values, self.env)? {
            Bound::Value(value) => Ok(Some(value)),
            Bound::Null => Ok(None),
            Bound::Unset => Err(Failure::invalid("Invalid unset value in selection")),
        }
    }
}

/// A list that may hold null, as only these functions make it.
fn listed(members: impl Iterator<Item = Option<Vec<u8>>>) -> Vec<u8> {
    let members: Vec<Option<Vec<u8>>> = members.collect();
    let count = i32::try_from(members.len()).unwrap_or(i32::MAX);
    [
        &count.to_be_bytes()[..],
        &collection::encode_fields(&members),
    ]
    .concat()
}

/// The value of a map under a key, the member of a set that equals it, or the member of a list at an index.
fn element(ty: &Type, of: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    match ty.bare() {
        Type::Map(of_key, _) => {
            let mut pairs = collection::pairs(of).into_iter();
            pairs
                .find(|(k, _)| of_key.compare(k, key).is_eq())
                .map(|(_, value)| value.to_vec())
        }
        Type::Set(member) => collection::members(of)
            .into_iter()
            .find(|m| member.compare(m, key).is_eq())
            .map(<[u8]>::to_vec),
        _ => {
            let index = i32::from_be_bytes(key.try_into().ok()?);
            let members = collection::members(of);
            members
                .get(usize::try_from(index).ok()?)
                .map(|m| m.to_vec())
        }
    }
}
