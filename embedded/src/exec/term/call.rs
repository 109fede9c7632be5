//! Calls of functions, operators and casts as terms.

use scylla_orm_driver::value::{Column, Type};

use crate::exec::function::cast::exists;
use crate::exec::function::signature::{Fit, Given, GivenKind, Signature, accepts};
use crate::exec::function::{self, Call};
use crate::exec::scope::Scope;
use crate::exec::term::{Node, plan as plan_term, show};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{QualifiedName, Term, TypeName};

/// The functions that need rows.
const AGGREGATES: [&str; 5] = ["count", "min", "max", "sum", "avg"];

/// `function(…)`
pub(super) fn plan(
    name: &QualifiedName,
    arguments: &[Term],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let signature = resolve(name, arguments, Some(&place.ty), place, scope)?;
    if !accepts(&place.ty, &signature.result) {
        return Err(Failure::invalid(format!(
            "Type error: cannot assign result of function system.{} (type {}) to {} (type {})",
            signature.name, signature.result, place.name, place.ty
        )));
    }
    let arguments: Vec<&Term> = arguments.iter().collect();
    called(signature, &arguments, place, scope)
}

/// `a + b`, `-a`
pub(super) fn operation(
    term: &Term,
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let signature = operator(term, Some(&place.ty), place, scope)?;
    let operands = match term {
        Term::Operation(left, _, right) => vec![&**left, &**right],
        Term::Negate(inner) => vec![&**inner],
        _ => Vec::new(),
    };
    if !accepts(&place.ty, &signature.result) {
        return Err(Failure::invalid(format!(
            "Type error: cannot assign result of function system.{} (type {}) to {} (type {})",
            signature.name, signature.result, place.name, place.ty
        )));
    }
    called(signature, &operands, place, scope)
}

/// `cast(term AS type)`
pub(super) fn cast(
    ty: &TypeName,
    inner: &Term,
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let to = scope.schema.resolve_type(ty, Some(&place.keyspace))?;
    assignable(&to, inner, place)?;
    let typed = Column {
        ty: to.clone(),
        ..place.clone()
    };
    let given = given(inner, place, scope)?;
    if given.fit(&to) != Fit::Not {
        return Ok(plan_term(inner, &typed, scope)?.node);
    }
    if let (Some(from), Flavor::Scylla) = (given.natural(), scope.flavor())
        && !exists(&from, &to)
    {
        return Err(Failure::invalid(format!("{from} cannot be cast to {to}")));
    }
    let signature = function::resolve_cast(given, &to, scope.flavor())?;
    called(signature, &[inner], place, scope)
}

/// `(type) term` says which type a term has.
pub(super) fn hint(
    ty: &TypeName,
    inner: &Term,
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let to = scope.schema.resolve_type(ty, Some(&place.keyspace))?;
    if given(inner, place, scope)?.fit(&to) == Fit::Not {
        return Err(Failure::invalid(format!(
            "Cannot cast value {} to type {to}",
            show::spelled(inner, scope.flavor())
        )));
    }
    assignable(&to, inner, place)?;
    let typed = Column {
        ty: to,
        ..place.clone()
    };
    Ok(plan_term(inner, &typed, scope)?.node)
}

fn assignable(to: &Type, inner: &Term, place: &Column) -> Result<(), Failure> {
    if accepts(&place.ty, to) {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "Cannot assign value ({to}){} to {} of type {}",
        show::term(inner),
        place.name,
        place.ty
    )))
}

/// A call with its arguments planned for the types that it takes.
fn called(
    signature: Signature,
    arguments: &[&Term],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let mut planned = Vec::with_capacity(arguments.len());
    for (index, (term, ty)) in arguments.iter().zip(&signature.arguments).enumerate() {
        let argument = Column {
            name: format!("arg{index}(system.{})", signature.name).into(),
            ty: ty.clone(),
            ..place.clone()
        };
        planned.push(plan_term(term, &argument, scope)?);
    }
    Ok(Node::Call(signature.function, planned))
}

/// The function that is meant.
fn resolve(
    name: &QualifiedName,
    arguments: &[Term],
    receiver: Option<&Type>,
    place: &Column,
    scope: &Scope<'_>,
) -> Result<Signature, Failure> {
    if AGGREGATES.contains(&&*name.name) && arguments.len() == 1 {
        return Err(Failure::invalid(
            "Aggregation function are not supported in the where clause",
        ));
    }
    let table = scope.schema.table(&place.keyspace, &place.table).ok();
    let partition: Vec<Type> = table.map_or_else(Vec::new, |table| {
        let key = table.partition_key().iter();
        key.map(|column| column.ty.clone()).collect()
    });
    let given = arguments.iter().map(|term| given(term, place, scope));
    let given: Vec<Given> = given.collect::<Result<_, _>>()?;
    let call = Call {
        name,
        given: &given,
        partition: &partition,
        receiver,
        flavor: scope.flavor(),
    };
    // In SELECT Cassandra says it in other words.
    function::resolve(&call)?.ok_or_else(|| {
        let keyspace = name.keyspace.as_deref();
        let keyspace = keyspace.map_or_else(String::new, |keyspace| format!("{keyspace}."));
        Failure::invalid(format!("Unknown function {keyspace}{} called", name.name))
    })
}

fn operator(
    term: &Term,
    receiver: Option<&Type>,
    place: &Column,
    scope: &Scope<'_>,
) -> Result<Signature, Failure> {
    match term {
        Term::Operation(left, operator, right) => {
            let (left, right) = (given(left, place, scope)?, given(right, place, scope)?);
            function::resolve_operation(*operator, [&left, &right], receiver)
        }
        Term::Negate(inner) => {
            let inner = given(inner, place, scope)?;
            function::resolve_negation(&inner, receiver, scope.flavor())
        }
        _ => Err(Failure::server("no operator")),
    }
}

/// Whether no operand of an operator is one itself.
fn is_simple(term: &Term) -> bool {
    let plain = |term: &Term| {
        matches!(
            term,
            Term::Constant(_) | Term::Marker(_) | Term::Null | Term::Hint(..)
        )
    };
    match term {
        Term::Operation(left, _, right) => plain(left) && plain(right),
        Term::Negate(inner) => plain(inner),
        _ => true,
    }
}

/// What a term is as an argument: of some the type is known by themselves.
fn given(term: &Term, place: &Column, scope: &Scope<'_>) -> Result<Given, Failure> {
    let ty = match term {
        Term::Cast(ty, _) | Term::Hint(ty, _) => {
            scope.schema.resolve_type(ty, Some(&place.keyspace))?
        }
        Term::Call(name, arguments) => resolve(name, arguments, None, place, scope)?.result,
        Term::Operation(..) | Term::Negate(_) => {
            let known = operator(term, None, place, scope);
            // Of operators inside operators only the innermost try twice, or the time would double with each.
            let known = match known {
                Err(_) if is_simple(term) => operator(term, Some(&place.ty), place, scope),
                known => known,
            };
            known?.result
        }
        // One term in parentheses.
        Term::Tuple(members) if members.len() == 1 => {
            let inner = given(&members[0], place, scope)?;
            return Ok(match inner.kind {
                GivenKind::Typed(_) => inner,
                GivenKind::Term(_) => Given::term(term, scope.flavor()),
            });
        }
        _ => return Ok(Given::term(term, scope.flavor())),
    };
    Ok(Given::typed(ty, show::spelled(term, scope.flavor())))
}
