//! The scalar functions and operators: which there are, and what they compute.

pub(crate) mod cast;
pub(crate) mod json;
pub(crate) mod number;
pub(crate) mod signature;

mod catalog;
mod collection;
mod floor;
mod generic;
mod identifier;
mod mask;
mod math;
mod operation;
mod shift;
mod vector;

use scylla_orm_driver::value::Type;

pub(crate) use crate::exec::function::catalog::NUMBERS;
pub(crate) use crate::exec::function::vector::Similarity;

use crate::exec::function::collection::Collection;
use crate::exec::function::mask::Mask;
use crate::exec::function::math::Math;
use crate::exec::function::signature::{Given, Signature};
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Arithmetic, QualifiedName};

/// A function whose name and arguments have been resolved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Function {
    /// `now()`
    Now,
    /// `uuid()`
    Uuid,
    /// `currentTimestamp()`, `currentDate()`, `currentTime()`, by their result.
    Current(Type),
    /// `toTimestamp(x)`, `toDate(x)`, `dateOf(x)`, and every CAST.
    Cast(Type, Type),
    /// `toUnixTimestamp(x)`, `unixTimestampOf(x)`
    Unix(Type),
    /// `minTimeuuid(t)`
    MinTimeUuid,
    /// `maxTimeuuid(t)`
    MaxTimeUuid,
    /// `floor(x, duration[, start])`, by the type of `x`.
    Floor(Type),
    /// `token(partition key)`
    Token,
    /// `…AsBlob(x)`
    AsBlob,
    /// `blobAs…(x)`, with its name for errors.
    FromBlob(Type, Box<str>),
    /// `abs(x)` and its like.
    Math(Math, Type),
    /// `map_keys(m)` and its like.
    Collection(Collection, Type),
    /// `similarity_cosine(a, b)` and its like.
    Similarity(Similarity),
    /// `mask_inner(x, …)` and its like.
    Mask(Mask, Type),
    /// `toJson(x)`
    ToJson(Type),
    /// `fromJson(x)`, with its name for errors.
    FromJson(Type, Box<str>),
    /// `a + b`, by the types of its operands.
    Operation(Arithmetic, Type, Type),
    /// `-a`
    Negate(Type),
}

/// A call before it is known which function it means.
#[derive(Debug, Clone)]
pub(crate) struct Call<'c> {
    pub(crate) name: &'c QualifiedName,
    pub(crate) given: &'c [Given],
    /// The types of the partition key, which `token` takes.
    pub(crate) partition: &'c [Type],
    /// The type of the place where the result goes, if there is one.
    pub(crate) receiver: Option<&'c Type>,
    pub(crate) flavor: Flavor,
}

/// Finds the function that a call means; none if there is none of this name.
///
/// # Errors
/// Arguments that it does not take.
pub(crate) fn resolve(call: &Call<'_>) -> Result<Option<Signature>, Failure> {
    let QualifiedName { keyspace, name } = call.name;
    if keyspace.as_deref().is_some_and(|k| k != "system") {
        return Ok(None);
    }
    if let Some(signature) = generic::resolve(name, call)? {
        return Ok(Some(signature));
    }
    let candidates = catalog::candidates(name, call.partition, call.flavor);
    if candidates.is_empty() {
        return Ok(None);
    }
    signature::pick(name, candidates, call.given, call.flavor).map(Some)
}

/// The function that CAST means.
///
/// # Errors
/// No cast of this type, or several that a literal fits.
pub(crate) fn resolve_cast(given: Given, to: &Type, flavor: Flavor) -> Result<Signature, Failure> {
    let shown = format!("system.cast_as_{to}");
    signature::pick(&shown, catalog::casts(to), &[given], flavor)
}

/// The function that an operator means, where its result is a `receiver`.
///
/// # Errors
/// Operands that it does not take.
pub(crate) fn resolve_operation(
    operator: Arithmetic,
    given: [&Given; 2],
    receiver: Option<&Type>,
) -> Result<Signature, Failure> {
    operation::resolve(operator, given, receiver)
}

