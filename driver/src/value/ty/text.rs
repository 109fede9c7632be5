//! Types as CQL text.

use std::fmt;

use super::{Ident, Type};

impl Type {
    /// The name of a type that has no parameters.
    pub(super) fn native_name(&self) -> Option<&'static str> {
        NATIVE
            .iter()
            .find(|(_, ty)| ty == self)
            .map(|(name, _)| *name)
    }

    /// The type of a name, in lower case, that takes no parameters.
    pub(super) fn native(name: &str) -> Option<Type> {
        let name = if name == "varchar" { "text" } else { name };
        NATIVE
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, ty)| ty.clone())
    }
}

const NATIVE: [(&str, Type); 20] = [
    ("ascii", Type::Ascii),
    ("bigint", Type::BigInt),
    ("blob", Type::Blob),
    ("boolean", Type::Boolean),
    ("counter", Type::Counter),
    ("date", Type::Date),
    ("decimal", Type::Decimal),
    ("double", Type::Double),
    ("duration", Type::Duration),
    ("float", Type::Float),
    ("inet", Type::Inet),
    ("int", Type::Int),
    ("smallint", Type::SmallInt),
    ("text", Type::Text),
    ("time", Type::Time),
    ("timestamp", Type::Timestamp),
    ("timeuuid", Type::TimeUuid),
    ("tinyint", Type::TinyInt),
    ("uuid", Type::Uuid),
    ("varint", Type::VarInt),
];

impl fmt::Display for Type {
    /// As CQL text, like `frozen<map<text, int>>`. A user-defined type goes by its name, without its keyspace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::List(t) => write!(f, "list<{t}>"),
            Type::Set(t) => write!(f, "set<{t}>"),
            Type::Map(k, v) => write!(f, "map<{k}, {v}>"),
            Type::Vector(t, n) => write!(f, "vector<{t}, {n}>"),
            Type::Frozen(t) => write!(f, "frozen<{t}>"),
            // Without quotes, a name such as `int` is another type.
            Type::User(ty) if Type::native(&ty.name).is_some() => write!(f, "\"{}\"", ty.name),
            Type::User(ty) => Ident(&ty.name).fmt(f),
            Type::Custom(class) => write!(f, "'{}'", class.replace('\'', "''")),
            Type::Tuple(types) => {
                f.write_str("tuple<")?;
                for (i, ty) in types.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{ty}")?;
                }
                f.write_str(">")
            }
            native => f.write_str(native.native_name().unwrap_or("unknown")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_type_and_a_type_a_name() {
        for (name, ty) in &NATIVE {
            assert_eq!(ty.to_string(), *name);
            assert_eq!(Type::native(name).as_ref(), Some(ty));
        }
        assert_eq!(Type::native("varchar"), Some(Type::Text));
    }
}
