//! One relation: its columns found, its terms typed, its operator allowed there.

use std::sync::Arc;

use scylla_orm_driver::value::Type;

use crate::catalog::table::{Column, ColumnKind, Table};
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
    match &relation.target {
        Target::Column(name) => single(relation, name, table, purpose, scope),
        Target::Element(name, key) => entry(relation, name, key, table, purpose, scope),
        Target::Field(name, field) => {
            column(table, name, purpose, scope)?;
            Err(Failure::invalid(format!(
                "Unsupported restriction on the field {field} of column {name}"
            )))
        }
        Target::Tuple(names) => multi(relation, names, table, purpose, scope),
        Target::Token(names) => token(relation, names, table, purpose, scope),
    }
}

fn single(
    relation: &Relation,
    name: &Name,
    table: &Table,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    let (at, column) = column(table, name, purpose, scope)?;
    allow(relation.operator, column, purpose, scope.flavor())?;
    let place = spec_of(table, column);
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
        operator => compared(operator, &relation.value, table, &[column], scope)?,
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
        return Err(Failure::invalid(format!(
            "Column {name} cannot be used as a map"
        )));
    };
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

fn multi(
    relation: &Relation,
    names: &[Name],
    table: &Table,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    let mut columns = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    for name in names {
        let (at, column) = column(table, name, purpose, scope)?;
        if column.kind != ColumnKind::Clustering {
            return Err(Failure::invalid(format!(
                "Multi-column relations can only be applied to clustering columns but was applied to: {name}"
            )));
        }
        if places.contains(&at) {
            return Err(Failure::invalid(format!(
                "Column \"{name}\" appeared twice in a relation: ({})",
                names.join(", ")
            )));
        }
        if places.last().is_some_and(|last| last + 1 != at) {
            return Err(Failure::invalid(format!(
                "Clustering columns must appear in the PRIMARY KEY order in multi-column relations: ({})",
                names.join(", ")
            )));
        }
        columns.push(column);
        places.push(at);
    }
    let test = compared(relation.operator, &relation.value, table, &columns, scope)?;
    Ok(Restriction {
        columns: places,
        shape: Shape::Multi,
        test,
    })
}

fn token(
    relation: &Relation,
    names: &[Name],
    table: &Table,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    if purpose == Purpose::Modify {
        return Err(Failure::invalid(format!(
            "The token function cannot be used in WHERE clauses for UPDATE and DELETE statements: token({})",
            names.join(", ")
        )));
    }
    for name in names {
        column(table, name, purpose, scope)?;
    }
    let key: Vec<&str> = table.partition_key().iter().map(|c| &*c.name).collect();
    if !names.iter().map(|name| &**name).eq(key.iter().copied()) {
        let all = key.len() == names.len() && names.iter().all(|name| key.contains(&&**name));
        return Err(Failure::invalid(match all {
            true => format!(
                "The token function arguments must be in the partition key order: {}",
                key.join(", ")
            ),
            false => "The token() function must be applied to all partition key components or none of them".to_owned(),
        }));
    }
    let Operand::Term(value) = &relation.value else {
        return Err(Failure::invalid(
            "IN cannot be used with the token function",
        ));
    };
    let place = spec(table, "partition key token", &Type::BigInt);
    let value = Tuple::Each(vec![term::plan(value, &place, scope)?]);
    Ok(Restriction {
        columns: (0..table.partition).collect(),
        shape: Shape::Token,
        test: match relation.operator {
            Operator::Equal => Test::Equal(value),
            Operator::Less => Test::Upper(value, false),
            Operator::LessOrEqual => Test::Upper(value, true),
            Operator::Greater => Test::Lower(value, false),
            Operator::GreaterOrEqual => Test::Lower(value, true),
            _ => {
                return Err(Failure::invalid(
                    "Unsupported operator with the token function",
                ));
            }
        },
    })
}

