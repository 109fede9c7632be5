//! From JSON to values: what each type takes, and the server's words for what it does not.

use scylla_orm_driver::value::{Type, UserType};

use crate::exec::function::json::tree::{Tree, is_whole};
use crate::exec::function::number;
use crate::exec::term::{collection, literal, reason};
use crate::flavor::Flavor;
use crate::parse::syntax::{Constant, ConstantKind};

type Read<T> = Result<T, String>;

/// The name of a column or field: as in CQL it is of lower case unless it has quotes, here inner ones.
pub(super) fn column(name: &str) -> String {
    let quoted = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    quoted.map_or_else(|| name.to_lowercase(), str::to_owned)
}

/// The value as one of type `ty`; `None` is null. The error says why it is none.
pub(super) fn value(ty: &Type, tree: &Tree, flavor: Flavor) -> Read<Option<Vec<u8>>> {
    match tree {
        Tree::Null => Ok(None),
        tree => present(ty.bare(), tree, flavor).map(Some),
    }
}

fn present(ty: &Type, tree: &Tree, flavor: Flavor) -> Read<Vec<u8>> {
    let decoded;
    let tree = match (ty, tree) {
        // A collection may be a string that has it in JSON; so are those that are keys of maps.
        (
            Type::List(_)
            | Type::Set(_)
            | Type::Map(..)
            | Type::Tuple(_)
            | Type::User(_)
            | Type::Vector(..),
            Tree::Text(text),
        ) => {
            decoded =
                Tree::parse(text).map_err(|why| format!("Error decoding JSON string: {why}"))?;
            &decoded
        }
        (_, tree) => tree,
    };
    match ty {
        Type::List(member) => {
            let members = array(tree, "a list")?;
            let members = each(member, members, "list", flavor)?;
            Ok(collection::encode_members(&members))
        }
        Type::Vector(member, size) => {
            let members = array(tree, "a list")?;
            let encoded = each(member, members, "list", flavor)?;
            if encoded.len() != usize::from(*size) {
                return Err(format!(
                    "List had incorrect size: expected {size} but given {}; {tree}",
                    encoded.len()
                ));
            }
            Ok(collection::encode_vector(member, &encoded))
        }
        Type::Set(member) => {
            let members = array(tree, "a list (representing a set)")?;
            let mut members = each(member, members, "set", flavor)?;
            collection::sort_members(member, &mut members);
            Ok(collection::encode_members(&members))
        }
        Type::Map(key, value) => map(key, value, tree, flavor),
        Type::Tuple(types) => tuple(types, tree, flavor),
        Type::User(user) => of_user(user, tree, flavor),
        scalar => of_scalar(scalar, tree, flavor),
    }
}

fn array<'t>(tree: &'t Tree, wanted: &str) -> Read<&'t [Tree]> {
    match tree {
        Tree::Array(members) => Ok(members),
        other => Err(unexpected(wanted, other)),
    }
}

fn each(ty: &Type, members: &[Tree], kind: &str, flavor: Flavor) -> Read<Vec<Vec<u8>>> {
    let members = members.iter().map(|member| {
        value(ty, member, flavor)?.ok_or_else(|| format!("Invalid null element in {kind}"))
    });
    members.collect()
}

fn map(key: &Type, of_value: &Type, tree: &Tree, flavor: Flavor) -> Read<Vec<u8>> {
    let Tree::Object(members) = tree else {
        return Err(unexpected("a map", tree));
    };
    let mut pairs = Vec::with_capacity(members.len());
    for (name, member) in members {
        let name = present(key.bare(), &Tree::Text(name.clone()), flavor)?;
        let member = value(of_value, member, flavor)?;
        pairs.push((name, member.ok_or("Invalid null value in map")?));
    }
    collection::sort_pairs(key, &mut pairs);
    Ok(collection::encode_pairs(&pairs))
}

fn tuple(types: &[Type], tree: &Tree, flavor: Flavor) -> Read<Vec<u8>> {
    let members = array(tree, "a list representation of a tuple")?;
    let count = types.len();
    if members.len() > count {
        return Err(format!(
            "Tuple contains extra items (expected {count}): {tree}"
        ));
    }
    if members.len() < count {
        return Err(format!("Tuple is missing items (expected {count}): {tree}"));
    }
    let fields = types.iter().zip(members);
    let fields = fields.map(|(ty, member)| value(ty, member, flavor));
    Ok(collection::encode_fields(
        &fields.collect::<Read<Vec<_>>>()?,
    ))
}

fn of_user(user: &UserType, tree: &Tree, flavor: Flavor) -> Read<Vec<u8>> {
    let Tree::Object(members) = tree else {
        return Err(unexpected("a map", tree));
    };
    let members: Vec<(String, &Tree)> = members.iter().map(|(n, v)| (column(n), v)).collect();
    let known = |name: &str| user.fields.iter().any(|(field, _)| **field == *name);
    if let Some((name, _)) = members.iter().find(|(name, _)| !known(name)) {
        return Err(format!(
            "Unknown field '{name}' in value of user defined type {}",
            user.name
        ));
    }
    let fields = user.fields.iter().map(|(field, ty)| {
        match members.iter().find(|(name, _)| **name == **field) {
            Some((_, member)) => value(ty, member, flavor),
            None => Ok(None),
        }
    });
    Ok(collection::encode_fields(
        &fields.collect::<Read<Vec<_>>>()?,
    ))
}

