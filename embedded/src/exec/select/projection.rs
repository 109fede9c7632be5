//! What stands between SELECT and FROM.

mod call;
mod composite;
mod part;

use scylla_orm_driver::value::{Column, Type};

use crate::catalog::table::{self, Table};
use crate::exec::function::Function;
use crate::exec::scope::{Scope, spec};
use crate::exec::select::aggregate::Aggregate;
use crate::exec::select::name;
use crate::exec::select::output::Output;
use crate::exec::term::{self, Expression, literal};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Selected, Selector, Term};

/// The columns of an answer, and how they are computed.
pub(super) struct Projection {
    /// Bounds of slices among the outputs.
    pub(super) bounds: Vec<SliceBound>,
    pub(super) outputs: Vec<Output>,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) columns: Vec<Column>,
}

pub(super) fn plan(
    selected: &Selected,
    table: &Table,
    scope: &mut Scope<'_>,
) -> Result<Projection, Failure> {
    let mut projection = Projection {
        outputs: Vec::new(),
        aggregates: Vec::new(),
        columns: Vec::new(),
        bounds: Vec::new(),
    };
    let selections = match selected {
        Selected::All => {
            for (at, column) in table.columns.iter().enumerate() {
                projection.outputs.push(Output::Column(at));
                projection
                    .columns
                    .push(result_column(table, &column.name, &column.ty));
            }
            return Ok(projection);
        }
        Selected::Some(selections) => selections,
    };
    let mut planner = Planner {
        table,
        aggregates: Vec::new(),
        bounds: Vec::new(),
    };
    for selection in selections {
        let (output, ty) = planner.output(&selection.selector, None, scope)?;
        let name = match &selection.alias {
            Some(alias) => alias.to_string(),
            None => name::of(
                shown(&selection.selector, &output),
                scope.flavor(),
                &table.keyspace,
            ),
        };
        projection.outputs.push(output);
        projection.columns.push(result_column(table, &name, &ty));
    }
    projection.aggregates = planner.aggregates;
    projection.bounds = planner.bounds;
    Ok(projection)
}

/// A cast to the type that a selector already has is not seen.
fn shown<'s>(selector: &'s Selector, output: &Output) -> &'s Selector {
    match (selector, output) {
        (Selector::Cast(..), Output::Call(Function::Cast(..), _)) => selector,
        (Selector::Cast(inner, _), _) => inner,
        _ => selector,
    }
}

fn result_column(table: &Table, name: &str, ty: &Type) -> Column {
    spec(table, name, &ty.thawed())
}

struct Planner<'t> {
    table: &'t Table,
    aggregates: Vec<Aggregate>,
    bounds: Vec<SliceBound>,
}

/// A bound of a slice, which may not be null.
#[derive(Debug)]
pub(super) struct SliceBound {
    /// What the slice is of.
    pub(super) of: Box<str>,
    pub(super) value: Expression,
}