/// A comparison of one column or several with values.
fn compared(
    operator: Operator,
    operand: &Operand,
    table: &Table,
    columns: &[&Column],
    scope: &mut Scope<'_>,
) -> Result<Test, Failure> {
    let tuple = |scope: &mut Scope<'_>| match operand {
        Operand::Term(term) => Tuple::plan(term, table, columns, scope),
        Operand::List(_) => Err(Failure::server("a list where a relation takes one value")),
    };
    Ok(match operator {
        Operator::Equal => Test::Equal(tuple(scope)?),
        Operator::Less => Test::Upper(tuple(scope)?, false),
        Operator::LessOrEqual => Test::Upper(tuple(scope)?, true),
        Operator::Greater => Test::Lower(tuple(scope)?, false),
        Operator::GreaterOrEqual => Test::Lower(tuple(scope)?, true),
        Operator::In => Test::In(Members::plan(operand, table, columns, scope)?),
        Operator::NotIn => Test::NotIn(Members::plan(operand, table, columns, scope)?),
        Operator::NotEqual => {
            let name = &columns.first().map_or("", |c| &c.name);
            return Err(Failure::invalid(format!(
                "Unsupported \"!=\" relation: {name} != ?"
            )));
        }
        Operator::IsNot | Operator::Contains | Operator::ContainsKey | Operator::Like => {
            return Err(Failure::invalid(
                "Unsupported operator in a multi-column relation",
            ));
        }
    })
}

/// Refuses operators that a column never has.
fn allow(
    operator: Operator,
    column: &Column,
    purpose: Purpose,
    flavor: Flavor,
) -> Result<(), Failure> {
    use Operator as O;
    let name = &column.name;
    let slice = matches!(
        operator,
        O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual
    );
    let text = match (operator, &column.ty) {
        (O::IsNot, _) => format!(
            "restriction '{name} IS NOT null' is only supported in materialized view creation"
        ),
        (O::Contains, ty) if !is_collection(ty) => {
            let name = flavor.pick(format!("\"{name}\""), name.to_string());
            format!("Cannot use CONTAINS on non-collection column {name}")
        }
        (O::ContainsKey, ty) if !matches!(ty.bare(), Type::Map(..)) => {
            format!("Cannot use CONTAINS KEY on non-map column {name}")
        }
        (O::Contains | O::ContainsKey, _) => return Ok(()),
        (_, Type::User(_)) => format!(
            "Non-frozen UDT column '{name}' ({}) cannot be restricted by any relation",
            column.ty
        ),
        (_, ty) if column.is_multi_cell() => format!(
            "Collection column '{name}' ({ty}) cannot be restricted by a '{}' relation",
            sign(operator)
        ),
        (O::Like, Type::Text | Type::Ascii) if flavor == Flavor::Scylla => return Ok(()),
        (O::Like, _) => flavor.pick(
            format!("LIKE is allowed only on string types, which {name} is not"),
            format!("LIKE restriction is only supported on properly indexed columns. {name} LIKE ? is not valid."),
        ),
        (_, Type::Duration) if slice => flavor.pick(
            format!("Duration type is unordered for {name}"),
            "Slice restrictions are not supported on duration columns".to_owned(),
        ),
        (O::In, _) if flavor == Flavor::Cassandra && !column.is_key() && purpose != Purpose::Modify => {
            format!("IN predicates on non-primary-key columns ({name}) is not yet supported")
        }
        _ => return Ok(()),
    };
    Err(Failure::invalid(text))
}

fn sign(operator: Operator) -> &'static str {
    match operator {
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

fn column<'t>(
    table: &'t Table,
    name: &str,
    purpose: Purpose,
    scope: &Scope<'_>,
) -> Result<(usize, &'t Column), Failure> {
    let (at, column) = table
        .column(name)
        .ok_or_else(|| scope.unknown_column(table, name))?;
    if purpose == Purpose::Modify && !column.is_key() {
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

fn is_collection(ty: &Type) -> bool {
    matches!(ty.bare(), Type::List(_) | Type::Set(_) | Type::Map(..))
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
