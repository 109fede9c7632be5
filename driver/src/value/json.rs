//! JSON: documents in `text` columns, and any value of CQL as JSON.

use std::net::IpAddr;

use serde_json::{Map, Number};

use super::decode::present;
use super::{CqlType, Fault, FromCql, Row, RowError, ToCql, Type, UserType, Value, Varint, Wrote};

/// A document is `text`. Its bytes are what `serde_json` writes: without blanks, members in its order.
impl ToCql for serde_json::Value {
    fn fits(&self, ty: &Type) -> bool {
        matches!(ty, Type::Text | Type::Ascii)
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        serde_json::to_writer(out, self)
            .expect("a document has only text as names, and a Vec takes all");
        Wrote::Value
    }
}

/// Text that is no JSON is [`Fault::Range`].
impl FromCql<'_> for serde_json::Value {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Text | Type::Ascii)
    }

    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        serde_json::from_slice(present(cell)?).map_err(|_| Fault::Range)
    }
}

impl CqlType for serde_json::Value {
    fn cql_type() -> Type {
        Type::Text
    }
}

impl From<&Value> for serde_json::Value {
    /// As CQL's `SELECT JSON` has it: blobs as `0x…`, dates, times, addresses and UUIDs as text, tuples as lists,
    /// user-defined types and maps as objects, whose names are the keys as text. Numbers that JSON does not have (NaN,
    /// infinities, and those of `varint` and `decimal` with more digits than 64 bits hold) are text.
    fn from(value: &Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Value::Text(v) => Json::from(v.as_str()),
            Value::TinyInt(v) => Json::from(*v),
            Value::SmallInt(v) => Json::from(*v),
            Value::Int(v) => Json::from(*v),
            Value::BigInt(v) => Json::from(*v),
            Value::Counter(v) => Json::from(v.0),
            Value::Float(v) => float(f64::from(*v), v),
            Value::Double(v) => float(*v, v),
            Value::VarInt(v) => integer(v),
            Value::Boolean(v) => Json::from(*v),
            Value::List(items) | Value::Set(items) | Value::Vector(items) => {
                items.iter().map(Json::from).collect()
            }
            Value::Tuple(members) => members.iter().map(nullable).collect(),
            Value::Map(pairs) => {
                let pair = |(key, value): &(Value, Value)| (name(key), Json::from(value));
                Json::Object(pairs.iter().map(pair).collect())
            }
            Value::User(ty, members) => user(ty, members),
            Value::Empty => Json::from(""),
            other => Json::from(text(other)),
        }
    }
}

impl Row {
    /// The row as an object, its columns' names as names; null is null.
    ///
    /// # Errors
    /// The bytes of a column are not what its type says.
    pub fn to_json(&self) -> Result<serde_json::Value, RowError> {
        let column = |index: usize| {
            let name = self.columns().get(index).map_or("", |column| &column.name);
            Ok((name.to_owned(), nullable(&self.value(index)?)))
        };
        let columns = (0..self.columns().len()).map(column);
        columns.collect::<Result<Map<_, _>, _>>().map(Into::into)
    }
}

fn nullable(value: &Option<Value>) -> serde_json::Value {
    value.as_ref().map_or(serde_json::Value::Null, Into::into)
}

