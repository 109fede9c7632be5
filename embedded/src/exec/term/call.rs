//! Calls of functions and casts as terms.

use scylla_orm_driver::value::{Column, Type};

use crate::exec::function::{self, Function, Signature, accepts, cast};
use crate::exec::scope::Scope;
use crate::exec::term::{Node, literal, plan as plan_term, show};
use crate::failure::Failure;
use crate::parse::syntax::{QualifiedName, Term, TypeName};

/// `function(…)`
pub(super) fn plan(
    name: &QualifiedName,
    arguments: &[Term],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let signature = resolve(name, arguments, place, scope)?;
    if !accepts(&place.ty, &signature.result) {
        return Err(Failure::invalid(format!(
            "Type error: cannot assign result of function system.{} (type {}) to {} (type {})",
            name.name, signature.result, place.name, place.ty
        )));
    }
    let mut planned = Vec::with_capacity(arguments.len());
    for (index, (term, ty)) in arguments.iter().zip(&signature.arguments).enumerate() {
        let argument = Column {
            name: format!("arg{index}(system.{})", name.name).into(),
            ty: ty.clone(),
            ..place.clone()
        };
        planned.push(plan_term(term, &argument, scope)?);
    }
    Ok(Node::Call(signature.function, planned))
}

/// `(type) term` says which type a term has, `cast(term AS type)` makes it one.
pub(super) fn cast(
    ty: &TypeName,
    inner: &Term,
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let to = scope.schema.resolve_type(ty, Some(&place.keyspace))?;
    if !accepts(&place.ty, &to) {
        return Err(Failure::invalid(format!(
            "Cannot assign value ({to}){} to {} of type {}",
            show::term(inner),
            place.name,
            place.ty
        )));
    }
    let typed = |ty: &Type| Column {
        ty: ty.clone(),
        ..place.clone()
    };
    let from = match natural(inner, place, scope)? {
        Some(from) => from,
        None => return Ok(plan_term(inner, &typed(&to), scope)?.node),
    };
    let as_written = |scope: &mut Scope<'_>| plan_term(inner, &typed(&to), scope);
    match as_written(scope) {
        Ok(expression) => Ok(expression.node),
        Err(_) if cast::exists(&from, &to) => {
            let argument = plan_term(inner, &typed(&from), scope)?;
            Ok(Node::Call(Function::Cast(from, to), vec![argument]))
        }
        Err(failure) => Err(failure),
    }
}

/// The function that is meant, by the arguments' types as far as they are known.
fn resolve(
    name: &QualifiedName,
    arguments: &[Term],
    place: &Column,
    scope: &Scope<'_>,
) -> Result<Signature, Failure> {
    if !function::is_known(&name.name, scope.flavor()) {
        // In SELECT Cassandra says it in other words.
        return Err(Failure::invalid(format!(
            "Unknown function {} called",
            name.name
        )));
    }
    let table = scope.schema.table(&place.keyspace, &place.table).ok();
    let partition: Vec<Type> = table.map_or_else(Vec::new, |table| {
        let key = table.partition_key().iter();
        key.map(|column| column.ty.clone()).collect()
    });
    let mut types = Vec::with_capacity(arguments.len());
    for term in arguments {
        types.push(natural(term, place, scope)?);
    }
    function::resolve(&name.name, &types, &partition, scope.flavor()).or_else(|failure| {
        // A literal also fits other types than the one that it has by itself.
        let open = arguments.iter().zip(types);
        let open: Vec<Option<Type>> = open
            .map(|(term, ty)| ty.filter(|_| !matches!(term, Term::Constant(_))))
            .collect();
        function::resolve(&name.name, &open, &partition, scope.flavor()).map_err(|_| failure)
    })
}

/// The type that a term has by itself, if it has one.
fn natural(term: &Term, place: &Column, scope: &Scope<'_>) -> Result<Option<Type>, Failure> {
    Ok(match term {
        Term::Constant(constant) => Some(literal::natural(constant.kind, &constant.text)),
        Term::Cast(ty, _) => Some(scope.schema.resolve_type(ty, Some(&place.keyspace))?),
        Term::Call(name, arguments) => Some(resolve(name, arguments, place, scope)?.result),
        _ => None,
    })
}
