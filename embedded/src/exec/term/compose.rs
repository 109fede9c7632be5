//! Literals of several values: lists, sets, maps, tuples, user-defined types.

use scylla_orm_driver::value::{Column, Type};

use crate::exec::scope::Scope;
use crate::exec::term::literal::{self, Unfit};
use crate::exec::term::{Expression, Node, plan, show};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Name, Term};

/// `[a, b]`: a list or a vector.
pub(super) fn list(
    members: &[Term],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    match place.ty.bare() {
        Type::List(member) => Ok(Node::List(each(members, "list", member, place, scope)?)),
        Type::Vector(_, size) if usize::from(*size) != members.len() => {
            let (name, ty, got) = (&place.name, &place.ty, members.len());
            Err(Failure::invalid(scope.flavor().pick(
                format!("Invalid vector literal for {name}: type {ty} expects {size} elements but got {got}"),
                format!("Invalid vector literal for {name} of type {ty}; expected {size} elements, but given {got}"),
            )))
        }
        Type::Vector(member, _) => Ok(Node::Vector(each(members, "vector", member, place, scope)?)),
        _ if scope.flavor() == Flavor::Cassandra => Err(Failure::invalid(format!(
            "Unexpected receiver type '{}'; only list and vector are expected",
            place.ty
        ))),
        _ => Err(misplaced("list", place)),
    }
}

/// `{a, b}`; `{}` may also be a map.
pub(super) fn set(
    members: &[Term],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    match place.ty.bare() {
        Type::Set(member) => Ok(Node::Set(each(members, "set", member, place, scope)?)),
        Type::Map(..) if members.is_empty() => Ok(Node::Map(Vec::new())),
        Type::User(ty) if members.is_empty() && scope.flavor() == Flavor::Scylla => {
            Ok(Node::Fields(ty.fields.iter().map(|_| None).collect()))
        }
        _ => Err(misplaced("set", place)),
    }
}

pub(super) fn map(
    pairs: &[(Term, Term)],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let Type::Map(key, value) = place.ty.bare() else {
        return Err(misplaced("map", place));
    };
    let keys = inner(place, format!("key({})", place.name), key);
    let values = inner(place, format!("value({})", place.name), value);
    let mut planned = Vec::with_capacity(pairs.len());
    for (k, v) in pairs {
        for (what, term, ty) in [("key", k, key), ("value", v, value)] {
            if !fits(term, ty) {
                return Err(Failure::invalid(format!(
                    "Invalid map literal for {}: {what} {} is not of type {ty}",
                    place.name,
                    show::term(term)
                )));
            }
        }
        planned.push((plan(k, &keys, scope)?, plan(v, &values, scope)?));
    }
    Ok(Node::Map(planned))
}

/// `(a, b)`; trailing members may be missing. With one member it may also be a term in parentheses.
pub(super) fn tuple(
    members: &[Term],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let Type::Tuple(types) = place.ty.bare() else {
        return match members {
            [only] => Ok(plan(only, place, scope)?.node),
            _ => Err(misplaced(scope.flavor().pick("tuple", "tuple type"), place)),
        };
    };
    if members.len() > types.len() {
        return Err(Failure::invalid(format!(
            "Invalid tuple literal for {}: too many elements. Type {} expects {} but got {}",
            place.name,
            place.ty,
            types.len(),
            members.len()
        )));
    }
    let mut planned = Vec::with_capacity(members.len());
    for (index, (term, ty)) in members.iter().zip(types).enumerate() {
        if !fits(term, ty) {
            return Err(Failure::invalid(format!(
                "Invalid tuple literal for {}: component {index} is not of type {ty}",
                place.name
            )));
        }
        let component = inner(place, format!("{}[{index}]", place.name), ty);
        planned.push(Some(plan(term, &component, scope)?));
    }
    Ok(Node::Fields(planned))
}

/// `{field: value}`; a field that is not given is null.
pub(super) fn user(
    fields: &[(Name, Term)],
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Node, Failure> {
    let Type::User(ty) = place.ty.bare() else {
        return Err(misplaced("user type", place));
    };
    let unknown = fields
        .iter()
        .find(|(name, _)| !ty.fields.iter().any(|(field, _)| field == name));
    if let Some((name, _)) = unknown {
        return Err(Failure::invalid(format!(
            "Unknown field '{name}' in value of user defined type {}",
            ty.name
        )));
    }
    let mut planned = Vec::with_capacity(ty.fields.len());
    for (name, field) in &ty.fields {
        let Some((_, term)) = fields.iter().rev().find(|(given, _)| given == name) else {
            planned.push(None);
            continue;
        };
        if !fits(term, field) {
            return Err(Failure::invalid(format!(
                "Invalid user type literal for {}: field {name} is not of type {field}",
                place.name
            )));
        }
        let component = inner(place, format!("{}.{name}", place.name), field);
        planned.push(Some(plan(term, &component, scope)?));
    }
    Ok(Node::Fields(planned))
}

/// Whether a literal is of the kind that a type has; whether its value is legal comes later.
fn fits(term: &Term, ty: &Type) -> bool {
    let all = |terms: &[Term], ty: &Type| terms.iter().all(|term| fits(term, ty));
    match (term, ty.bare()) {
        (Term::Constant(constant), ty) => literal::encode(constant, ty) != Err(Unfit::Kind),
        (Term::List(members), Type::List(member) | Type::Vector(member, _))
        | (Term::Set(members), Type::Set(member)) => all(members, member),
        (Term::Set(members), Type::Map(..) | Type::User(_)) => members.is_empty(),
        (Term::Map(pairs), Type::Map(key, value)) => {
            pairs.iter().all(|(k, v)| fits(k, key) && fits(v, value))
        }
        (Term::Tuple(members), Type::Tuple(types)) => {
            members.iter().zip(types).all(|(term, ty)| fits(term, ty))
        }
        (Term::Tuple(members), ty) => members.len() == 1 && all(members, ty),
        (Term::User(_), Type::User(_)) => true,
        (Term::List(_) | Term::Set(_) | Term::Map(_) | Term::User(_), _) => false,
        // Their own errors say more.
        (
            Term::Null
            | Term::Marker(_)
            | Term::Call(..)
            | Term::Cast(..)
            | Term::Hint(..)
            | Term::Operation(..)
            | Term::Negate(_)
            | Term::Member { .. }
            | Term::Column(_),
            _,
        ) => true,
    }
}

fn each(
    members: &[Term],
    kind: &str,
    ty: &Type,
    place: &Column,
    scope: &mut Scope<'_>,
) -> Result<Vec<Expression>, Failure> {
    let spec = inner(place, format!("value({})", place.name), ty);
    let mut planned = Vec::with_capacity(members.len());
    for term in members {
        if !fits(term, ty) {
            return Err(Failure::invalid(format!(
                "Invalid {kind} literal for {}: value {} is not of type {ty}",
                place.name,
                show::term(term)
            )));
        }
        planned.push(plan(term, &spec, scope)?);
    }
    Ok(planned)
}

fn inner(place: &Column, name: String, ty: &Type) -> Column {
    Column {
        name: name.into(),
        ty: ty.clone(),
        ..place.clone()
    }
}

fn misplaced(kind: &str, place: &Column) -> Failure {
    let (name, ty) = (&place.name, &place.ty);
    Failure::invalid(format!("Invalid {kind} literal for {name} of type {ty}"))
}
