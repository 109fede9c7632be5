//! A value of any type, for when the type is known only at run time.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Counter, Date, Decimal, Duration, Time, TimeUuid, Timestamp, Type, UserType, Varint};

mod read;
mod show;
mod write;

/// A CQL value of any type. Null is not one of them: where there can be null, there is an `Option<Value>`.
///
/// Shown as a CQL literal.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `text` or `ascii`
    Text(String),
    /// `tinyint`
    TinyInt(i8),
    /// `smallint`
    SmallInt(i16),
    /// `int`
    Int(i32),
    /// `bigint`
    BigInt(i64),
    /// `counter`
    Counter(Counter),
    /// `float`
    Float(f32),
    /// `double`
    Double(f64),
    /// `varint`
    VarInt(Varint),
    /// `decimal`
    Decimal(Decimal),
    /// `boolean`
    Boolean(bool),
    /// `blob`
    Blob(Vec<u8>),
    /// `uuid`
    Uuid(uuid::Uuid),
    /// `timeuuid`
    TimeUuid(TimeUuid),
    /// `timestamp`
    Timestamp(Timestamp),
    /// `date`
    Date(Date),
    /// `time`
    Time(Time),
    /// `duration`
    Duration(Duration),
    /// `inet`
    Inet(IpAddr),
    /// `list<…>`
    List(Vec<Value>),
    /// `set<…>`, in the server's order when it was read
    Set(Vec<Value>),
    /// `map<…, …>`, in the server's order when it was read
    Map(Vec<(Value, Value)>),
    /// `tuple<…>`; its members can be null
    Tuple(Vec<Option<Value>>),
    /// A user-defined type and its fields' values, in their order; each can be null, and the last ones can be missing
    User(Arc<UserType>, Vec<Option<Value>>),
    /// `vector<…, n>`
    Vector(Vec<Value>),
    /// The bytes of a type that only its server class names.
    Custom(Box<str>, Vec<u8>),
    /// A scalar of no bytes where its type has no such value: neither null nor a number. Only old clients wrote it.
    Empty,
}

impl Value {
    /// Its type. `None` for [`Value::Empty`] and for a collection without elements, which could have many, and for a
    /// tuple with null in it.
    pub fn cql_type(&self) -> Option<Type> {
        let of = |v: Option<&Value>| v.and_then(Value::cql_type).map(Box::new);
        Some(match self {
            Value::Text(_) => Type::Text,
            Value::TinyInt(_) => Type::TinyInt,
            Value::SmallInt(_) => Type::SmallInt,
            Value::Int(_) => Type::Int,
            Value::BigInt(_) => Type::BigInt,
            Value::Counter(_) => Type::Counter,
            Value::Float(_) => Type::Float,
            Value::Double(_) => Type::Double,
            Value::VarInt(_) => Type::VarInt,
            Value::Decimal(_) => Type::Decimal,
            Value::Boolean(_) => Type::Boolean,
            Value::Blob(_) => Type::Blob,
            Value::Uuid(_) => Type::Uuid,
            Value::TimeUuid(_) => Type::TimeUuid,
            Value::Timestamp(_) => Type::Timestamp,
            Value::Date(_) => Type::Date,
            Value::Time(_) => Type::Time,
            Value::Duration(_) => Type::Duration,
            Value::Inet(_) => Type::Inet,
            Value::List(items) => Type::List(of(items.first())?),
            Value::Set(items) => Type::Set(of(items.first())?),
            Value::Map(pairs) => {
                let (key, value) = pairs.first()?;
                Type::Map(of(Some(key))?, of(Some(value))?)
            }
            Value::Tuple(members) => {
                let types = members.iter().map(|m| m.as_ref()?.cql_type());
                Type::Tuple(types.collect::<Option<_>>()?)
            }
            Value::User(ty, _) => Type::User(ty.clone()),
            Value::Vector(items) => {
                Type::Vector(of(items.first())?, u16::try_from(items.len()).ok()?)
            }
            Value::Custom(class, _) => Type::Custom(class.clone()),
            Value::Empty => return None,
        })
    }
}

macro_rules! from {
    ($($rust:ty => $variant:ident),* $(,)?) => { $(
        impl From<$rust> for Value {
            fn from(value: $rust) -> Self {
                Value::$variant(value.into())
            }
        }
    )* };
}

