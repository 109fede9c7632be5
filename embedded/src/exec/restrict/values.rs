//! Values that relations compare with, planned and bound.

use scylla_orm_driver::value::Type;
use scylla_orm_driver::wire::Cell;

use crate::catalog::table::{Column, Table};
use crate::exec::restrict::relation::Shape;
use crate::exec::scope::{Scope, spec, spec_of};
use crate::exec::term::{self, Bound, Env, Expression, collection};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Operand, Term};

/// One value per compared column.
#[derive(Debug)]
pub(super) enum Tuple {
    Each(Vec<Expression>),
    /// A bind marker that is a whole tuple.
    Whole(Expression),
}

/// The values behind IN.
#[derive(Debug)]
pub(super) enum Members {
    Each(Vec<Tuple>),
    /// A bind marker that is the whole list: of values, or of tuples.
    Whole {
        list: Expression,
        of_tuples: bool,
    },
}

/// What binding needs to know.
pub(super) struct Binding<'b> {
    pub(super) table: &'b Table,
    pub(super) values: &'b [Cell<'b>],
    pub(super) env: &'b Env<'b>,
    /// Whether it is for a modification: those refuse null.
    pub(super) modifies: bool,
}

impl Tuple {
    /// Whether it is one value, and that is null.
    pub(super) fn is_null(&self, binding: &Binding<'_>) -> Result<bool, Failure> {
        let Tuple::Each(values) = self else {
            return Ok(false);
        };
        let [value] = values.as_slice() else {
            return Ok(false);
        };
        Ok(matches!(
            value.evaluate(binding.values, binding.env)?,
            Bound::Null
        ))
    }

    pub(super) fn plan(
        term: &Term,
        table: &Table,
        columns: &[&Column],
        shape: Shape,
        scope: &mut Scope<'_>,
    ) -> Result<Tuple, Failure> {
        if let [column] = columns
            && shape == Shape::Single
        {
            let value = term::plan(term, &spec_of(table, column), scope)?;
            return Ok(Tuple::Each(vec![value]));
        }
        let Term::Tuple(terms) = term else {
            let place = spec(table, &listed(columns), &tuple_type(columns));
            return Ok(Tuple::Whole(term::plan(term, &place, scope)?));
        };
        if terms.len() != columns.len() {
            let shown = term::show::term(term);
            let wrong = wrong_length(columns.len(), terms.len());
            return Err(Failure::invalid(format!("{wrong}: {shown}")));
        }
        let pairs = terms.iter().zip(columns);
        let values = pairs.map(|(term, column)| term::plan(term, &spec_of(table, column), scope));
        Ok(Tuple::Each(values.collect::<Result<_, _>>()?))
    }

    /// Of a null in one of several tuples, Cassandra does not say to which column it belongs.
    fn check_nulls(&self, columns: &[usize], binding: &Binding<'_>) -> Result<(), Failure> {
        let (Tuple::Each(expressions), Flavor::Cassandra) = (self, binding.env.flavor) else {
            return Ok(());
        };
        let null = |expression: &Expression| {
            let bound = expression.evaluate(binding.values, binding.env);
            matches!(bound, Ok(Bound::Null))
        };
        if expressions.len() < 2 || !expressions.iter().any(null) {
            return Ok(());
        }
        let names: Vec<&str> = columns.iter().map(|at| binding.name(*at)).collect();
        Err(Failure::invalid(format!(
            "Invalid null value in condition for columns: [{}]",
            names.join(", ")
        )))
    }

    /// The values, unless one is null and the statement then selects nothing.
    pub(super) fn bind(
        &self,
        columns: &[usize],
        binding: &Binding<'_>,
    ) -> Result<Option<Vec<Vec<u8>>>, Failure> {
        let mut bound = Vec::new();
        match self {
            Tuple::Each(expressions) => {
                for (at, expression) in expressions.iter().enumerate() {
                    let column = columns.get(at).copied().unwrap_or_default();
                    let value = match expressions.len() {
                        1 => binding.value(expression, column)?,
                        _ => binding.member(expression, column)?,
                    };
                    match value {
                        Some(value) => bound.push(value),
                        None => return Ok(None),
                    }
                }
            }
            Tuple::Whole(expression) => {
                let first = columns.first().copied().unwrap_or_default();
                let Some(tuple) = binding.value(expression, first)? else {
                    return Ok(None);
                };
                for field in collection::fields(&tuple) {
                    match field {
                        Some(field) => bound.push(field.to_vec()),
                        None => return binding.null(first, true),
                    }
                }
                if bound.len() != columns.len() {
                    return Err(wrong_length(columns.len(), bound.len()));
                }
            }
        }
        Ok(Some(bound))
    }
}