fn of_scalar(ty: &Type, tree: &Tree, flavor: Flavor) -> Read<Vec<u8>> {
    use ConstantKind as K;
    match (ty, tree) {
        (Type::VarInt | Type::Decimal, tree) => exact(ty, tree, flavor),
        (Type::Blob, tree) => blob(tree),
        (Type::TinyInt | Type::SmallInt, Tree::Number(text) | Tree::Text(text)) => {
            encoded(ty, K::Integer, text)
        }
        (Type::Int | Type::BigInt | Type::Counter, Tree::Text(text)) => {
            encoded(ty, K::Integer, text)
        }
        (Type::Int, Tree::Number(text)) if tree.class() == "Integer" => {
            encoded(ty, K::Integer, text)
        }
        (Type::BigInt | Type::Counter, Tree::Number(text))
            if matches!(tree.class(), "Integer" | "Long") =>
        {
            encoded(ty, K::Integer, text)
        }
        // A short number is not taken for the count of milliseconds that it is; ScyllaDB takes it.
        (Type::Timestamp, Tree::Number(text))
            if tree.class() == "Long" || flavor == Flavor::Scylla && is_whole(text) =>
        {
            encoded(ty, K::Integer, text)
        }
        (Type::Float | Type::Double, Tree::Number(text) | Tree::Text(text)) => {
            encoded(ty, K::Float, text)
        }
        (Type::Boolean, Tree::Boolean(is)) => Ok(vec![u8::from(*is)]),
        (Type::Boolean, Tree::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(vec![1]),
            "false" => Ok(vec![0]),
            _ => Err(format!("Unable to make boolean from '{text}'")),
        },
        (Type::Uuid | Type::TimeUuid, Tree::Text(text)) if uuid::Uuid::try_parse(text).is_err() => {
            Err(format!("Unable to make UUID from '{text}'"))
        }
        (Type::Uuid | Type::TimeUuid, Tree::Text(text)) => encoded(ty, K::Uuid, text),
        (Type::Ascii, Tree::Text(text)) if !text.is_ascii() => Err(
            "Invalid ASCII character in string literal: java.nio.charset.UnmappableCharacterException: \
             Input length = 1"
                .to_owned(),
        ),
        (Type::Duration, Tree::Text(text)) => encoded(ty, K::Duration, text)
            .map_err(|_| format!("Unable to convert '{text}' to a duration")),
        (
            Type::Text | Type::Ascii | Type::Inet | Type::Date | Type::Time | Type::Timestamp,
            Tree::Text(text),
        ) => encoded(ty, K::String, text),
        (ty, tree) => Err(unexpected(wanted(ty), tree)),
    }
}

/// A `varint` or `decimal`. Cassandra has read a number with a point as a `double` before.
fn exact(ty: &Type, tree: &Tree, flavor: Flavor) -> Read<Vec<u8>> {
    let text = match tree {
        Tree::Number(text) if flavor == Flavor::Cassandra && !is_whole(text) => {
            number::show_double(text.parse().unwrap_or(f64::NAN))
        }
        tree => tree.to_string(),
    };
    encoded(ty, ConstantKind::Integer, &text)
        .map_err(|_| format!("Value '{text}' is not a valid representation of a {ty} value"))
}

fn blob(tree: &Tree) -> Read<Vec<u8>> {
    let invalid = |why: &str| format!("Value '{tree}' is not a valid blob representation: {why}");
    let Tree::Text(text) = tree else {
        let class = tree.class();
        let package = match tree {
            Tree::Array(_) | Tree::Object(_) => "util",
            _ => "lang",
        };
        return Err(invalid(&format!(
            "class java.{package}.{class} cannot be cast to class java.lang.String (java.{package}.{class} and \
             java.lang.String are in module java.base of loader 'bootstrap')"
        )));
    };
    if !text.starts_with("0x") {
        let missing = format!("String representation of blob is missing 0x prefix: {text}");
        return Err(invalid(&missing));
    }
    encoded(&Type::Blob, ConstantKind::Hex, text).map_err(|why| invalid(&why))
}

/// The value of a literal of this kind.
fn encoded(ty: &Type, kind: ConstantKind, text: &str) -> Read<Vec<u8>> {
    let constant = Constant {
        kind,
        text: text.into(),
    };
    literal::encode(&constant, ty).map_err(|_| reason(text, kind, ty))
}

fn unexpected(wanted: &str, tree: &Tree) -> String {
    format!("Expected {wanted}, but got a {}: {tree}", tree.class())
}

/// What a type is made from.
fn wanted(ty: &Type) -> &'static str {
    match ty {
        Type::TinyInt => "a byte value",
        Type::SmallInt => "a short value",
        Type::Int => "an int value",
        Type::BigInt | Type::Counter => "a bigint value",
        Type::Float => "a float value",
        Type::Double => "a double value",
        Type::Boolean => "a boolean value",
        Type::Timestamp => "a long or a datestring representation of a timestamp value",
        Type::Date => "a string representation of a date value",
        Type::Time => "a string representation of a time value",
        Type::Uuid => "a string representation of a uuid",
        Type::TimeUuid => "a string representation of a timeuuid",
        Type::Inet => "a string representation of an inet value",
        Type::Duration => "a string representation of a duration",
        Type::Ascii => "an ascii string",
        _ => "a UTF-8 string",
    }
}
