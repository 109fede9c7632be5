//! Selectors that call something: functions, aggregates, casts, operators.

use scylla_orm_driver::value::{Column, Type};

use crate::exec::function::signature::{Fit, Given, GivenKind, Signature, accepts};
use crate::exec::function::{self, Call, Function, cast};
use crate::exec::scope::Scope;
use crate::exec::select::aggregate::{self, Aggregate};
use crate::exec::select::output::Output;
use crate::exec::select::projection::Planner;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Arithmetic, QualifiedName, Selector, Term, TypeName};

/// An argument: how it is computed, unless it is a literal that waits for its type.
struct Argument {
    output: Option<Output>,
    given: Given,
}

impl Planner<'_> {
    pub(super) fn call(
        &mut self,
        function: &QualifiedName,
        arguments: &[Selector],
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let flavor = scope.flavor();
        if function.keyspace.as_deref().is_none_or(|k| k == "system")
            && let Some(kind) = aggregate::Kind::of(&function.name)
        {
            return self.aggregate_of(kind, arguments, scope);
        }
        let mut planned = Vec::with_capacity(arguments.len());
        for argument in arguments {
            planned.push(self.argument(argument, scope)?);
        }
        // `[1, 2]` is a list where anything may be; a function of vectors takes it as one.
        for (planned, argument) in planned.iter_mut().zip(arguments) {
            if let (Selector::Term(term), None) = (argument, &planned.output)
                && let GivenKind::Term(_) = planned.given.kind
                && !function.name.starts_with("similarity")
                && let Some(ty) = natural(term, flavor)
            {
                planned.given.kind = GivenKind::Typed(ty);
            }
        }
        let partition = self.table.partition_key().iter();
        let partition: Vec<Type> = partition.map(|c| c.ty.clone()).collect();
        let given: Vec<Given> = planned.iter().map(|a| a.given.clone()).collect();
        let call = Call {
            name: function,
            given: &given,
            partition: &partition,
            receiver: None,
            flavor,
        };
        let signature = function::resolve(&call)?.ok_or_else(|| {
            let keyspace = function.keyspace.as_deref();
            let keyspace = keyspace.map_or_else(String::new, |keyspace| format!("{keyspace}."));
            let name = &function.name;
            Failure::invalid(flavor.pick(
                format!("Unknown function {keyspace}{name} called"),
                format!("Unknown function '{keyspace}{name}'"),
            ))
        })?;
        let arguments: Vec<&Selector> = arguments.iter().collect();
        self.called(signature, planned, &arguments, scope)
    }

    fn aggregate_of(
        &mut self,
        kind: aggregate::Kind,
        arguments: &[Selector],
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let [argument] = arguments else {
            return Err(kind.arity(arguments.len(), scope.flavor()));
        };
        let before = self.aggregates.len();
        let (argument, ty) = self.output(argument, None, scope)?;
        if self.aggregates.len() > before {
            return Err(Failure::invalid(
                "aggregate functions cannot be used as arguments of aggregate functions",
            ));
        }
        let aggregate = Aggregate::new(kind, argument, ty, scope.flavor())?;
        Ok(self.aggregate(aggregate))
    }

    pub(super) fn cast(
        &mut self,
        inner: &Selector,
        ty: &TypeName,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let to = scope.schema.resolve_type(ty, Some(&self.table.keyspace))?;
        let argument = self.argument(inner, scope)?;
        if let GivenKind::Typed(from) = &argument.given.kind
            && let Some(output) = argument.output
        {
            if scope.flavor() == Flavor::Scylla && !cast::exists(from, &to) {
                return Err(Failure::invalid(format!("{from} cannot be cast to {to}")));
            }
            if from.thawed() == to.thawed() {
                return Ok((output, to));
            }
            let castable = [&Type::Boolean, &Type::Uuid, &Type::TimeUuid, &Type::Counter];
            if castable.contains(&&to) || matches!(to.bare(), Type::Blob | Type::Inet) {
                return Err(Failure::invalid(format!(
                    "{} cannot be cast to {to}",
                    argument.given.text
                )));
            }
            let signature = function::resolve_cast(argument.given.clone(), &to, scope.flavor())?;
            return Ok((Output::Call(signature.function, vec![output]), to));
        }
        let signature = function::resolve_cast(argument.given.clone(), &to, scope.flavor())?;
        self.called(signature, vec![argument], &[inner], scope)
    }

    pub(super) fn operation(
        &mut self,
        left: &Selector,
        operator: Arithmetic,
        right: &Selector,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let planned = vec![self.argument(left, scope)?, self.argument(right, scope)?];
        let given = [&planned[0].given, &planned[1].given];
        let signature = function::resolve_operation(operator, given, None)?;
        self.called(signature, planned, &[left, right], scope)
    }

    pub(super) fn negation(
        &mut self,
        inner: &Selector,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let planned = self.argument(inner, scope)?;
        let signature = function::resolve_negation(&planned.given, None, scope.flavor())?;
        self.called(signature, vec![planned], &[inner], scope)
    }

    /// `(type) selector` that is no term: the type has to be its own, or one that it also is.
    pub(super) fn hint(
        &mut self,
        ty: &TypeName,
        inner: &Selector,
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let to = scope.schema.resolve_type(ty, Some(&self.table.keyspace))?;
        let (output, from) = self.output(inner, Some(&to), scope)?;
        if accepts(&to, &from) {
            return Ok((output, to));
        }
        let name = self.name(&Selector::Hint(ty.clone(), Box::new(inner.clone())), scope);
        Err(Failure::invalid(format!(
            "Cannot assign value {name} to {name} of type {to}"
        )))
    }

    /// Refuses a literal that is not of the type that is said before it.
    pub(super) fn check_hint(
        &self,
        inner: &Term,
        place: &Column,
        scope: &Scope<'_>,
    ) -> Result<(), Failure> {
        let given = Given::term(inner, scope.flavor());
        if !matches!(inner, Term::Constant(_)) || given.fit(&place.ty) != Fit::Not {
            return Ok(());
        }
        let (name, ty) = (&place.name, &place.ty);
        Err(Failure::invalid(format!(
            "Cannot assign value {name} to {name} of type {ty}"
        )))
    }

    /// What a selector is as an argument; one alone in parentheses is that one.
    fn argument(
        &mut self,
        selector: &Selector,
        scope: &mut Scope<'_>,
    ) -> Result<Argument, Failure> {
        let text = self.name(selector, scope);
        let inside = match selector {
            Selector::Tuple(members) if members.len() == 1 => &members[0],
            other => other,
        };
        if let Selector::Term(term) = inside
            && !matches!(term, Term::Hint(..))
        {
            let kind = GivenKind::Term(term.clone());
            let given = Given { kind, text };
            return Ok(Argument {
                output: None,
                given,
            });
        }
        let (output, ty) = self.output(inside, None, scope)?;
        Ok(Argument {
            output: Some(output),
            given: Given::typed(ty, text),
        })
    }

    /// The call, with literals of the types that it takes.
    fn called(
        &mut self,
        signature: Signature,
        planned: Vec<Argument>,
        arguments: &[&Selector],
        scope: &mut Scope<'_>,
    ) -> Result<(Output, Type), Failure> {
        let Signature {
            name,
            function,
            arguments: wanted,
            result,
        } = signature;
        let mut outputs = Vec::with_capacity(planned.len());
        for (at, (planned, selector)) in planned.into_iter().zip(arguments).enumerate() {
            outputs.push(match (planned.output, selector, wanted.get(at)) {
                (Some(output), ..) => output,
                (None, selector, Some(ty)) => {
                    self.literal(selector, &format!("arg{at}(system.{name})"), ty, scope)?
                }
                (None, ..) => return Err(Failure::server("an argument without a type")),
            });
        }
        let result = match function {
            // What is shown of a user-defined type is itself.
            Function::Mask(..) => result.thawed(),
            _ => result,
        };
        Ok((Output::Call(function, outputs), result))
    }

    fn literal(
        &self,
        selector: &Selector,
        place: &str,
        ty: &Type,
        scope: &mut Scope<'_>,
    ) -> Result<Output, Failure> {
        let term = match selector {
            Selector::Term(term) => term,
            Selector::Tuple(members) => match members.as_slice() {
                [Selector::Term(term)] => term,
                _ => return Err(Failure::server("no literal")),
            },
            _ => return Err(Failure::server("no literal")),
        };
        let place = crate::exec::scope::spec(self.table, place, ty);
        Ok(Output::Term(crate::exec::term::plan(term, &place, scope)?))
    }
}

/// The type of a list or set of literals of one type; as an argument Cassandra knows it.
fn natural(term: &Term, flavor: Flavor) -> Option<Type> {
    let (Term::List(members) | Term::Set(members)) = term else {
        return None;
    };
    let types = members.iter().map(|m| Given::term(m, flavor).natural());
    let types: Vec<Type> = types.collect::<Option<_>>()?;
    let first = types.first()?.clone();
    let all = types.iter().all(|ty| *ty == first);
    let boxed = Box::new(first);
    all.then_some(match term {
        Term::List(_) => Type::List(boxed),
        _ => Type::Set(boxed),
    })
}