impl Planner<'_> {
    /// How a selector is computed, and its type: `expected`, if that is known and says more than the selector.
    fn output(
        &mut self,
        selector: &Selector,
        expected: Option<&Type>,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        match selector {
            Selector::Column(name) => {
                let (at, column) = self.column(name, scope)?;
                Ok((Output::Column(at), column.ty.clone()))
            }
            Selector::CountRows => Ok(self.aggregate(Aggregate::rows())),
            Selector::WriteTime(inner) => {
                let (part, each) = self.part(inner, "WRITETIME", scope)?;
                Ok((Output::WriteTime(part), listed(Type::BigInt, each)))
            }
            Selector::MaxWriteTime(inner) => {
                let (part, _) = self.part(inner, "MAXWRITETIME", scope)?;
                Ok((Output::MaxWriteTime(part), Type::BigInt))
            }
            Selector::Ttl(inner) => {
                let (part, each) = self.part(inner, "TTL", scope)?;
                Ok((Output::Ttl(part), listed(Type::Int, each)))
            }
            Selector::Cast(inner, ty) => self.cast(inner, ty, scope),
            Selector::Field(inner, field) => {
                let (of, ty) = self.output(inner, None, scope)?;
                let (at, ty) = field_of(&self.name(inner, scope), &ty, field)?;
                Ok((Output::Field(Box::new(of), at), ty))
            }
            Selector::Element(inner, key) => self.element(inner, key, scope),
            Selector::Slice(inner, from, to) => self.slice(inner, [from, to], scope),
            Selector::Call(function, arguments) => self.call(function, arguments, scope),
            Selector::Operation(left, operator, right) => {
                self.operation(left, *operator, right, scope)
            }
            Selector::Negate(inner) => self.negation(inner, scope),
            Selector::Hint(ty, inner) => self.hint(ty, inner, scope),
            Selector::Term(term) => self.term(term, expected, scope),
            Selector::List(_)
            | Selector::Set(_)
            | Selector::Map(_)
            | Selector::User(_)
            | Selector::Tuple(_) => self.composite(selector, expected, scope),
        }
    }

    fn name(&self, selector: &Selector, scope: &Scope<'_>) -> String {
        name::of(selector, scope.flavor(), &self.table.keyspace)
    }

    fn column(&self, name: &str, scope: &Scope<'_>) -> Result<(usize, &table::Column), Failure> {
        let found = self.table.column(name);
        found.ok_or_else(|| scope.unknown_column(self.table, name))
    }

    /// A literal of an expected type, or one that says its type by itself.
    fn term(
        &self,
        term: &Term,
        expected: Option<&Type>,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let ty = match (term, expected) {
            (Term::Hint(ty, _), _) => scope.schema.resolve_type(ty, Some(&self.table.keyspace))?,
            (_, Some(expected)) => expected.clone(),
            // ScyllaDB guesses, Cassandra does not.
            (Term::Constant(constant), None) if scope.flavor() == Flavor::Scylla => {
                literal::natural(constant.kind, &constant.text)
            }
            _ => return Err(self.untyped(&Selector::Term(term.clone()), scope)),
        };
        let name = self.name(&Selector::Term(term.clone()), scope);
        let place = spec(self.table, &name, &ty);
        if let Term::Hint(_, inner) = term {
            self.check_hint(inner, &place, scope)?;
        }
        let place = match term {
            Term::Hint(_, inner) if matches!(**inner, Term::Marker(_)) => {
                spec(self.table, "[selection]", &ty)
            }
            _ => place,
        };
        let planned = term::plan(term, &place, scope)?;
        Ok((Output::Term(planned), ty))
    }

    fn element(
        &mut self,
        inner: &Selector,
        key: &Term,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let (of, ty) = self.output(inner, None, scope)?;
        let name = self.name(inner, scope);
        let (key_type, result) = match ty.bare() {
            Type::Map(key, value) => (Type::clone(key), Type::clone(value)),
            Type::Set(member) => (Type::clone(member), Type::clone(member)),
            Type::List(member) if scope.flavor() == Flavor::Scylla => {
                (Type::Int, Type::clone(member))
            }
            _ => return Err(no_elements("Element", &name, &ty)),
        };
        let key = self.key(&name, &ty, &key_type, key, scope)?;
        Ok((Output::Element(Box::new(of), ty, key), result))
    }

    /// `c[from..to]` of a set or map.
    fn slice(
        &mut self,
        inner: &Selector,
        [from, to]: [&Option<Term>; 2],
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let (of, ty) = self.output(inner, None, scope)?;
        let name = self.name(inner, scope);
        let (Type::Map(key_type, _) | Type::Set(key_type)) = ty.bare() else {
            return Err(no_elements("Slice", &name, &ty));
        };
        let mut bound = |bound: &Option<Term>| {
            let bound = bound.as_ref();
            bound
                .map(|bound| self.key(&name, &ty, key_type, bound, scope))
                .transpose()
        };
        let (from, to) = (bound(from)?, bound(to)?);
        self.bound(&name, [&from, &to]);
        let result = ty.thawed();
        Ok((Output::Slice(Box::new(of), ty, from, to), result))
    }

    fn bound(&mut self, of: &str, bounds: [&Option<Expression>; 2]) {
        let bounds = bounds.into_iter().flatten().map(|value| SliceBound {
            of: of.into(),
            value: value.clone(),
        });
        self.bounds.extend(bounds);
    }

    fn key(
        &self,
        name: &str,
        ty: &Type,
        key_type: &Type,
        key: &Term,
        scope: &mut Scope<'_>,
    ) -> Result<Expression, Failure> {
        let what = match ty.bare() {
            Type::Set(_) => "value",
            _ => "key",
        };
        let place = spec(self.table, &format!("{what}({name})"), key_type);
        term::plan(key, &place, scope)
    }

    fn untyped(&self, selector: &Selector, scope: &Scope<'_>) -> Failure {
        Failure::invalid(format!(
            "Cannot infer type for term {} in selection clause (try using a cast to force a type)",
            self.name(selector, scope)
        ))
    }

    fn aggregate(&mut self, aggregate: Aggregate) -> (Output, Type) {
        let ty = aggregate.result();
        self.aggregates.push(aggregate);
        (Output::Aggregated(self.aggregates.len() - 1), ty)
    }
}

fn listed(ty: Type, each: bool) -> Type {
    match each {
        true => Type::List(Box::new(ty)),
        false => ty,
    }
}

fn no_elements(what: &str, selected: &str, ty: &Type) -> Failure {
    Failure::invalid(match ty.bare() {
        Type::List(_) => {
            format!("{what} selection is only allowed on sets and maps, but {selected} is a list")
        }
        _ => format!(
            "Invalid {} selection: {selected} is of type {ty} is not a collection",
            what.to_lowercase()
        ),
    })
}

/// The place and type of a field of a user-defined type.
fn field_of(selected: &str, ty: &Type, field: &str) -> Result<(usize, Type), Failure> {
    let Type::User(user) = ty.bare() else {
        return Err(Failure::invalid(format!(
            "Invalid field selection: {selected} of type {ty} is not a user type"
        )));
    };
    let mut fields = user.fields.iter().enumerate();
    match fields.find(|(_, (name, _))| &**name == field) {
        Some((at, (_, ty))) => Ok((at, ty.clone())),
        None => Err(Failure::invalid(format!(
            "{selected} of type {ty} has no field {field}"
        ))),
    }
}
