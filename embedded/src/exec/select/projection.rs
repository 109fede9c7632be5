//! What stands between SELECT and FROM.

mod part;

use scylla_orm_driver::value::{Column, Type};

use crate::catalog::table::{self, Table};
use crate::exec::function::{self, Function, cast};
use crate::exec::scope::{Scope, spec};
use crate::exec::select::aggregate::{self, Aggregate};
use crate::exec::select::name;
use crate::exec::select::output::Output;
use crate::exec::term::{self, literal};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{QualifiedName, Selected, Selector, Term, TypeName};

/// The columns of an answer, and how they are computed.
pub(super) struct Projection {
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
    };
    for selection in selections {
        let (output, ty) = planner.output(&selection.selector, scope)?;
        let name = match &selection.alias {
            Some(alias) => alias.to_string(),
            None => name::of(&selection.selector),
        };
        projection.outputs.push(output);
        projection.columns.push(result_column(table, &name, &ty));
    }
    projection.aggregates = planner.aggregates;
    Ok(projection)
}

fn result_column(table: &Table, name: &str, ty: &Type) -> Column {
    spec(table, name, &ty.thawed())
}

struct Planner<'t> {
    table: &'t Table,
    aggregates: Vec<Aggregate>,
}

impl Planner<'_> {
    fn output(
        &mut self,
        selector: &Selector,
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
            Selector::Ttl(inner) => {
                let (part, each) = self.part(inner, "TTL", scope)?;
                Ok((Output::Ttl(part), listed(Type::Int, each)))
            }
            Selector::Cast(inner, ty) => self.cast(inner, ty, scope),
            Selector::Field(inner, field) => {
                let (of, ty) = self.output(inner, scope)?;
                let (at, ty) = field_of(&name::of(inner), &ty, field)?;
                Ok((Output::Field(Box::new(of), at), ty))
            }
            Selector::Element(inner, key) => {
                let (of, ty) = self.output(inner, scope)?;
                let (key_type, result) = match ty.bare() {
                    Type::Map(key, value) => (Type::clone(key), Type::clone(value)),
                    Type::Set(member) => (Type::clone(member), Type::clone(member)),
                    Type::List(member) if scope.flavor() == Flavor::Scylla => {
                        (Type::Int, Type::clone(member))
                    }
                    _ => {
                        return Err(no_elements(&name::of(inner), &ty));
                    }
                };
                let place = spec(self.table, &format!("key({})", name::of(inner)), &key_type);
                let key = term::plan(key, &place, scope)?;
                Ok((Output::Element(Box::new(of), ty, key), result))
            }
            Selector::Call(function, arguments) => self.call(function, arguments, scope),
            Selector::Term(term) => self.term(term, scope),
        }
    }

    fn column(&self, name: &str, scope: &Scope<'_>) -> Result<(usize, &table::Column), Failure> {
        let found = self.table.column(name);
        found.ok_or_else(|| scope.unknown_column(self.table, name))
    }

    /// A literal that says its type by itself.
    fn term(&self, term: &Term, scope: &mut Scope<'_>) -> Result<(Output, Type), Failure> {
        let ty = match term {
            // ScyllaDB guesses, Cassandra does not.
            Term::Constant(_) if scope.flavor() == Flavor::Cassandra => return Err(untyped(term)),
            Term::Constant(constant) => literal::natural(constant.kind, &constant.text),
            Term::Cast(ty, _) => scope.schema.resolve_type(ty, Some(&self.table.keyspace))?,
            _ => return Err(untyped(term)),
        };
        let planned = term::plan(term, &spec(self.table, "[term]", &ty), scope)?;
        Ok((Output::Term(planned), ty))
    }

    fn cast(
        &mut self,
        inner: &Selector,
        ty: &TypeName,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let (of, from) = self.output(inner, scope)?;
        let to = scope.schema.resolve_type(ty, Some(&self.table.keyspace))?;
        if !cast::exists(&from, &to) {
            return Err(Failure::invalid(scope.flavor().pick(
                format!("{from} cannot be cast to {to}"),
                format!(
                    "Invalid call to function system.cast_as_{to}, none of its type signatures match"
                ),
            )));
        }
        Ok((Output::Call(Function::Cast(from, to.clone()), vec![of]), to))
    }

    fn call(
        &mut self,
        function: &QualifiedName,
        arguments: &[Selector],
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        if let ([argument], Some(kind)) = (arguments, aggregate::Kind::of(&function.name)) {
            let before = self.aggregates.len();
            let (argument, ty) = self.output(argument, scope)?;
            if self.aggregates.len() > before {
                return Err(Failure::invalid(
                    "aggregate functions cannot be used as arguments of aggregate functions",
                ));
            }
            let aggregate = Aggregate::new(kind, argument, ty, scope.flavor())?;
            return Ok(self.aggregate(aggregate));
        }
        let mut planned = Vec::new();
        for argument in arguments {
            // A literal or marker takes the type that the function asks for.
            planned.push(match argument {
                Selector::Term(_) => None,
                other => Some(self.output(other, scope)?),
            });
        }
        let partition: Vec<Type> = self
            .table
            .partition_key()
            .iter()
            .map(|c| c.ty.clone())
            .collect();
        let types: Vec<Option<Type>> = planned
            .iter()
            .map(|p| p.as_ref().map(|(_, ty)| ty.clone()))
            .collect();
        let signature = function::resolve(&function.name, &types, &partition, scope.flavor())?;
        let mut outputs = Vec::new();
        for ((planned, argument), (at, wanted)) in planned
            .into_iter()
            .zip(arguments)
            .zip(signature.arguments.iter().enumerate())
        {
            outputs.push(match (planned, argument) {
                (None, Selector::Term(term)) => {
                    let place = format!("arg{at}(system.{})", function.name);
                    Output::Term(term::plan(term, &spec(self.table, &place, wanted), scope)?)
                }
                (Some((output, _)), _) => output,
                (None, _) => return Err(Failure::server("an argument that was not planned")),
            });
        }
        Ok((Output::Call(signature.function, outputs), signature.result))
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

fn no_elements(selected: &str, ty: &Type) -> Failure {
    Failure::invalid(match ty.bare() {
        Type::List(_) => {
            format!("Element selection is only allowed on sets and maps, but {selected} is a list")
        }
        _ => format!("Invalid element selection: {selected} is of type {ty} is not a collection"),
    })
}

fn untyped(term: &Term) -> Failure {
    Failure::invalid(format!(
        "Cannot infer type for term {} in selection clause (try using a cast to force a type)",
        term::show::term(term)
    ))
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
            "{selected} of type {} has no field {field}",
            user.name
        ))),
    }
}
