//! One relation: its columns found, its terms typed, its operator allowed there.

mod multi;
mod operator;
mod token;

use std::sync::Arc;

use scylla_orm_driver::value::Type;

use crate::catalog::table::{Column, Table};
use crate::exec::restrict::Purpose;
use crate::exec::restrict::values::{Members, Tuple};
use crate::exec::scope::{Scope, spec, spec_of};
use crate::exec::term::{self, Expression};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Name, Operand, Operator, Relation, Target, Term};

/// A relation of WHERE.
#[derive(Debug)]
pub(crate) struct Restriction {
    /// Places in the table's columns. Several for `(a, b)`, all of the partition key for `token(…)`.
    pub(crate) columns: Vec<usize>,
    pub(super) shape: Shape,
    pub(super) test: Test,
}

/// What of the columns is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The value of one column.
    Single,
    /// `(a, b)`, also of one column.
    Multi,
    /// `token(…)`
    Token,
}

/// What it is compared with.
#[derive(Debug)]
pub(super) enum Test {
    Equal(Tuple),
    In(Members),
    NotIn(Members),
    /// A lower bound, and whether it is in.
    Lower(Tuple, bool),
    /// An upper bound, and whether it is in.
    Upper(Tuple, bool),
    Contains(Expression),
    ContainsKey(Expression),
    /// `column[key] = value`
    Entry(Expression, Expression),
    Like(Expression),
}

impl Restriction {
    pub(super) fn is_on_partition(&self, table: &Table) -> bool {
        self.first() < table.partition
    }

    pub(super) fn is_on_clustering(&self, table: &Table) -> bool {
        let (from, to) = (table.partition, table.partition + table.clustering);
        (from..to).contains(&self.first())
    }

    /// The place of its first column.
    pub(super) fn first(&self) -> usize {
        self.columns.first().copied().unwrap_or(usize::MAX)
    }

    /// Whether it leaves one value, or several that are named.
    pub(super) fn is_point(&self) -> bool {
        matches!(self.test, Test::Equal(_) | Test::In(_))
    }

    pub(super) fn is_slice(&self) -> bool {
        matches!(self.test, Test::Lower(..) | Test::Upper(..))
    }
}

/// Finds the columns of a relation and types its terms.
pub(super) fn resolve(
    relation: &Relation,
    table: &Arc<Table>,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    let alone = alone(relation, scope.flavor());
    let relation = alone.as_ref().unwrap_or(relation);
    match &relation.target {
        Target::Column(name) => single(relation, name, table, purpose, scope),
        Target::Element(name, key) => entry(relation, name, key, table, purpose, scope),
        Target::Field(name, field) => {
            column(table, name, purpose, scope)?;
            Err(Failure::invalid(format!(
                "Unsupported restriction on the field {field} of column {name}"
            )))
        }
        Target::Tuple(names) => multi::resolve(relation, names, table, purpose, scope),
        Target::Token(names) => token::resolve(relation, names, table, purpose, scope),
    }
}

/// To Cassandra IN of one value is `=`.
fn alone(relation: &Relation, flavor: Flavor) -> Option<Relation> {
    let (Operator::In, Operand::List(terms)) = (relation.operator, &relation.value) else {
        return None;
    };
    let [only] = terms.as_slice() else {
        return None;
    };
    (flavor == Flavor::Cassandra).then(|| Relation {
        operator: Operator::Equal,
        value: Operand::Term(only.clone()),
        ..relation.clone()
    })
}

fn single(
    relation: &Relation,
    name: &Name,
    table: &Table,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    let (at, column) = column(table, name, purpose, scope)?;
    let place = spec_of(table, column);
    if let (Operator::Like, Operand::Term(term), Flavor::Cassandra) =
        (relation.operator, &relation.value, scope.flavor())
        && !column.is_multi_cell()
    {
        // It reads the value before it looks whether an index would find it.
        term::plan(term, &place, scope)?;
    }
    operator::allow(relation, column, scope.flavor())?;
    let value =
        |scope: &mut Scope<'_>, place: &scylla_orm_driver::value::Column| match &relation.value {
            Operand::Term(term) => term::plan(term, place, scope),
            Operand::List(_) => Err(Failure::server("a list where a relation takes one value")),
        };
    let test = match relation.operator {
        Operator::Contains => Test::Contains(value(
            scope,
            &part(table, column, "value", member(&column.ty)),
        )?),
        Operator::ContainsKey => Test::ContainsKey(value(
            scope,
            &part(table, column, "key", key_of(&column.ty)),
        )?),
        Operator::Like => Test::Like(value(scope, &place)?),
        operator => compared(
            operator,
            &relation.value,
            table,
            &[column],
            Shape::Single,
            scope,
        )?,
    };
    Ok(Restriction {
        columns: vec![at],
        shape: Shape::Single,
        test,
    })
}

