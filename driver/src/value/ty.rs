//! The types of CQL.

use std::sync::Arc;

mod class;
mod compare;
mod ident;
mod parse;
mod rust;
mod text;
mod validate;

pub(super) use compare::{members, sequence};
pub use ident::Ident;
pub use parse::ParseTypeError;

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
    /// The type within any `frozen` around it; those further inside stay.
    #[inline]
    pub fn bare(&self) -> &Type {
        let mut ty = self;
        while let Type::Frozen(inner) = ty {
            ty = inner;
        }
        ty
    }

    /// How many bytes each value has, if that is fixed in the servers' eyes: such elements stand in a vector without
    /// their lengths. `smallint`, `tinyint`, `date`, `time` and `counter` are not among them.
    pub fn width(&self) -> Option<usize> {
        match self.bare() {
            Type::Boolean => Some(1),
            Type::Float | Type::Int => Some(4),
            Type::BigInt | Type::Double | Type::Timestamp => Some(8),
            Type::TimeUuid | Type::Uuid => Some(16),
            Type::Vector(element, n) => element.width()?.checked_mul(usize::from(*n)),
            _ => None,
        }
    }

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