from! {
    &str => Text,
    String => Text,
    i8 => TinyInt,
    i16 => SmallInt,
    i32 => Int,
    i64 => BigInt,
    Counter => Counter,
    f32 => Float,
    f64 => Double,
    Varint => VarInt,
    Decimal => Decimal,
    bool => Boolean,
    Vec<u8> => Blob,
    &[u8] => Blob,
    uuid::Uuid => Uuid,
    TimeUuid => TimeUuid,
    Timestamp => Timestamp,
    Date => Date,
    Time => Time,
    Duration => Duration,
    IpAddr => Inet,
    std::net::Ipv4Addr => Inet,
    std::net::Ipv6Addr => Inet,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::testing::written;
    use super::super::{FromCql, ToCql};
    use super::*;

    fn parse(ty: &str) -> Type {
        let user = UserType {
            keyspace: "k".into(),
            name: "u".into(),
            fields: vec![("a".into(), Type::Int), ("Odd one".into(), Type::Text)],
        };
        Type::parse(ty, &|_| Some(Arc::new(user.clone()))).unwrap()
    }

    /// A value of the type, shown as this literal, is the same after it was sent and read back.
    fn check(ty: &str, value: impl Into<Value>, literal: &str) {
        let (ty, value) = (parse(ty), value.into());
        assert_eq!(value.to_string(), literal);
        assert!(value.fits(&ty), "{value} fits {ty}");
        let bytes = written(&value);
        assert_eq!(ty.validate(&bytes), Ok(()), "{value}");
        assert_eq!(Value::decode(&ty, Some(&bytes)), Ok(Some(value)));
    }

    #[test]
    fn scalars_are_shown_as_literals_and_survive_the_journey() {
        check("text", "it's", "'it''s'");
        check("ascii", "a", "'a'");
        check("tinyint", -1_i8, "-1");
        check("smallint", 1_i16, "1");
        check("int", 1, "1");
        check("bigint", i64::MIN, "-9223372036854775808");
        check("counter", Counter(5), "5");
        check("float", 1.1_f32, "1.1");
        check("double", 1e300, "1e300");
        check("double", f64::NEG_INFINITY, "-Infinity");
        check("varint", Varint::from(7_i8), "7");
        check("decimal", Decimal::new(-150, 2), "-1.50");
        check("boolean", true, "true");
        check("blob", vec![0xca, 0xfe], "0xcafe");
        check(
            "uuid",
            uuid::Uuid::from_u128(1),
            "00000000-0000-0000-0000-000000000001",
        );
        check("timestamp", Timestamp(0), "'1970-01-01T00:00:00.000Z'");
        check("date", Date(0), "'1970-01-01'");
        check("time", Time(1), "'00:00:00.000000001'");
        check("duration", Duration::new(1, 0, 0), "1mo");
        check("inet", IpAddr::from([127, 0, 0, 1]), "'127.0.0.1'");
        check("int", Value::Empty, "''");
        check(
            "'org.example.Point'",
            Value::Custom("org.example.Point".into(), vec![1]),
            "0x01",
        );
        assert_eq!(Value::from(f64::NAN).to_string(), "NaN");
    }

    #[test]
    fn composites_are_shown_as_literals_and_survive_the_journey() {
        let ints = || vec![Value::Int(-1), Value::Int(1)];
        check("list<int>", Value::List(ints()), "[-1, 1]");
        check("frozen<set<int>>", Value::Set(ints()), "{-1, 1}");
        check("vector<int, 2>", Value::Vector(ints()), "[-1, 1]");
        check(
            "vector<text, 2>",
            Value::Vector(vec!["a".into(), "bc".into()]),
            "['a', 'bc']",
        );
        check(
            "map<text, int>",
            Value::Map(vec![("a".into(), 1.into())]),
            "{'a': 1}",
        );
        check(
            "tuple<int, text>",
            Value::Tuple(vec![Some(1.into()), None]),
            "(1, null)",
        );
        let Type::User(ty) = parse("u") else {
            unreachable!()
        };
        let user = Value::User(ty, vec![Some(1.into()), None]);
        check("u", user, "{a: 1, \"Odd one\": null}");
    }

    #[test]
    fn sets_and_maps_are_sent_in_the_servers_order() {
        let set = Value::Set(vec![1.into(), (-1).into()]);
        assert_eq!(
            Value::decode(&parse("set<int>"), Some(&written(&set)))
                .unwrap()
                .unwrap()
                .to_string(),
            "{-1, 1}"
        );
        let map = Value::Map(vec![(1.into(), true.into()), ((-1).into(), false.into())]);
        let ty = parse("map<int, boolean>");
        assert_eq!(
            Value::decode(&ty, Some(&written(&map)))
                .unwrap()
                .unwrap()
                .to_string(),
            "{-1: false, 1: true}"
        );
    }

    #[test]
    fn a_value_fits_only_its_type() {
        let check = |value: Value, ty: &str, fits: bool| {
            assert_eq!(value.fits(&parse(ty)), fits, "{value} {ty}")
        };
        check(1.into(), "bigint", false);
        check("a".into(), "ascii", true);
        check("a".into(), "blob", false);
        check(Value::Empty, "int", true);
        check(Value::Empty, "list<int>", false);
        check(Value::List(vec![]), "list<text>", true);
        check(Value::List(vec![]), "set<text>", true);
        check(Value::List(vec![1.into(), "a".into()]), "list<int>", false);
        check(Value::Vector(vec![1.into()]), "vector<int, 2>", false);
        check(Value::Tuple(vec![None; 3]), "tuple<int, int>", false);
        check(Value::Custom("a".into(), vec![]), "'b'", false);
    }

    #[test]
    fn null_is_no_value() {
        assert_eq!(Value::decode(&Type::Int, None), Ok(None));
        assert!(Option::<i32>::decode(None).is_ok_and(|v| v.is_none()));
    }
}
