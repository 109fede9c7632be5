//! The functions whose arguments have types that are known beforehand.

use scylla_orm_driver::value::Type;

use crate::exec::function::math::Math;
use crate::exec::function::signature::Signature;
use crate::exec::function::{Function, cast};
use crate::flavor::Flavor;

/// The types that have functions to and from `blob`; of casts they are the arguments.
const SCALARS: [Type; 20] = [
    Type::Ascii,
    Type::BigInt,
    Type::Boolean,
    Type::Counter,
    Type::Date,
    Type::Decimal,
    Type::Double,
    Type::Duration,
    Type::Float,
    Type::Inet,
    Type::Int,
    Type::SmallInt,
    Type::Text,
    Type::Time,
    Type::Timestamp,
    Type::TimeUuid,
    Type::TinyInt,
    Type::Uuid,
    Type::VarInt,
    Type::Blob,
];

/// The numeric types.
pub(crate) const NUMBERS: [Type; 9] = [
    Type::TinyInt,
    Type::SmallInt,
    Type::Int,
    Type::BigInt,
    Type::Counter,
    Type::Float,
    Type::Double,
    Type::VarInt,
    Type::Decimal,
];

/// All functions of this name; none if the name is not known.
pub(super) fn candidates(name: &str, partition: &[Type], flavor: Flavor) -> Vec<Signature> {
    let one =
        |function, arguments: &[Type], result| vec![signature(name, function, arguments, result)];
    let Some(known) = spelled(name, flavor) else {
        return Vec::new();
    };
    let converted = |to: &Type, from: &[Type]| {
        let conversion = |from: &Type| {
            let function = Function::Cast(from.clone(), to.clone());
            signature(name, function, std::slice::from_ref(from), to.clone())
        };
        from.iter().map(conversion).collect()
    };
    match &*known {
        "now" | "currenttimeuuid" => one(Function::Now, &[], Type::TimeUuid),
        "uuid" => one(Function::Uuid, &[], Type::Uuid),
        "currenttimestamp" => one(Function::Current(Type::Timestamp), &[], Type::Timestamp),
        "currentdate" => one(Function::Current(Type::Date), &[], Type::Date),
        "currenttime" => one(Function::Current(Type::Time), &[], Type::Time),
        "totimestamp" => converted(&Type::Timestamp, &[Type::TimeUuid, Type::Date]),
        "todate" => converted(&Type::Date, &[Type::TimeUuid, Type::Timestamp]),
        "dateof" => converted(&Type::Timestamp, &[Type::TimeUuid]),
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
        "floor" => floors(name),
        "token" => one(Function::Token, partition, Type::BigInt),
        math if Math::of(math).is_some() => NUMBERS
            .iter()
            .filter_map(|ty| {
                let function = Function::Math(Math::of(math)?, ty.clone());
                Some(signature(
                    name,
                    function,
                    std::slice::from_ref(ty),
                    ty.clone(),
                ))
            })
            .collect(),
        bytes => of_bytes(name, bytes),
    }
}

/// All casts to a type; none if it is no type that one casts to.
pub(super) fn casts(to: &Type) -> Vec<Signature> {
    let name = format!("cast_as_{to}");
    let from = SCALARS.iter().filter(|from| *from != to);
    from.filter(|from| cast::exists(from, to))
        .map(|from| {
            let function = Function::Cast(from.clone(), to.clone());
            signature(&name, function, std::slice::from_ref(from), to.clone())
        })
        .collect()
}

/// A minus before a number.
pub(super) fn negations() -> Vec<Signature> {
    let negation = |ty: Type| {
        let function = Function::Negate(ty.clone());
        signature("_negate", function, std::slice::from_ref(&ty), ty.clone())
    };
    NUMBERS.map(negation).to_vec()
}

pub(super) fn signature(
    name: &str,
    function: Function,
    arguments: &[Type],
    result: Type,
) -> Signature {
    Signature {
        name: name.into(),
        function,
        arguments: arguments.to_vec(),
        result,
    }
}

/// The name without underscores, if the server knows the function. Cassandra has most names in two spellings:
/// `to_date` and `todate`.
fn spelled(name: &str, flavor: Flavor) -> Option<Box<str>> {
    let joined: Box<str> = name.replace('_', "").into();
    let known = match flavor {
        Flavor::Cassandra => {
            let removed = matches!(&*joined, "dateof" | "unixtimestampof");
            let two = joined.len() == name.len() || name.split('_').all(|part| !part.is_empty());
            !removed && two
        }
        // ScyllaDB has one, and neither arithmetic nor floors.
        Flavor::Scylla => joined.len() == name.len() && name != "floor" && Math::of(name).is_none(),
    };
    known.then_some(joined)
}

fn floors(name: &str) -> Vec<Signature> {
    let with = |ty: Type, result: Type, start: Option<Type>| {
        let mut arguments = vec![ty.clone(), Type::Duration];
        arguments.extend(start);
        signature(name, Function::Floor(ty), &arguments, result)
    };
    vec![
        with(Type::Timestamp, Type::Timestamp, None),
        with(Type::Timestamp, Type::Timestamp, Some(Type::Timestamp)),
        with(Type::TimeUuid, Type::Timestamp, None),
        with(Type::TimeUuid, Type::Timestamp, Some(Type::Timestamp)),
        with(Type::Date, Type::Date, None),
        with(Type::Date, Type::Date, Some(Type::Date)),
        with(Type::Time, Type::Time, None),
    ]
}

/// `intAsBlob`, `blobAsInt` and so on, for every native type.
fn of_bytes(name: &str, known: &str) -> Vec<Signature> {
    let native = |word: &str| {
        let word = if word == "varchar" { "text" } else { word };
        let mut scalars = SCALARS.iter();
        scalars
            .find(|ty| ty.to_string() == word && **ty != Type::Blob)
            .cloned()
    };
    if let Some(ty) = known.strip_suffix("asblob").and_then(native) {
        return vec![signature(name, Function::AsBlob, &[ty], Type::Blob)];
    }
    match known.strip_prefix("blobas").and_then(native) {
        Some(ty) => {
            let function = Function::FromBlob(ty.clone(), name.into());
            vec![signature(name, function, &[Type::Blob], ty)]
        }
        None => Vec::new(),
    }
}
