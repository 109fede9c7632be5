//! The functions whose types are made by what is given.

use scylla_orm_driver::value::Type;

use crate::exec::function::catalog::signature;
use crate::exec::function::collection::Collection;
use crate::exec::function::mask::Mask;
use crate::exec::function::signature::{Fit, Given, GivenKind, Signature};
use crate::exec::function::vector::Similarity;
use crate::exec::function::{Call, Function};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Term;

/// What a call of such a function means; none if there is no such function of this name.
pub(super) fn resolve(name: &str, call: &Call<'_>) -> Result<Option<Signature>, Failure> {
    let given = call.given;
    if let Some(similarity) = Similarity::of(name) {
        return of_vectors(name, similarity, given).map(Some);
    }
    match (name, call.flavor) {
        ("tojson", _) | ("to_json", Flavor::Cassandra) => to_json(name, given).map(Some),
        ("fromjson", _) | ("from_json", Flavor::Cassandra) => {
            from_json(name, given, call.receiver).map(Some)
        }
        (_, Flavor::Scylla) => Ok(None),
        (_, Flavor::Cassandra) => {
            if let Some(collection) = Collection::of(name) {
                return of_collection(name, collection, given).map(Some);
            }
            match Mask::of(name) {
                Some(mask) => masked(name, mask, given, call.receiver).map(Some),
                None => Ok(None),
            }
        }
    }
}

fn to_json(name: &str, given: &[Given]) -> Result<Signature, Failure> {
    let [value] = given else {
        return Err(arity(name, "any"));
    };
    let ty = typed(name, "any", value)?;
    let function = Function::ToJson(ty.clone());
    Ok(signature(name, function, &[ty], Type::Text))
}

fn from_json(name: &str, given: &[Given], receiver: Option<&Type>) -> Result<Signature, Failure> {
    let [value] = given else {
        return Err(arity(name, "text"));
    };
    let Some(receiver) = receiver else {
        return Err(Failure::invalid(format!(
            "{name}() cannot be used in the selection clause of a SELECT statement"
        )));
    };
    if value.fit(&Type::Text) == Fit::Not {
        return Err(wrong(name, "an argument of type text", value));
    }
    let function = Function::FromJson(receiver.clone(), name.into());
    Ok(signature(name, function, &[Type::Text], receiver.clone()))
}

fn of_vectors(name: &str, similarity: Similarity, given: &[Given]) -> Result<Signature, Failure> {
    let [left, right] = given else {
        return Err(arity(name, "vector<float, n>, vector<float, n>"));
    };
    let dimension = |given: &Given| match &given.kind {
        GivenKind::Typed(ty) => match ty.bare() {
            Type::Vector(member, size) if **member == Type::Float => Ok(Some(*size)),
            _ => Err(wrong(name, "a float vector argument", given)),
        },
        GivenKind::Term(Term::List(members)) => Ok(u16::try_from(members.len()).ok()),
        GivenKind::Term(Term::Marker(_) | Term::Null) => Ok(None),
        GivenKind::Term(_) => Err(wrong(name, "a float vector argument", given)),
    };
    let (left_size, right_size) = (dimension(left)?, dimension(right)?);
    let Some(size) = left_size.or(right_size) else {
        return Err(uninferred(name, "vector<float, n>", left));
    };
    if [left_size, right_size].iter().flatten().any(|s| *s != size) {
        return Err(Failure::invalid(
            "All arguments must have the same vector dimensions",
        ));
    }
    let vector = Type::Vector(Box::new(Type::Float), size);
    let function = Function::Similarity(similarity);
    Ok(signature(
        name,
        function,
        &[vector.clone(), vector],
        Type::Float,
    ))
}

fn of_collection(
    name: &str,
    collection: Collection,
    given: &[Given],
) -> Result<Signature, Failure> {
    let [value] = given else {
        return Err(arity(name, collection.parameter()));
    };
    let ty = typed(name, collection.parameter(), value)?;
    match collection.result(&ty) {
        Some(result) => {
            let function = Function::Collection(collection, ty.clone());
            Ok(signature(name, function, &[ty], result))
        }
        None => Err(wrong(name, collection.wanted(), value)),
    }
}

fn masked(
    name: &str,
    mask: Mask,
    given: &[Given],
    receiver: Option<&Type>,
) -> Result<Signature, Failure> {
    let optional = mask.optional();
    let Some((value, rest)) = given.split_first().filter(|(_, rest)| {
        let least = mask.arguments().len() - optional;
        (least..=mask.arguments().len()).contains(&rest.len())
    }) else {
        return Err(arity(name, mask.parameters()));
    };
    let ty = match receiver {
        Some(receiver) if value.natural().is_none() => receiver.clone(),
        _ => typed(name, "any", value)?,
    };
    if mask.is_of_text() && !matches!(ty.bare(), Type::Text | Type::Ascii) {
        return Err(wrong(
            name,
            "an argument of type [text|varchar|ascii]",
            value,
        ));
    }
    let mut arguments = vec![ty.clone()];
    for (given, wants) in rest.iter().zip(mask.arguments()) {
        let wants = wants.clone().unwrap_or_else(|| ty.clone());
        if given.fit(&wants) == Fit::Not {
            return Err(wrong(name, &format!("an argument of type {wants}"), given));
        }
        arguments.push(wants);
    }
    let function = Function::Mask(mask, ty.clone());
    Ok(signature(name, function, &arguments, ty))
}

/// The type that an argument has by itself.
fn typed(name: &str, parameter: &str, given: &Given) -> Result<Type, Failure> {
    given
        .natural()
        .ok_or_else(|| uninferred(name, parameter, given))
}

fn arity(name: &str, parameters: &str) -> Failure {
    Failure::invalid(format!(
        "Invalid number of arguments for function system.{name}({parameters})"
    ))
}

fn wrong(name: &str, wanted: &str, given: &Given) -> Failure {
    let ty = given
        .natural()
        .map_or_else(String::new, |ty| format!(" of type {ty}"));
    Failure::invalid(format!(
        "Function system.{name} requires {wanted}, but found argument {}{ty}",
        given.text
    ))
}

fn uninferred(name: &str, parameter: &str, given: &Given) -> Failure {
    Failure::invalid(format!(
        "Cannot infer type of argument {} in call to function system.{name}({parameter}): use type casts to \
         disambiguate",
        given.text
    ))
}
