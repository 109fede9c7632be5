//! The scalar functions: their signatures, and what they compute.

pub(crate) mod cast;
mod identifier;

use scylla_orm_driver::value::Type;

use crate::clock::Clock;
use crate::failure::Failure;
use crate::flavor::Flavor;

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
    /// `token(partition key)`
    Token,
    /// `…AsBlob(x)`
    AsBlob,
    /// `blobAs…(x)`, with its name for errors.
    FromBlob(Type, Box<str>),
}

/// A function with the types that it takes and gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Signature {
    pub(crate) function: Function,
    pub(crate) arguments: Vec<Type>,
    pub(crate) result: Type,
}

/// Finds the function `name` for arguments of these types, as far as they are known. `partition` are the types of
/// the partition key, which `token` takes.
///
/// # Errors
/// No such function, or none that takes these arguments.
pub(crate) fn resolve(
    name: &str,
    arguments: &[Option<Type>],
    partition: &[Type],
    flavor: Flavor,
) -> Result<Signature, Failure> {
    let candidates = candidates(name, partition, flavor);
    let Some(first) = candidates.first() else {
        return Err(Failure::invalid(flavor.pick(
            format!("Unknown function {name} called"),
            format!("Unknown function '{name}'"),
        )));
    };
    if first.arguments.len() != arguments.len() {
        let (wants, got) = (first.arguments.len(), arguments.len());
        return Err(Failure::invalid(match flavor {
            Flavor::Scylla => format!(
                "Incorrect number of arguments specified for function system.{name} (expected {wants}, found {got})"
            ),
            Flavor::Cassandra => format!(
                "Invalid number of arguments in call to function system.{name}: {wants} required but {got} provided"
            ),
        }));
    }
    let fits = |signature: &&Signature| {
        let mut pairs = signature.arguments.iter().zip(arguments);
        pairs.all(|(wants, got)| got.as_ref().is_none_or(|got| accepts(wants, got)))
    };
    candidates.iter().find(fits).cloned().ok_or_else(|| {
        let got: Vec<String> = arguments.iter().flatten().map(Type::to_string).collect();
        Failure::invalid(format!(
            "Invalid call to function {name}, none of its type signatures match ({})",
            got.join(", ")
        ))
    })
}

/// Whether there is a function of this name.
pub(crate) fn is_known(name: &str, flavor: Flavor) -> bool {
    !candidates(name, &[], flavor).is_empty()
}

/// Whether a value of type `got` may stand where `wants` is asked for.
pub(crate) fn accepts(wants: &Type, got: &Type) -> bool {
    let (wants, got) = (wants.thawed(), got.thawed());
    wants == got
        || matches!(
            (&wants, &got),
            (Type::Text, Type::Ascii)
                | (Type::Uuid, Type::TimeUuid)
                | (Type::Blob, _)
                | (Type::BigInt, Type::Counter)
        )
}

impl Function {
    /// Computes the result; `None` is null.
    ///
    /// # Errors
    /// Arguments that have no result.
    pub(crate) fn call(
        &self,
        arguments: &[Option<Vec<u8>>],
        clock: &Clock,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let first = arguments.first().and_then(Option::as_deref);
        match self {
            Function::Now => Ok(Some(identifier::now(clock))),
            Function::Uuid => Ok(Some(uuid::Uuid::new_v4().into_bytes().to_vec())),
            Function::Current(ty) => Ok(current(ty, clock)),
            Function::Token => {
                let parts: Option<Vec<&[u8]>> = arguments.iter().map(Option::as_deref).collect();
                Ok(parts.map(|parts| crate::store::Key::new(&parts).token.to_be_bytes().to_vec()))
            }
            Function::Cast(from, to) => match first {
                Some(value) => cast::cast(value, from, to),
                None => Ok(None),
            },
            Function::Unix(from) => match first {
                Some(value) => cast::cast(value, from, &Type::Timestamp),
                None => Ok(None),
            },
            Function::MinTimeUuid => Ok(first.and_then(|at| identifier::bound(at, false))),
            Function::MaxTimeUuid => Ok(first.and_then(|at| identifier::bound(at, true))),
            Function::AsBlob => Ok(first.map(<[u8]>::to_vec)),
            Function::FromBlob(ty, name) => match first {
                Some(value) if ty.validate(value).is_err() => Err(Failure::invalid(format!(
                    "In call to function system.{name}, value 0x{} is not a valid binary representation for type {ty}",
                    hex(value)
                ))),
                value => Ok(value.map(<[u8]>::to_vec)),
            },
        }
    }
}

