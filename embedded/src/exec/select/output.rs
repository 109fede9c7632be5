//! One column of an answer: how it is computed from a row.

use std::borrow::Cow;
use std::cell::Cell as Shared;

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
    /// When the newest of its cells was written.
    MaxWriteTime(Part),
    /// How many seconds it has left.
    Ttl(Part),
    /// `of[key]`, where `of` has this type.
    Element(Box<Output>, Type, Expression),
    /// `of[from..to]`, where `of` has this type.
    Slice(Box<Output>, Type, Option<Expression>, Option<Expression>),
    /// `[a, b]`
    List(Vec<Output>),
    /// `{a, b}`, of members of this type.
    Set(Type, Vec<Output>),
    /// `{k: v}`, of keys of this type.
    Map(Type, Vec<(Output, Output)>),
    /// `[a, b]`, a vector of members of this type.
    Vector(Type, Vec<Output>),
    /// A tuple or a user-defined type.
    Fields(Vec<Option<Output>>),
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
    /// Each whose key, of this type, lies within bounds.
    Range(Type, Option<Expression>, Option<Expression>),
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
            Output::MaxWriteTime(part) => owned(part.newest(record, source)?),
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
            Output::Slice(of, ty, from, to) => {
                let bounds = source.bounds(from, to)?;
                let of = of.compute(record, source)?;
                owned(of.and_then(|of| slice(ty, &of, &bounds)))
            }
            Output::Call(function, arguments) => {
                let arguments = all(arguments, record, source)?;
                owned(function.call(&arguments, source.env)?)
            }
            Output::List(_)
            | Output::Set(..)
            | Output::Vector(..)
            | Output::Map(..)
            | Output::Fields(_) => Some(Cow::Owned(self.composed(record, source)?)),
        })
    }

    /// The value of a literal with selectors inside it.
    fn composed(
        &self,
        record: Option<&Record<'_>>,
        source: &Source<'_>,
    ) -> Result<Vec<u8>, Failure> {
        Ok(match self {
            Output::List(members) => listed(all(members, record, source)?),
            Output::Set(ty, members) => {
                let mut members = present(all(members, record, source)?);
                collection::sort_members(ty, &mut members);
                collection::encode_members(&members)
            }
            Output::Vector(ty, members) => {
                let members = present(all(members, record, source)?);
                collection::encode_vector(ty, &members)
            }
            Output::Map(ty, pairs) => {
                let mut shown = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = key.compute(record, source)?;
                    shown.extend(key.zip(value.compute(record, source)?));
                }
                collection::sort_pairs(ty, &mut shown);
                collection::encode_pairs(&shown)
            }
            Output::Fields(fields) => {
                let fields = fields.iter().map(|field| match field {
                    Some(field) => field.compute(record, source),
                    None => Ok(None),
                });
                let fields = fields.collect::<Result<Vec<_>, _>>()?;
                collection::encode_fields(&fields)
            }
            _ => Vec::new(),
        })
    }

    /// Adds the places of the columns that it reads.
    pub(super) fn columns(&self, into: &mut Vec<usize>) {
        match self {
            Output::Column(at) => into.push(*at),
            Output::WriteTime(part) | Output::MaxWriteTime(part) | Output::Ttl(part) => {
                into.push(part.column);
            }
            Output::Element(of, ..) | Output::Slice(of, ..) | Output::Field(of, _) => {
                of.columns(into);
            }
            Output::Call(_, members)
            | Output::List(members)
            | Output::Set(_, members)
            | Output::Vector(_, members) => members.iter().for_each(|m| m.columns(into)),
            Output::Map(_, pairs) => pairs.iter().for_each(|(key, value)| {
                key.columns(into);
                value.columns(into);
            }),
            Output::Fields(fields) => fields.iter().flatten().for_each(|f| f.columns(into)),
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
            Element::Range(ty, from, to) => {
                let bounds = source.bounds(from, to)?;
                let within = elements().filter(|(key, _)| bounds.hold(ty, key));
                let told: Vec<Option<Vec<u8>>> = within.map(|(_, cell)| tell(cell)).collect();
                (!told.is_empty()).then(|| listed(told))
            }
            Element::Each if elements().next().is_none() => None,
            Element::Each => Some(match column.ty.bare() {
                Type::User(user) => {
                    let fields = 0..user.fields.len();
                    let told = fields.map(|at| keyed(&record::field_key(at)).and_then(&tell));
                    listed(told.collect())
                }
                _ => listed(elements().map(|(_, cell)| tell(cell)).collect()),
            }),
        })
    }
}

impl Part {
    /// When the newest of its cells was written.
    fn newest(
        &self,
        record: Option<&Record<'_>>,
        source: &Source<'_>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let newest = Shared::new(None);
        self.told(record, source, |cell| {
            newest.set(newest.get().max(Some(cell.timestamp)));
            None
        })?;
        Ok(newest.get().map(|newest| newest.to_be_bytes().to_vec()))
    }
}

/// The bounds of a slice, both within it.
struct Bounds {
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
}

impl Bounds {
    fn hold(&self, ty: &Type, key: &[u8]) -> bool {
        let below = |from: &Vec<u8>| ty.compare(from, key).is_le();
        let above = |to: &Vec<u8>| ty.compare(key, to).is_le();
        self.from.as_ref().is_none_or(below) && self.to.as_ref().is_none_or(above)
    }
}

impl Source<'_> {
    fn bounds(
        &self,
        from: &Option<Expression>,
        to: &Option<Expression>,
    ) -> Result<Bounds, Failure> {
        let bound = |bound: &Option<Expression>| match bound {
            Some(bound) => self.term(bound),
            None => Ok(None),
        };
        Ok(Bounds {
            from: bound(from)?,
            to: bound(to)?,
        })
    }

    fn term(&self, term: &Expression) -> Result<Option<Vec<u8>>, Failure> {
        match term.evaluate(self.values, self.env)? {
            Bound::Value(value) => Ok(Some(value)),
            Bound::Null => Ok(None),
            Bound::Unset => Err(Failure::invalid("Invalid unset value in selection")),
        }
    }
}

fn all(
    outputs: &[Output],
    record: Option<&Record<'_>>,
    source: &Source<'_>,
) -> Result<Vec<Option<Vec<u8>>>, Failure> {
    let values = outputs.iter();
    values
        .map(|output| Ok(output.compute(record, source)?.map(Cow::into_owned)))
        .collect()
}

fn present(values: Vec<Option<Vec<u8>>>) -> Vec<Vec<u8>> {
    values.into_iter().flatten().collect()
}

/// What of a map or set lies within bounds; null if that is nothing of one that is not frozen.
fn slice(ty: &Type, of: &[u8], bounds: &Bounds) -> Option<Vec<u8>> {
    let is_frozen = matches!(ty, Type::Frozen(_));
    match ty.bare() {
        Type::Map(key, _) => {
            let pairs = collection::pairs(of).into_iter();
            let within: Vec<_> = pairs.filter(|(k, _)| bounds.hold(key, k)).collect();
            (is_frozen || !within.is_empty()).then(|| collection::encode_pairs(&within))
        }
        Type::Set(member) => {
            let members = collection::members(of).into_iter();
            let within: Vec<_> = members.filter(|m| bounds.hold(member, m)).collect();
            (is_frozen || !within.is_empty()).then(|| collection::encode_members(&within))
        }
        _ => None,
    }
}

/// A list that may hold null, as only a selection makes it.
fn listed(members: Vec<Option<Vec<u8>>>) -> Vec<u8> {
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
