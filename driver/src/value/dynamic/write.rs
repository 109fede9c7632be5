//! Values of any type to their bytes.

use std::cmp::Ordering;

use super::super::collection::{put, put_sorted};
use super::super::vector::put_element;
use super::super::{ToCql, Type, UserType, Wrote};
use super::Value;

impl ToCql for Value {
    fn fits(&self, ty: &Type) -> bool {
        let ty = ty.bare();
        match (self, ty) {
            (Value::Text(v), _) => v.fits(ty),
            (Value::Uuid(v), _) => v.fits(ty),
            (Value::TimeUuid(v), _) => v.fits(ty),
            (Value::List(items) | Value::Set(items), Type::List(t) | Type::Set(t)) => {
                items.iter().all(|v| v.fits(t))
            }
            (Value::Map(pairs), Type::Map(k, v)) => pairs
                .iter()
                .all(|(key, value)| key.fits(k) && value.fits(v)),
            (Value::Tuple(members), Type::Tuple(types)) => {
                members.len() <= types.len() && members.iter().zip(types).all(|(v, t)| v.fits(t))
            }
            (Value::User(own, members), Type::User(user)) => {
                let mut fields = own.fields.iter().zip(members);
                members.len() <= own.fields.len()
                    && fields.all(|((name, _), value)| {
                        let field = user.fields.iter().find(|(other, _)| other == name);
                        field.is_some_and(|(_, ty)| value.fits(ty))
                    })
            }
            (Value::Vector(items), Type::Vector(t, n)) => {
                items.len() == usize::from(*n) && items.iter().all(|v| v.fits(t))
            }
            (Value::Custom(class, _), Type::Custom(own)) => class == own,
            (Value::Empty, _) => ty.validate(&[]).is_ok(),
            (scalar, _) => scalar.cql_type().as_ref() == Some(ty),
        }
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        match self {
            Value::Text(v) => v.write(out),
            Value::TinyInt(v) => v.write(out),
            Value::SmallInt(v) => v.write(out),
            Value::Int(v) => v.write(out),
            Value::BigInt(v) => v.write(out),
            Value::Counter(v) => v.write(out),
            Value::Float(v) => v.write(out),
            Value::Double(v) => v.write(out),
            Value::VarInt(v) => v.write(out),
            Value::Decimal(v) => v.write(out),
            Value::Boolean(v) => v.write(out),
            Value::Blob(v) | Value::Custom(_, v) => v.write(out),
            Value::Uuid(v) => v.write(out),
            Value::TimeUuid(v) => v.write(out),
            Value::Timestamp(v) => v.write(out),
            Value::Date(v) => v.write(out),
            Value::Time(v) => v.write(out),
            Value::Duration(v) => v.write(out),
            Value::Inet(v) => v.write(out),
            Value::Empty => Wrote::Value,
            composite => composite.write_composite(out),
        }
    }

    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        match (self, ty.bare()) {
            (Value::List(items) | Value::Set(items), Type::List(_) | Type::Set(_)) => {
                items.write_as(ty, out)
            }
            (Value::Map(pairs), Type::Map(key, value)) => {
                let pair = |(k, v): &(Value, Value), out: &mut Vec<u8>| {
                    k.write_value_as(key, out);
                    v.write_value_as(value, out);
                };
                put_sorted(out, 2, pairs, pair, by(Some(key)));
                Wrote::Value
            }
            (Value::Tuple(members), Type::Tuple(types)) => {
                for (member, ty) in members.iter().zip(types) {
                    member.write_value_as(ty, out);
                }
                Wrote::Value
            }
            (Value::User(own, members), Type::User(user)) => {
                write_user(own, members, user, out);
                Wrote::Value
            }
            (Value::Vector(items), Type::Vector(element, _)) => {
                let width = element.width();
                for item in items {
                    put_element(out, width, |out| {
                        item.write_as(element, out);
                    });
                }
                Wrote::Value
            }
            _ => self.write(out),
        }
    }
}

/// The fields in the order of `user`, found by their names. The last ones may be missing here as they are in the value.
fn write_user(own: &UserType, members: &[Option<Value>], user: &UserType, out: &mut Vec<u8>) {
    let value = |name: &str| {
        let place = own.fields.iter().position(|(other, _)| **other == *name);
        members.get(place?)
    };
    let values = || user.fields.iter().map(|(name, ty)| (value(name), ty));
    let count = values()
        .rposition(|(value, _)| value.is_some())
        .map_or(0, |last| last + 1);
    for (value, ty) in values().take(count) {
        value.and_then(Option::as_ref).write_value_as(ty, out);
    }
}

impl Value {
    /// Without a type from the server: that of the first element stands for all.
    fn write_composite(&self, out: &mut Vec<u8>) -> Wrote {
        match self {
            Value::List(items) => put(out, items, |v, out| v.write_value(out)),
            Value::Set(items) => {
                let ty = items.first().and_then(Value::cql_type);
                put_sorted(out, 1, items, |v, out| v.write_value(out), by(ty.as_ref()));
            }
            Value::Map(pairs) => {
                let ty = pairs.first().and_then(|(key, _)| key.cql_type());
                let pair = |(key, value): &(Value, Value), out: &mut Vec<u8>| {
                    key.write_value(out);
                    value.write_value(out);
                };
                put_sorted(out, 2, pairs, pair, by(ty.as_ref()));
            }
            Value::Tuple(members) | Value::User(_, members) => {
                members.iter().for_each(|v| v.write_value(out));
            }
            Value::Vector(items) => {
                let width = items
                    .first()
                    .and_then(Value::cql_type)
                    .and_then(|t| t.width());
                for item in items {
                    put_element(out, width, |out| {
                        item.write(out);
                    });
                }
            }
            _scalar => {}
        }
        Wrote::Value
    }
}

/// The order of a type's values, or of bytes where the type is not known.
fn by(ty: Option<&Type>) -> impl Fn(&[u8], &[u8]) -> Ordering {
    move |a, b| ty.map_or_else(|| a.cmp(b), |ty| ty.compare(a, b))
}
