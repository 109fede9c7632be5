//! Planning of the conditions behind IF.

use std::sync::Arc;

use scylla_orm_driver::value::{self, Type};

use crate::catalog::table::{Column, Table};
use crate::exec::scope::{Scope, spec, spec_of};
use crate::exec::term::{self, Expression};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Operand, Operator, Relation, Target};

/// One condition.
#[derive(Debug)]
pub(crate) struct Test {
    /// The column's place in the table.
    pub(crate) column: usize,
    pub(super) part: Part,
    pub(super) operator: Operator,
    pub(super) with: With,
    /// The type of what is compared.
    pub(super) ty: Type,
    /// The name of the column, for errors.
    pub(super) name: Box<str>,
    /// Whether an empty collection is the same as none: the column is stored by elements.
    pub(super) empty_is_null: bool,
}

/// What of the column is compared.
#[derive(Debug)]
pub(super) enum Part {
    Whole,
    /// `l[index]`
    Index(Expression),
    /// `m[key]`, and the type of the keys.
    Key(Expression, Type),
    /// `u.field`
    Field(usize),
}

/// What it is compared with.
#[derive(Debug)]
pub(super) enum With {
    One(Expression),
    /// The members of IN.
    Each(Vec<Expression>),
    /// A marker that is the list of IN.
    List(Expression),
}

/// Plans one condition.
pub(super) fn plan(
    relation: &Relation,
    table: &Arc<Table>,
    scope: &mut Scope<'_>,
) -> Result<Test, Failure> {
    let name = match &relation.target {
        Target::Column(name) | Target::Element(name, _) | Target::Field(name, _) => name,
        Target::Tuple(_) | Target::Token(_) => {
            return Err(Failure::syntax("a condition compares one column"));
        }
    };
    let Some((at, column)) = table.column(name) else {
        return Err(scope.unknown_column(table, name));
    };
    if column.is_key() {
        return Err(Failure::invalid(format!(
            "PRIMARY KEY column '{name}' cannot have IF conditions"
        )));
    }
    let (part, place) = part(&relation.target, table, column, scope)?;
    check_operator(relation.operator, &place, scope.flavor())?;
    let ty = place.ty.clone();
    let place = compared_with(relation.operator, place);
    let with = match &relation.value {
        Operand::List(terms) => {
            let each = terms.iter().map(|term| term::plan(term, &place, scope));
            With::Each(each.collect::<Result<_, _>>()?)
        }
        Operand::Term(term) if matches!(relation.operator, Operator::In | Operator::NotIn) => {
            let list = format!("{}({})", scope.flavor().pick("IN", "in"), place.name);
            let list = spec(table, &list, &Type::List(Box::new(place.ty.clone())));
            With::List(term::plan(term, &list, scope)?)
        }
        Operand::Term(term) => With::One(term::plan(term, &place, scope)?),
    };
    Ok(Test {
        column: at,
        empty_is_null: matches!(part, Part::Whole)
            && column.is_multi_cell()
            && !matches!(
                relation.operator,
                Operator::Contains | Operator::ContainsKey
            ),
        part,
        operator: relation.operator,
        with,
        ty,
        name: name.clone(),
    })
}

/// What is compared, and where its value stands.
fn part(
    target: &Target,
    table: &Table,
    column: &Column,
    scope: &mut Scope<'_>,
) -> Result<(Part, value::Column), Failure> {
    let name = &column.name;
    let inner = |what: &str, ty: &Type| spec(table, &format!("{what}({name})"), ty);
    match (target, column.ty.bare()) {
        (Target::Element(_, key), Type::List(member)) => {
            let index = term::plan(key, &inner("idx", &Type::Int), scope)?;
            Ok((Part::Index(index), inner("value", member)))
        }
        (Target::Element(_, key), Type::Map(of_key, of_value)) => {
            let key = term::plan(key, &inner("key", of_key), scope)?;
            Ok((Part::Key(key, (**of_key).clone()), inner("value", of_value)))
        }
        (Target::Element(..), Type::Set(_)) => Err(Failure::invalid(format!(
            "Invalid element access syntax for set column {name}"
        ))),
        (Target::Element(..), _) => Err(Failure::invalid(format!(
            "Invalid element access syntax for non-collection column {name}"
        ))),
        (Target::Field(_, field), Type::User(user)) => {
            let mut fields = user.fields.iter().enumerate();
            let Some((index, (_, ty))) = fields.find(|(_, (known, _))| known == field) else {
                return Err(Failure::invalid(format!(
                    "Unknown field {field} for column {name}"
                )));
            };
            let place = spec(table, &format!("{name}.{field}"), ty);
            Ok((Part::Field(index), place))
        }
        (Target::Field(..), _) => Err(Failure::invalid(format!(
            "Invalid field access syntax for non-UDT column {name}"
        ))),
        _ => Ok((Part::Whole, spec_of(table, column))),
    }
}

/// Where the value behind an operator stands.
fn compared_with(operator: Operator, place: value::Column) -> value::Column {
    let ty = match (operator, place.ty.bare()) {
        (Operator::Contains, Type::List(of) | Type::Set(of) | Type::Map(_, of))
        | (Operator::ContainsKey, Type::Map(of, _)) => (**of).clone(),
        _ => return place,
    };
    let what = match operator {
        Operator::ContainsKey => "key",
        _ => "value",
    };
    value::Column {
        name: format!("{what}({})", place.name).into(),
        ty,
        ..place
    }
}

/// Refuses operators that the compared type does not have.
fn check_operator(
    operator: Operator,
    place: &value::Column,
    flavor: Flavor,
) -> Result<(), Failure> {
    use Operator as O;
    let (name, ty) = (&place.name, place.ty.bare());
    match (operator, ty) {
        (O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual, Type::Duration) => {
            let sign = operator.sign();
            Err(Failure::invalid(format!(
                "Slice conditions ( {sign} ) are not supported on durations"
            )))
        }
        (O::Contains, Type::List(_) | Type::Set(_) | Type::Map(..))
        | (O::ContainsKey, Type::Map(..))
            if flavor == Flavor::Cassandra =>
        {
            Ok(())
        }
        (O::Like, Type::Text | Type::Ascii) => Ok(()),
        (O::Like, _) => Err(Failure::invalid(format!(
            "LIKE is allowed only on string types, which {name} is not"
        ))),
        (O::Contains | O::ContainsKey | O::IsNot, _) => Err(Failure::invalid(format!(
            "Unsupported operator in the condition on column {name}"
        ))),
        _ => Ok(()),
    }
}