/// The function that a minus before a value means, where its result is a `receiver`.
///
/// # Errors
/// What is no number.
pub(crate) fn resolve_negation(
    given: &Given,
    receiver: Option<&Type>,
    flavor: Flavor,
) -> Result<Signature, Failure> {
    let given = std::slice::from_ref(given);
    let mut candidates = catalog::negations();
    if let Some(receiver) = receiver {
        candidates.retain(|candidate| candidate.result == *receiver.bare());
    }
    signature::pick("system._negate", candidates, given, flavor)
}

impl Function {
    /// Computes the result; `None` is null.
    ///
    /// # Errors
    /// Arguments that have no result.
    pub(crate) fn call(
        &self,
        arguments: &[Option<Vec<u8>>],
        env: &Env<'_>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let first = arguments.first().and_then(Option::as_deref);
        match (self, first) {
            (Function::Now, _) => Ok(Some(identifier::now(env.clock))),
            (Function::Uuid, _) => Ok(Some(uuid::Uuid::new_v4().into_bytes().to_vec())),
            (Function::Current(ty), _) => Ok(current(ty, env)),
            (Function::Token, _) => {
                let parts: Option<Vec<&[u8]>> = arguments.iter().map(Option::as_deref).collect();
                Ok(parts.map(|parts| crate::store::Key::new(&parts).token.to_be_bytes().to_vec()))
            }
            (Function::Floor(ty), _) => floor::floor(ty, arguments),
            (Function::Similarity(similarity), _) => similarity.call(arguments),
            (Function::Mask(mask, ty), _) => mask.call(ty, arguments),
            (Function::ToJson(ty), value) => {
                Ok(Some(json::show(ty, value, env.flavor).into_bytes()))
            }
            (_, None) => Ok(None),
            (Function::Operation(operator, left, right), Some(first)) => {
                match arguments.get(1).and_then(Option::as_deref) {
                    Some(second) => operation::compute(*operator, (left, first), (right, second)),
                    None => Ok(None),
                }
            }
            (Function::Negate(ty), Some(value)) => operation::negate(ty, value),
            (Function::Cast(from, to), Some(value)) => cast::cast(value, from, to, env.flavor),
            (Function::Unix(from), Some(value)) => {
                cast::cast(value, from, &Type::Timestamp, env.flavor)
            }
            (Function::MinTimeUuid, Some(at)) => Ok(identifier::bound(at, false)),
            (Function::MaxTimeUuid, Some(at)) => Ok(identifier::bound(at, true)),
            (Function::AsBlob, Some(value)) => Ok(Some(value.to_vec())),
            (Function::FromBlob(ty, name), Some(value)) => from_blob(ty, name, value),
            (Function::Math(math, ty), Some(value)) => math.call(ty, value),
            (Function::Collection(collection, ty), Some(value)) => collection.call(ty, value),
            (Function::FromJson(ty, name), Some(value)) => {
                json::from_json(ty, value, name, env.flavor)
            }
        }
    }
}

fn from_blob(ty: &Type, name: &str, value: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    if ty.validate(value).is_ok() {
        return Ok(Some(value.to_vec()));
    }
    let hex: String = value.iter().map(|b| format!("{b:02x}")).collect();
    Err(Failure::invalid(format!(
        "In call to function system.{name}, value 0x{hex} is not a valid binary representation for type {ty}"
    )))
}

fn current(ty: &Type, env: &Env<'_>) -> Option<Vec<u8>> {
    let micros = env.clock.micros();
    let millis = micros.div_euclid(1000);
    match ty {
        Type::Time => {
            let nanos = micros.rem_euclid(86_400_000_000) * 1000;
            Some(nanos.to_be_bytes().to_vec())
        }
        Type::Date => cast::date(millis.div_euclid(86_400_000)),
        _ => Some(millis.to_be_bytes().to_vec()),
    }
}