/// `column[key] = value`
fn entry(
    relation: &Relation,
    name: &Name,
    key: &Term,
    table: &Table,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    let (at, column) = column(table, name, purpose, scope)?;
    let Type::Map(key_type, value_type) = column.ty.bare() else {
        return Err(Failure::invalid(match column.ty.bare() {
            Type::List(_) => {
                "Indexes on list entries (l[index] = value) are not currently supported.".to_owned()
            }
            _ => format!("Column {name} cannot be used as a map"),
        }));
    };
    if scope.flavor() == Flavor::Cassandra && !column.is_multi_cell() {
        return Err(Failure::invalid(format!(
            "Map-entry equality predicates on frozen map column {name} are not supported"
        )));
    }
    let (Operator::Equal, Operand::Term(value)) = (relation.operator, &relation.value) else {
        return Err(Failure::invalid(
            "Only EQ relations are supported on map entries",
        ));
    };
    let key = term::plan(key, &part(table, column, "key", key_type), scope)?;
    let value = term::plan(value, &part(table, column, "value", value_type), scope)?;
    Ok(Restriction {
        columns: vec![at],
        shape: Shape::Single,
        test: Test::Entry(key, value),
    })
}

/// A comparison of one column or several with values.
fn compared(
    operator: Operator,
    operand: &Operand,
    table: &Table,
    columns: &[&Column],
    shape: Shape,
    scope: &mut Scope<'_>,
) -> Result<Test, Failure> {
    let tuple = |scope: &mut Scope<'_>| match operand {
        Operand::Term(term) => Tuple::plan(term, table, columns, shape, scope),
        Operand::List(_) => Err(Failure::server("a list where a relation takes one value")),
    };
    Ok(match operator {
        Operator::Equal => Test::Equal(tuple(scope)?),
        Operator::Less => Test::Upper(tuple(scope)?, false),
        Operator::LessOrEqual => Test::Upper(tuple(scope)?, true),
        Operator::Greater => Test::Lower(tuple(scope)?, false),
        Operator::GreaterOrEqual => Test::Lower(tuple(scope)?, true),
        Operator::In => Test::In(Members::plan(operand, table, columns, shape, scope)?),
        Operator::NotIn => Test::NotIn(Members::plan(operand, table, columns, shape, scope)?),
        Operator::NotEqual => {
            let name = &columns.first().map_or("", |c| &c.name);
            return Err(Failure::invalid(format!(
                "Unsupported \"!=\" relation: {name} != {}",
                shown(operand)
            )));
        }
        Operator::IsNot | Operator::Contains | Operator::ContainsKey | Operator::Like => {
            return Err(Failure::invalid(
                "Unsupported operator in a multi-column relation",
            ));
        }
    })
}

/// What a relation compares with, as one would write it.
fn shown(operand: &Operand) -> String {
    term::show::operand(operand)
}

fn column<'t>(
    table: &'t Table,
    name: &str,
    purpose: Purpose,
    scope: &Scope<'_>,
) -> Result<(usize, &'t Column), Failure> {
    let (at, column) = table
        .column(name)
        .ok_or_else(|| scope.unknown_column(table, name))?;
    if purpose.modifies() && !column.is_key() {
        return Err(Failure::invalid(scope.flavor().pick(
            format!("Invalid where clause contains non PRIMARY KEY columns: {name}"),
            format!("Non PRIMARY KEY columns found in where clause: {name} "),
        )));
    }
    Ok((at, column))
}

/// The place of a part of a collection: `value(c)`, `key(c)`.
fn part(table: &Table, column: &Column, part: &str, ty: &Type) -> scylla_orm_driver::value::Column {
    spec(table, &format!("{part}({})", column.name), ty)
}

/// The type of what CONTAINS looks for; the caller knows that it is a collection.
fn member(ty: &Type) -> &Type {
    match ty.bare() {
        Type::List(member) | Type::Set(member) | Type::Map(_, member) => member,
        other => other,
    }
}

fn key_of(ty: &Type) -> &Type {
    match ty.bare() {
        Type::Map(key, _) => key,
        other => other,
    }
}