/// A `float` keeps the digits that it has, and does not get those of a `double`.
fn float(wide: f64, shown: &impl ToString) -> serde_json::Value {
    let digits = shown.to_string().parse().ok();
    match digits.and_then(Number::from_f64) {
        Some(number) => number.into(),
        None if wide.is_nan() => "NaN".into(),
        None if wide > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}

fn integer(n: &Varint) -> serde_json::Value {
    match (i64::try_from(n), u64::try_from(n)) {
        (Ok(n), _) => n.into(),
        (_, Ok(n)) => n.into(),
        _ => n.to_string().into(),
    }
}

fn user(ty: &UserType, members: &[Option<Value>]) -> serde_json::Value {
    let field = |(index, (name, _)): (usize, &(Box<str>, Type))| {
        let value = members.get(index).map_or(serde_json::Value::Null, nullable);
        (name.to_string(), value)
    };
    serde_json::Value::Object(ty.fields.iter().enumerate().map(field).collect())
}

/// The name of a map's member.
fn name(key: &Value) -> String {
    match serde_json::Value::from(key) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// What CQL writes as text, without the quotes of its literal.
fn text(value: &Value) -> String {
    match value {
        Value::Timestamp(v) => v.to_string(),
        Value::Date(v) => v.to_string(),
        Value::Time(v) => v.to_string(),
        Value::Inet(v) => IpAddr::to_string(v),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::testing::check as check_bytes;
    use super::super::{
        Cells, Column, Date, Decimal, Duration, FromRow, Time, TimeUuid, Timestamp, ToRow,
    };
    use super::*;

    #[test]
    fn a_document_is_text() {
        check_bytes(
            json!({"a": [1, null]}),
            &Type::Text,
            "7b2261223a5b312c6e756c6c5d7d",
        );
        check_bytes(json!(null), &Type::Text, "6e756c6c");
        assert_eq!(serde_json::Value::decode(Some(b"{")), Err(Fault::Range));
        assert_eq!(Option::<serde_json::Value>::decode(None), Ok(None));
    }

    #[test]
    fn each_value_is_json() {
        let check = |value: Value, json: serde_json::Value| {
            assert_eq!(serde_json::Value::from(&value), json, "{value}");
        };
        check("a".into(), json!("a"));
        check(1_i8.into(), json!(1));
        check((-2_i16).into(), json!(-2));
        check(3.into(), json!(3));
        check(i64::MIN.into(), json!(i64::MIN));
        check(super::super::Counter(4).into(), json!(4));
        check(1.1_f32.into(), json!(1.1));
        check(0.5.into(), json!(0.5));
        check(f64::NAN.into(), json!("NaN"));
        check(f32::NEG_INFINITY.into(), json!("-Infinity"));
        check(Varint::from(u64::MAX).into(), json!(u64::MAX));
        check(Varint::from(i128::MAX).into(), json!(i128::MAX.to_string()));
        check(Decimal::new(-150, 2).into(), json!("-1.50"));
        check(true.into(), json!(true));
        check(Value::Blob(vec![0xca, 0xfe]), json!("0xcafe"));
        check(
            uuid::Uuid::nil().into(),
            json!("00000000-0000-0000-0000-000000000000"),
        );
        let at = TimeUuid::min_of(Timestamp(0));
        check(at.into(), json!("13814000-1dd2-11b2-8080-808080808080"));
        check(Timestamp(0).into(), json!("1970-01-01T00:00:00.000Z"));
        check(Date(0).into(), json!("1970-01-01"));
        check(Time(1).into(), json!("00:00:00.000000001"));
        check(Duration::new(1, 0, 0).into(), json!("1mo"));
        check(IpAddr::from([127, 0, 0, 1]).into(), json!("127.0.0.1"));
        check(Value::Empty, json!(""));
        check(Value::Custom("x.Y".into(), vec![1]), json!("0x01"));
        check(Value::List(vec![1.into(), 2.into()]), json!([1, 2]));
        check(Value::Set(vec![1.into()]), json!([1]));
        check(Value::Vector(vec![1.0_f32.into()]), json!([1.0]));
        check(Value::Map(vec![(1.into(), "a".into())]), json!({"1": "a"}));
        check(
            Value::Map(vec![(Date(0).into(), 1.into())]),
            json!({"1970-01-01": 1}),
        );
        check(Value::Tuple(vec![Some(1.into()), None]), json!([1, null]));
        let ty = Arc::new(UserType {
            keyspace: "k".into(),
            name: "u".into(),
            fields: vec![("a".into(), Type::Int), ("b".into(), Type::Text)],
        });
        check(
            Value::User(ty, vec![Some(1.into())]),
            json!({"a": 1, "b": null}),
        );
    }

    #[test]
    fn a_row_is_an_object() {
        let column = |name: &str, ty| Column {
            keyspace: "k".into(),
            table: "t".into(),
            name: name.into(),
            ty,
        };
        let columns = Arc::from([column("id", Type::Int), column("name", Type::Text)]);
        let mut bytes = Vec::new();
        (7, None::<&str>).write_row(&columns, &mut bytes);
        let row = Row::read(&columns, &mut Cells::new(&bytes)).unwrap();
        assert_eq!(row.to_json(), Ok(json!({"id": 7, "name": null})));
    }
}
