//! Random values of a type, out of few.

use scylla_orm::driver::value::{
    Counter, Date, Decimal, Duration, Time, TimeUuid, Timestamp, Type, Value, Varint,
};
use uuid::Uuid;

use super::dice::Dice;

/// A value of a type.
pub fn value(dice: &mut Dice, ty: &Type) -> Value {
    match ty.bare() {
        Type::List(element) => Value::List(values(dice, element)),
        Type::Set(element) => Value::Set(distinct(values(dice, element))),
        Type::Map(key, of) => {
            let keys = distinct(values(dice, key));
            Value::Map(keys.into_iter().map(|key| (key, value(dice, of))).collect())
        }
        Type::Vector(element, n) => Value::Vector((0..*n).map(|_| value(dice, element)).collect()),
        Type::Tuple(types) => Value::Tuple(types.iter().map(|ty| nullable(dice, ty)).collect()),
        Type::User(user) => {
            let fields = user.fields.iter().map(|(_, ty)| nullable(dice, ty));
            Value::User(user.clone(), fields.collect())
        }
        scalar => number(dice, scalar).unwrap_or_else(|| other(dice, scalar)),
    }
}

fn nullable(dice: &mut Dice, ty: &Type) -> Option<Value> {
    (!dice.percent(15)).then(|| value(dice, ty))
}

fn values(dice: &mut Dice, ty: &Type) -> Vec<Value> {
    let count = dice.below(4);
    (0..count).map(|_| value(dice, ty)).collect()
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::new();
    for value in values {
        if !distinct.iter().any(|v| v.to_string() == value.to_string()) {
            distinct.push(value);
        }
    }
    distinct
}

fn number(dice: &mut Dice, ty: &Type) -> Option<Value> {
    let small = dice.between(-2, 4);
    Some(match ty {
        Type::TinyInt => Value::TinyInt(*dice.pick(&[small as i8, small as i8, i8::MIN, i8::MAX])),
        Type::SmallInt => {
            Value::SmallInt(*dice.pick(&[small as i16, small as i16, i16::MIN, i16::MAX]))
        }
        Type::Int => {
            Value::Int(*dice.pick(&[small as i32, small as i32, small as i32, i32::MIN, i32::MAX]))
        }
        Type::BigInt => Value::BigInt(*dice.pick(&[small, small, small, i64::MIN, i64::MAX])),
        Type::Counter => Value::Counter(Counter(small)),
        Type::Float => Value::Float(*dice.pick(&[small as f32, 1.5, -0.1, f32::MAX])),
        Type::Double => Value::Double(*dice.pick(&[small as f64, 1.5, -0.1, 1e300])),
        Type::VarInt => Value::VarInt(Varint::from(*dice.pick(&[
            small,
            small,
            i64::MAX,
            255,
            -129,
        ]))),
        Type::Decimal => {
            let scale = dice.below(3) as i32;
            Value::Decimal(Decimal::new(small * 5, scale))
        }
        Type::Boolean => Value::Boolean(small > 0),
        _ => return None,
    })
}

fn other(dice: &mut Dice, ty: &Type) -> Value {
    let small = dice.below(4);
    match ty {
        Type::Ascii => Value::Text((*dice.pick(&["", "a", "b", "ab", "B"])).into()),
        Type::Text => Value::Text((*dice.pick(&["", "a", "b", "it's", "é", "B"])).into()),
        Type::Blob => Value::Blob(
            dice.pick(&[&[][..], &[0], &[0xca, 0xfe], &[0, 0, 0, 7]])
                .to_vec(),
        ),
        Type::Uuid => Value::Uuid(Uuid::from_u128(
            *dice.pick(&[0x4000_8000, 0x4001_8000, 0x1000_9000, 0xffff_4000_8000_u128]) << 64
                | small as u128,
        )),
        Type::TimeUuid => Value::TimeUuid(TimeUuid::min_of(Timestamp(small as i64 * 1000))),
        Type::Timestamp => {
            Value::Timestamp(Timestamp(*dice.pick(&[0, -1, 1_500, 1_388_577_600_000])))
        }
        Type::Date => Value::Date(
            Date::from_ymd(*dice.pick(&[1969, 1970, 2014]), 1, 1 + small as u8).unwrap(),
        ),
        Type::Time => {
            Value::Time(Time::from_hms_nano(12, small as u8, 0, *dice.pick(&[0, 5])).unwrap())
        }
        Type::Duration => Value::Duration(Duration {
            months: small as i32,
            days: 1,
            nanos: dice.below(3) as i64,
        }),
        Type::Inet => Value::Inet(
            dice.pick(&["127.0.0.1", "10.0.0.1", "::1"])
                .parse()
                .unwrap(),
        ),
        other => panic!("no value of {other}"),
    }
}

/// A literal of almost any other type than that of the column.
pub fn wrong(dice: &mut Dice) -> &'static str {
    dice.pick::<&str>(&[
        "1",
        "1.5",
        "'x'",
        "true",
        "0xca",
        "[1]",
        "{1}",
        "{'a': 1}",
        "(1, 2)",
        "{f0: 1}",
        "123e4567-e89b-12d3-a456-426614174000",
        "1mo",
        "99999999999999999999",
        "''",
        "NaN",
        "nosuch(1)",
        "token(1)",
        "{}",
        "[]",
    ])
}

/// A value as JSON.
pub fn json(value: &Value) -> String {
    let list = |items: &[Value]| {
        let items: Vec<String> = items.iter().map(json).collect();
        format!("[{}]", items.join(", "))
    };
    let nullable = |v: &Option<Value>| v.as_ref().map_or_else(|| "null".to_owned(), json);
    match value {
        Value::Text(text) => quoted(text),
        Value::List(items) | Value::Set(items) | Value::Vector(items) => list(items),
        Value::Map(pairs) => {
            let pair =
                |(key, value): &(Value, Value)| format!("{}: {}", quoted(&plain(key)), json(value));
            let pairs: Vec<String> = pairs.iter().map(pair).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Tuple(members) => {
            let members: Vec<String> = members.iter().map(nullable).collect();
            format!("[{}]", members.join(", "))
        }
        Value::User(user, members) => {
            let field = |((name, _), v): (&(Box<str>, Type), &Option<Value>)| {
                format!("\"{name}\": {}", nullable(v))
            };
            let fields: Vec<String> = user.fields.iter().zip(members).map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::TinyInt(_)
        | Value::SmallInt(_)
        | Value::Int(_)
        | Value::BigInt(_)
        | Value::VarInt(_) => value.to_string(),
        Value::Float(_) | Value::Double(_) | Value::Decimal(_) | Value::Boolean(_) => {
            value.to_string()
        }
        other => quoted(&plain(other)),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Timestamp(_) | Value::Date(_) | Value::Time(_) | Value::Inet(_) => {
            value.to_string().trim_matches('\'').to_owned()
        }
        other => other.to_string(),
    }
}