fn candidates(name: &str, partition: &[Type], flavor: Flavor) -> Vec<Signature> {
    let one = |function, arguments: &[Type], result| {
        vec![Signature {
            function,
            arguments: arguments.to_vec(),
            result,
        }]
    };
    // Cassandra has each name in both spellings.
    let joined = name.replace('_', "");
    let name = if flavor == Flavor::Cassandra {
        &joined
    } else {
        name
    };
    let converted = |to: Type, from: &[Type]| {
        let signature = |from: &Type| Signature {
            function: Function::Cast(from.clone(), to.clone()),
            arguments: vec![from.clone()],
            result: to.clone(),
        };
        from.iter().map(signature).collect()
    };
    match name {
        "now" | "currenttimeuuid" => one(Function::Now, &[], Type::TimeUuid),
        "uuid" => one(Function::Uuid, &[], Type::Uuid),
        "currenttimestamp" => one(Function::Current(Type::Timestamp), &[], Type::Timestamp),
        "currentdate" => one(Function::Current(Type::Date), &[], Type::Date),
        "currenttime" => one(Function::Current(Type::Time), &[], Type::Time),
        "totimestamp" => converted(Type::Timestamp, &[Type::TimeUuid, Type::Date]),
        "todate" => converted(Type::Date, &[Type::TimeUuid, Type::Timestamp]),
        "dateof" => converted(Type::Timestamp, &[Type::TimeUuid]),
        "tounixtimestamp" => [Type::TimeUuid, Type::Timestamp, Type::Date]
            .map(|from| one(Function::Unix(from.clone()), &[from], Type::BigInt))
            .concat(),
        "unixtimestampof" => one(
            Function::Unix(Type::TimeUuid),
            &[Type::TimeUuid],
            Type::BigInt,
        ),
        "mintimeuuid" => one(Function::MinTimeUuid, &[Type::Timestamp], Type::TimeUuid),
        "maxtimeuuid" => one(Function::MaxTimeUuid, &[Type::Timestamp], Type::TimeUuid),
        "token" => one(Function::Token, partition, Type::BigInt),
        _ => blob_functions(name),
    }
}

/// `intAsBlob`, `blobAsInt` and so on, for every native type.
fn blob_functions(name: &str) -> Vec<Signature> {
    let native = |name: &str| {
        let name = if name == "varchar" { "text" } else { name };
        Type::parse(name, &|_| None).ok()
    };
    if let Some(ty) = name.strip_suffix("asblob").and_then(native) {
        return vec![Signature {
            function: Function::AsBlob,
            arguments: vec![ty],
            result: Type::Blob,
        }];
    }
    match name.strip_prefix("blobas").and_then(native) {
        Some(ty) => vec![Signature {
            function: Function::FromBlob(ty.clone(), name.into()),
            arguments: vec![Type::Blob],
            result: ty,
        }],
        None => Vec::new(),
    }
}

fn current(ty: &Type, clock: &Clock) -> Option<Vec<u8>> {
    let millis = clock.micros().div_euclid(1000);
    match ty {
        Type::Time => {
            let nanos = clock.micros().rem_euclid(86_400_000_000) * 1000;
            Some(nanos.to_be_bytes().to_vec())
        }
        Type::Date => cast::date(millis.div_euclid(86_400_000)),
        _ => Some(millis.to_be_bytes().to_vec()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
