//! From expressions and the values of markers to bytes.

use scylla_orm_driver::value::{Column, Type};
use scylla_orm_driver::wire::Cell;

use crate::exec::function::json::Object;
use crate::exec::term::{Bound, Env, Expression, Member, Node, bind, collection, unset};
use crate::failure::Failure;

/// Where null is not supported.
const COLLECTIONS: &str = "collections";

pub(super) fn evaluate(
    expression: &Expression,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Bound, Failure> {
    let place = &expression.place;
    let ty = place.ty.bare();
    let value = match &expression.node {
        Node::Null => return Ok(Bound::Null),
        Node::Literal(bytes) => bytes.clone(),
        Node::Marker(index) => match values.get(*index) {
            Some(Cell::Value(bytes)) => bind::checked(bytes, place, env.flavor)?,
            Some(Cell::Null) => return Ok(Bound::Null),
            Some(Cell::Unset) | None => return Ok(Bound::Unset),
        },
        Node::List(members) => collection::encode_members(&present(members, values, env)?),
        Node::Vector(members) => {
            let within = env.flavor.pick(COLLECTIONS, "vectors");
            let members = members.iter().map(|m| member(m, within, values, env));
            let members: Vec<Vec<u8>> = members.collect::<Result<_, _>>()?;
            match ty {
                Type::Vector(member, _) => collection::encode_vector(member, &members),
                _ => collection::encode_members(&members),
            }
        }
        Node::Set(members) => {
            let mut members = present(members, values, env)?;
            if let Type::Set(member) = ty {
                collection::sort_members(member, &mut members);
            }
            collection::encode_members(&members)
        }
        Node::Map(pairs) => map(pairs, ty, values, env)?,
        Node::Fields(fields) => {
            let fields = fields.iter().map(|field| match field {
                Some(field) => nullable(field, values, env),
                None => Ok(None),
            });
            let fields: Vec<Option<Vec<u8>>> = fields.collect::<Result<_, _>>()?;
            collection::encode_fields(&fields)
        }
        Node::Call(function, arguments) => {
            let arguments = arguments.iter().map(|a| nullable(a, values, env));
            let arguments: Vec<Option<Vec<u8>>> = arguments.collect::<Result<_, _>>()?;
            let result = function.call(&arguments, env)?;
            return Ok(result.map_or(Bound::Null, Bound::Value));
        }
        Node::Member(member) => return json(member, place, values, env),
    };
    Ok(Bound::Value(value))
}

fn map(
    pairs: &[(Expression, Expression)],
    ty: &Type,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Vec<u8>, Failure> {
    let mut evaluated = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let key = member(key, COLLECTIONS, values, env)?;
        evaluated.push((key, member(value, COLLECTIONS, values, env)?));
    }
    if let Type::Map(key, _) = ty {
        collection::sort_pairs(key, &mut evaluated);
    }
    Ok(collection::encode_pairs(&evaluated))
}

/// A column of INSERT JSON.
fn json(
    member: &Member,
    place: &Column,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Bound, Failure> {
    let text = match evaluate(&member.object, values, env)? {
        Bound::Value(text) => text,
        Bound::Null => return Err(Failure::invalid("Got null for INSERT JSON values")),
        Bound::Unset => return Err(unset(env.flavor, &member.object.place.name)),
    };
    let object = Object::parse(&String::from_utf8_lossy(&text))?;
    let value = object.member(place, env.flavor)?;
    if let Some(name) = object.unknown(member.columns.iter().map(|name| &**name)) {
        return Err(Failure::invalid(format!(
            "JSON values map contains unrecognized column: {name}"
        )));
    }
    Ok(match value {
        Some(Some(value)) => Bound::Value(value),
        None if member.default_unset => Bound::Unset,
        Some(None) | None => Bound::Null,
    })
}

fn present(
    members: &[Expression],
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Vec<Vec<u8>>, Failure> {
    let members = members.iter();
    members
        .map(|m| member(m, COLLECTIONS, values, env))
        .collect()
}

/// A value within a collection, where there is no null.
fn member(
    expression: &Expression,
    within: &str,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Vec<u8>, Failure> {
    nullable(expression, values, env)?
        .ok_or_else(|| Failure::invalid(format!("null is not supported inside {within}")))
}

/// A value within another one, where nothing can be left as it was.
fn nullable(
    expression: &Expression,
    values: &[Cell<'_>],
    env: &Env<'_>,
) -> Result<Option<Vec<u8>>, Failure> {
    match evaluate(expression, values, env)? {
        Bound::Value(value) => Ok(Some(value)),
        Bound::Null => Ok(None),
        Bound::Unset => Err(unset(env.flavor, &expression.place.name)),
    }
}