impl Members {
    pub(super) fn plan(
        operand: &Operand,
        table: &Table,
        columns: &[&Column],
        shape: Shape,
        scope: &mut Scope<'_>,
    ) -> Result<Members, Failure> {
        match operand {
            Operand::List(terms) => {
                let tuples = terms
                    .iter()
                    .map(|term| Tuple::plan(term, table, columns, shape, scope));
                Ok(Members::Each(tuples.collect::<Result<_, _>>()?))
            }
            Operand::Term(term) => {
                let (name, ty, of_tuples) = match (shape, columns) {
                    (Shape::Single, [column]) => {
                        (column.name.to_string(), column.ty.clone(), false)
                    }
                    (_, several) => (listed(several), tuple_type(several), true),
                };
                let name = match scope.flavor() {
                    Flavor::Scylla => format!("IN({name})"),
                    Flavor::Cassandra if of_tuples => format!("in{name}"),
                    Flavor::Cassandra => format!("in({name})"),
                };
                let place = spec(table, &name, &Type::List(Box::new(ty)));
                let list = term::plan(term, &place, scope)?;
                Ok(Members::Whole { list, of_tuples })
            }
        }
    }

    /// The values, those with null left out.
    pub(super) fn bind(
        &self,
        columns: &[usize],
        binding: &Binding<'_>,
    ) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
        let first = columns.first().copied().unwrap_or_default();
        match self {
            Members::Each(tuples) => {
                let bound = tuples.iter().map(|tuple| {
                    tuple.check_nulls(columns, binding)?;
                    tuple.bind(columns, binding)
                });
                Ok(bound
                    .collect::<Result<Vec<_>, _>>()?
                    .into_iter()
                    .flatten()
                    .collect())
            }
            Members::Whole { list, of_tuples } => {
                let Some(list) = binding.value(list, first)? else {
                    return Ok(Vec::new());
                };
                let mut bound = Vec::new();
                for member in collection::members(&list) {
                    if !of_tuples {
                        bound.push(vec![member.to_vec()]);
                        continue;
                    }
                    let fields = collection::fields(member);
                    if fields.len() != columns.len() {
                        return Err(wrong_length(columns.len(), fields.len()));
                    }
                    let fields = fields.into_iter().map(|field| field.map(<[u8]>::to_vec));
                    bound.extend(fields.collect::<Option<Vec<_>>>());
                }
                Ok(bound)
            }
        }
    }
}

impl Binding<'_> {
    /// The value that a column is compared with, unless it is null and the statement then selects nothing.
    pub(super) fn value(
        &self,
        expression: &Expression,
        column: usize,
    ) -> Result<Option<Vec<u8>>, Failure> {
        match expression.evaluate(self.values, self.env)? {
            Bound::Value(value) => Ok(Some(value)),
            Bound::Null => self.null(column, false),
            Bound::Unset => Err(term::unset(self.env.flavor, self.name(column))),
        }
    }

    /// As [`Binding::value`], in a tuple of several.
    fn member(&self, expression: &Expression, column: usize) -> Result<Option<Vec<u8>>, Failure> {
        match expression.evaluate(self.values, self.env)? {
            Bound::Null => self.null(column, true),
            _ => self.value(expression, column),
        }
    }

    fn null<T>(&self, column: usize, in_tuple: bool) -> Result<Option<T>, Failure> {
        let is_key = self.table.columns.get(column).is_some_and(Column::is_key);
        if self.env.flavor == Flavor::Scylla && !self.modifies {
            return Ok(None);
        }
        let name = self.name(column);
        Err(Failure::invalid(match (is_key, in_tuple) {
            (true, true) => format!("Invalid null value for column {name}"),
            (true, false) => format!("Invalid null value in condition for column {name}"),
            (false, _) => format!("Unsupported null value for column {name}"),
        }))
    }

    fn name(&self, column: usize) -> &str {
        self.table.columns.get(column).map_or("", |c| &c.name)
    }
}

fn wrong_length(wanted: usize, got: usize) -> Failure {
    Failure::invalid(format!(
        "Expected {wanted} elements in value tuple, but got {got}"
    ))
}

fn listed(columns: &[&Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|c| &*c.name).collect();
    format!("({})", names.join(","))
}

fn tuple_type(columns: &[&Column]) -> Type {
    Type::Tuple(columns.iter().map(|c| c.ty.clone()).collect())
}
