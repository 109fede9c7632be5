//! Holds our codec against another encoder's bytes: reads from the standard input lines of type, value and bytes, as
//! `tests/outsiders/python/values.py` writes them, and checks of each that the value becomes those bytes and the bytes
//! that value. Prints how many of which type agreed; fails if one does not.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use scylla_orm::driver::value::{
    Counter, Date, Decimal, Duration, Time, TimeUuid, Timestamp, ToCql, Type, UserType, Value,
    Varint, Wrote,
};
use serde_json::Value as Json;

/// How many disagreements are shown.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    let mut agreed: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = 0;
    for line in std::io::stdin().lines() {
        let line = line.expect("lines of UTF-8");
        match check(&line) {
            Ok(ty) => *agreed.entry(ty.to_string()).or_default() += 1,
            Err(what) => {
                wrong += 1;
                if wrong <= SHOWN {
                    eprintln!("{what}\n  in {line}");
                }
            }
        }
    }
    let values: usize = agreed.values().sum();
    let fewest = agreed.values().min().unwrap_or(&0);
    println!(
        "{values} values of {} types, at least {fewest} of each, encoded and decoded alike; {wrong} not",
        agreed.len()
    );
    // Nothing read is nothing shown.
    ExitCode::from(u8::from(wrong > 0 || values == 0))
}

fn check(line: &str) -> Result<Type, String> {
    let [class, value, hex] = line
        .split('\t')
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "not three fields")?;
    let ty = Type::parse_class(class).map_err(|e| e.to_string())?;
    let json = serde_json::from_str(value).map_err(|e| e.to_string())?;
    let value = of_json(&ty, &json).ok_or("the JSON is not of the type")?;
    let expected = bytes(hex).ok_or("not hex")?;
    if !value.fits(&ty) {
        return Err(format!("{value} does not fit {ty}"));
    }
    let mut encoded = Vec::new();
    if value.write_as(&ty, &mut encoded) != Wrote::Value || encoded != expected {
        let encoded: String = encoded.iter().map(|b| format!("{b:02x}")).collect();
        return Err(format!("{value} of {ty} is encoded as {encoded}"));
    }
    match Value::decode(&ty, Some(&expected)) {
        Ok(Some(decoded)) if decoded == value => Ok(ty),
        other => Err(format!("{value} of {ty} is decoded as {other:?}")),
    }
}

/// The value of type `ty` that `json` shows.
fn of_json(ty: &Type, json: &Json) -> Option<Value> {
    Some(match (ty.bare(), json) {
        (Type::Ascii | Type::Text, Json::String(text)) => Value::Text(text.clone()),
        (Type::Blob, Json::String(hex)) => Value::Blob(bytes(hex)?),
        (Type::Boolean, Json::Bool(flag)) => Value::Boolean(*flag),
        (scalar, Json::String(text)) => of_text(scalar, text)?,
        (scalar, Json::Number(number)) => of_number(scalar, number.as_i64()?)?,
        (Type::Decimal, parts) => {
            let (unscaled, scale) = (parts[0].as_str()?, parts[1].as_i64()?);
            let unscaled: Varint = unscaled.parse().ok()?;
            Value::Decimal(Decimal::new(unscaled, scale.try_into().ok()?))
        }
        (Type::Duration, parts) => {
            let part = |at: usize| parts[at].as_i64();
            let (months, days) = (part(0)?.try_into().ok()?, part(1)?.try_into().ok()?);
            Value::Duration(Duration::new(months, days, part(2)?))
        }
        (composite, Json::Array(items)) => of_items(composite, items)?,
        _ => return None,
    })
}

/// Whole numbers and reals, whose digits JSON does not keep, and what has a text of its own.
fn of_text(ty: &Type, text: &str) -> Option<Value> {
    Some(match ty {
        Type::TinyInt => Value::TinyInt(text.parse().ok()?),
        Type::SmallInt => Value::SmallInt(text.parse().ok()?),
        Type::Int => Value::Int(text.parse().ok()?),
        Type::BigInt => Value::BigInt(text.parse().ok()?),
        Type::Counter => Value::Counter(Counter(text.parse().ok()?)),
        Type::VarInt => Value::VarInt(text.parse().ok()?),
        Type::Float => Value::Float(text.parse().ok()?),
        Type::Double => Value::Double(text.parse().ok()?),
        Type::Uuid => Value::Uuid(text.parse().ok()?),
        Type::TimeUuid => Value::TimeUuid(text.parse::<TimeUuid>().ok()?),
        Type::Inet => Value::Inet(text.parse().ok()?),
        _ => return None,
    })
}

/// Days, nanoseconds and milliseconds.
fn of_number(ty: &Type, number: i64) -> Option<Value> {
    Some(match ty {
        Type::Date => Value::Date(Date(number.try_into().ok()?)),
        Type::Time => Value::Time(Time(number)),
        Type::Timestamp => Value::Timestamp(Timestamp(number)),
        _ => return None,
    })
}

fn of_items(ty: &Type, items: &[Json]) -> Option<Value> {
    let all =
        |ty: &Type| -> Option<Vec<Value>> { items.iter().map(|item| of_json(ty, item)).collect() };
    Some(match ty {
        Type::List(element) => Value::List(all(element)?),
        Type::Set(element) => Value::Set(all(element)?),
        Type::Vector(element, _) => Value::Vector(all(element)?),
        Type::Map(key, value) => {
            let pair = |pair: &Json| Some((of_json(key, &pair[0])?, of_json(value, &pair[1])?));
            Value::Map(items.iter().map(pair).collect::<Option<_>>()?)
        }
        Type::Tuple(types) => Value::Tuple(members(types.iter(), items)?),
        Type::User(user) => user_type(user, items)?,
        _ => return None,
    })
}

fn user_type(user: &Arc<UserType>, items: &[Json]) -> Option<Value> {
    let types = user.fields.iter().map(|(_, ty)| ty);
    Some(Value::User(Arc::clone(user), members(types, items)?))
}

/// Members that can be null.
fn members<'t>(
    types: impl Iterator<Item = &'t Type>,
    items: &[Json],
) -> Option<Vec<Option<Value>>> {
    let member = |(ty, item): (&Type, &Json)| match item {
        Json::Null => Some(None),
        item => of_json(ty, item).map(Some),
    };
    types.zip(items).map(member).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(byte).collect()
}
