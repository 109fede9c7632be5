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
