//! Values that come with a request: whether they are of their markers' types, and in the form that is stored.

use std::borrow::Cow;

use scylla_orm_driver::value::{Column, Fault, Type};

use crate::exec::term::collection;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// The value in the form that is stored.
///
/// # Errors
/// Bytes that are no value of the marker's type.
pub(super) fn checked(bytes: &[u8], place: &Column, flavor: Flavor) -> Result<Vec<u8>, Failure> {
    // ScyllaDB takes no bytes at all for these, Cassandra does not.
    let never_empty = matches!(
        place.ty.bare(),
        Type::TinyInt | Type::SmallInt | Type::Date | Type::Time
    );
    let valid = match place.ty.validate(bytes) {
        Ok(()) if bytes.is_empty() && never_empty && flavor == Flavor::Cassandra => {
            Err(Fault::Length)
        }
        valid => valid,
    };
    match valid {
        Ok(()) => Ok(sorted(bytes, &place.ty).into_owned()),
        Err(fault) => Err(Failure::invalid(match flavor {
            Flavor::Scylla => format!(
                "Exception while binding column {}: marshaling error: {}",
                place.name,
                scylla(bytes, &place.ty, fault)
            ),
            Flavor::Cassandra => cassandra(bytes, &place.ty, fault),
        })),
    }
}

/// Clients may send sets and maps in any order, and members twice; they are kept sorted, so that equal ones are the
/// same bytes.
fn sorted<'b>(bytes: &'b [u8], ty: &Type) -> Cow<'b, [u8]> {
    if !holds_sets(ty) {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(match ty.bare() {
        Type::List(ty) => {
            let members = collection::members(bytes).into_iter();
            let members: Vec<_> = members.map(|member| sorted(member, ty)).collect();
            collection::encode_members(&members)
        }
        Type::Set(ty) => {
            let members = collection::members(bytes).into_iter();
            let mut members: Vec<_> = members.map(|member| sorted(member, ty)).collect();
            collection::sort_members(ty, &mut members);
            collection::encode_members(&members)
        }
        Type::Map(key, value) => {
            let pairs = collection::pairs(bytes).into_iter();
            let mut pairs: Vec<_> = pairs
                .map(|(k, v)| (sorted(k, key), sorted(v, value)))
                .collect();
            collection::sort_pairs(key, &mut pairs);
            collection::encode_pairs(&pairs)
        }
        Type::Tuple(types) => fields(bytes, types.iter()),
        Type::User(ty) => fields(bytes, ty.fields.iter().map(|(_, ty)| ty)),
        _ => return Cow::Borrowed(bytes),
    })
}

fn fields<'t>(bytes: &[u8], types: impl Iterator<Item = &'t Type>) -> Vec<u8> {
    let fields = collection::fields(bytes).into_iter().zip(types);
    let fields: Vec<Option<Cow<'_, [u8]>>> = fields
        .map(|(field, ty)| field.map(|field| sorted(field, ty)))
        .collect();
    collection::encode_fields(&fields)
}

/// Whether a value of the type has an order that a client may not have kept. Vectors keep what they were sent.
fn holds_sets(ty: &Type) -> bool {
    match ty.bare() {
        Type::Set(_) | Type::Map(..) => true,
        Type::List(ty) => holds_sets(ty),
        Type::Tuple(types) => types.iter().any(holds_sets),
        Type::User(ty) => ty.fields.iter().any(|(_, ty)| holds_sets(ty)),
        _ => false,
    }
}

fn scylla(bytes: &[u8], ty: &Type, fault: Fault) -> String {
    match ty.bare() {
        Type::Text => format!(
            "Validation failed - non-UTF8 character in a UTF8 string, at byte offset {}",
            std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), str::len)
        ),
        Type::Ascii => format!(
            "Validation failed - non-ASCII character in an ASCII string, at byte offset {}",
            bytes.iter().take_while(|byte| byte.is_ascii()).count()
        ),
        _ if fault == Fault::Null => "null is not supported inside collections".to_owned(),
        Type::TimeUuid if bytes.len() == 16 => {
            "Unsupported UUID version (a timeuuid has version 1)".to_owned()
        }
        ty => format!(
            "Validation failed for type {}: got {} bytes",
            ty.class_name(),
            bytes.len()
        ),
    }
}

fn cassandra(bytes: &[u8], ty: &Type, fault: Fault) -> String {
    let got = bytes.len();
    match ty.bare() {
        Type::Text => "String didn't validate.".to_owned(),
        Type::Ascii => "Invalid byte for ascii".to_owned(),
        Type::Boolean => format!("Expected 1 or 0 byte value ({got})"),
        Type::TinyInt => format!("Expected 1 byte for a tinyint ({got})"),
        Type::SmallInt => format!("Expected 2 bytes for a smallint ({got})"),
        Type::Int => format!("Expected 4 or 0 byte int ({got})"),
        Type::BigInt | Type::Counter => format!("Expected 8 or 0 byte long ({got})"),
        Type::Float => format!("Expected 4 or 0 byte value for a float ({got})"),
        Type::Double => format!("Expected 8 or 0 byte value for a double ({got})"),
        Type::Timestamp => format!("Expected 8 or 0 byte long for date ({got})"),
        Type::Date => format!("Expected 4 byte long for date ({got})"),
        Type::Time => format!("Expected 8 byte long for time ({got})"),
        Type::TimeUuid if got == 16 => "Invalid version for TimeUUID type.".to_owned(),
        Type::Uuid | Type::TimeUuid => format!("UUID should be 16 or 0 bytes ({got})"),
        Type::Inet => format!("Expected 4 or 16 byte inetaddress; got {got}"),
        Type::Decimal => format!("Expected 0 or at least 4 bytes ({got})"),
        _ if fault == Fault::Null => "null is not supported inside collections".to_owned(),
        Type::List(_) => "Not enough bytes to read a list".to_owned(),
        Type::Set(_) => "Not enough bytes to read a set".to_owned(),
        Type::Map(..) => "Not enough bytes to read a map".to_owned(),
        ty => format!("Invalid value for type {ty}: {fault}"),
    }
}
