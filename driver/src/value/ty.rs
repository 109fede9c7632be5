//! The types of CQL.

use std::sync::Arc;

/// A type of CQL.
///
/// `Frozen` appears where a type was read from CQL text, as in `system_schema.columns`. The protocol never says
/// it, so types that come with a result have none; compare the two after [`Type::thawed`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// `ascii`
    Ascii,
    /// `bigint`
    BigInt,
    /// `blob`
    Blob,
    /// `boolean`
    Boolean,
    /// `counter`
    Counter,
    /// `date`
    Date,
    /// `decimal`
    Decimal,
    /// `double`
    Double,
    /// `duration`
    Duration,
    /// `float`
    Float,
    /// `inet`
    Inet,
    /// `int`
    Int,
    /// `smallint`
    SmallInt,
    /// `text`, also called `varchar`
    Text,
    /// `time`
    Time,
    /// `timestamp`
    Timestamp,
    /// `timeuuid`
    TimeUuid,
    /// `tinyint`
    TinyInt,
    /// `uuid`
    Uuid,
    /// `varint`
    VarInt,
    /// `list<…>`
    List(Box<Type>),
    /// `set<…>`
    Set(Box<Type>),
    /// `map<…, …>`
    Map(Box<Type>, Box<Type>),
    /// `tuple<…>`
    Tuple(Vec<Type>),
    /// A user-defined type.
    User(Arc<UserType>),
    /// `vector<…, n>`
    Vector(Box<Type>, u16),
    /// `frozen<…>`
    Frozen(Box<Type>),
    /// A type that only its server class names.
    Custom(Box<str>),
}

/// A user-defined type and its fields, in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserType {
    /// The keyspace that it belongs to.
    pub keyspace: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Names and types of its fields.
    pub fields: Vec<(Box<str>, Type)>,
}

impl Type {
    /// The same type without any `frozen`.
    pub fn thawed(&self) -> Type {
        let boxed = |t: &Type| Box::new(t.thawed());
        match self {
            Type::Frozen(t) => t.thawed(),
            Type::List(t) => Type::List(boxed(t)),
            Type::Set(t) => Type::Set(boxed(t)),
            Type::Map(k, v) => Type::Map(boxed(k), boxed(v)),
            Type::Tuple(ts) => Type::Tuple(ts.iter().map(Type::thawed).collect()),
            Type::Vector(t, n) => Type::Vector(boxed(t), *n),
            other => other.clone(),
        }
    }
}
