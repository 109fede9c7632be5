//! The types of CQL.

use std::sync::Arc;

mod class;
mod compare;
mod ident;
mod parse;
mod rust;
mod text;
mod validate;

pub use compare::members;
pub(super) use compare::sequence;
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

/// What stands in for a part that a type does not have. Nothing is read or written by it, since whoever asks for a part
/// has seen before that the type has one.
pub(super) static UNKNOWN: Type = Type::Blob;

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

    /// The type of the elements of a list, set or vector, or of the keys of a map.
    pub(super) fn element(&self) -> &Type {
        match self.bare() {
            Type::List(element) | Type::Set(element) | Type::Vector(element, _) => element,
            Type::Map(key, _) => key,
            _ => &UNKNOWN,
        }
    }

    /// The type of the values of a map.
    pub(super) fn mapped(&self) -> &Type {
        match self.bare() {
            Type::Map(_, value) => value,
            _ => &UNKNOWN,
        }
    }

    /// The type of a tuple's member, or of a user-defined type's field.
    pub(super) fn member(&self, index: usize) -> &Type {
        match self.bare() {
            Type::Tuple(types) => types.get(index).unwrap_or(&UNKNOWN),
            Type::User(ty) => ty.fields.get(index).map_or(&UNKNOWN, |(_, ty)| ty),
            _ => &UNKNOWN,
        }
    }

    /// The fields of a user-defined type, in their order.
    pub(super) fn fields(&self) -> Option<&[(Box<str>, Type)]> {
        match self.bare() {
            Type::User(ty) => Some(&ty.fields),
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
