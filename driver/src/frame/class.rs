//! The names of types as classes of the server: how the wire carries types that have no number.

use std::fmt::Write;

use super::Dialect;
use crate::value::Type;

const PACKAGE: &str = "org.apache.cassandra.db.marshal.";

/// The name of a type's class with its parameters, spelled as servers of this kind do.
pub(super) fn name(ty: &Type, dialect: Dialect) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = write(ty, dialect, &mut out);
    out
}

fn write(ty: &Type, dialect: Dialect, out: &mut String) -> std::fmt::Result {
    if let Type::Custom(class) = ty {
        return out.write_str(class);
    }
    out.write_str(PACKAGE)?;
    out.write_str(class(ty))?;
    match ty {
        Type::List(inner) | Type::Set(inner) | Type::Frozen(inner) => {
            write_list(&[inner], dialect, out)
        }
        Type::Map(key, value) => write_list(&[key, value], dialect, out),
        Type::Tuple(members) => write_list(&members.iter().collect::<Vec<_>>(), dialect, out),
        Type::Vector(inner, dimension) => {
            out.write_char('(')?;
            write(inner, dialect, out)?;
            match dialect {
                Dialect::Scylla => write!(out, ", {dimension})"),
                Dialect::Cassandra => write!(out, " , {dimension})"),
            }
        }
        Type::User(user) => {
            write!(out, "({},", user.keyspace)?;
            write_hex(&user.name, out)?;
            for (name, ty) in &user.fields {
                out.write_char(',')?;
                write_hex(name, out)?;
                out.write_char(':')?;
                write(ty, dialect, out)?;
            }
            out.write_char(')')
        }
        _ => Ok(()),
    }
}

fn write_list(types: &[&Type], dialect: Dialect, out: &mut String) -> std::fmt::Result {
    out.write_char('(')?;
    for (i, ty) in types.iter().enumerate() {
        if i > 0 {
            out.write_char(',')?;
        }
        write(ty, dialect, out)?;
    }
    out.write_char(')')
}

fn class(ty: &Type) -> &'static str {
    match ty {
        Type::Ascii => "AsciiType",
        Type::BigInt => "LongType",
        Type::Blob => "BytesType",
        Type::Boolean => "BooleanType",
        Type::Counter => "CounterColumnType",
        Type::Date => "SimpleDateType",
        Type::Decimal => "DecimalType",
        Type::Double => "DoubleType",
        Type::Duration => "DurationType",
        Type::Float => "FloatType",
        Type::Inet => "InetAddressType",
        Type::Int => "Int32Type",
        Type::SmallInt => "ShortType",
        Type::Text => "UTF8Type",
        Type::Time => "TimeType",
        Type::Timestamp => "TimestampType",
        Type::TimeUuid => "TimeUUIDType",
        Type::TinyInt => "ByteType",
        Type::Uuid => "UUIDType",
        Type::VarInt => "IntegerType",
        Type::List(_) => "ListType",
        Type::Set(_) => "SetType",
        Type::Map(..) => "MapType",
        Type::Tuple(_) => "TupleType",
        Type::User(_) => "UserType",
        Type::Vector(..) => "VectorType",
        Type::Frozen(_) => "FrozenType",
        // Has its name already.
        Type::Custom(_) => "",
    }
}

/// Names of user-defined types and of their fields may be any text, so they go as hexadecimal digits.
fn write_hex(name: &str, out: &mut String) -> std::fmt::Result {
    name.bytes().try_for_each(|byte| write!(out, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::value::UserType;

    fn check(ty: &Type, dialect: Dialect, expected: &str) {
        assert_eq!(name(ty, dialect).replace(PACKAGE, "~"), expected);
    }

    #[test]
    fn names() {
        let float = Type::Vector(Type::Float.into(), 3);
        check(&float, Dialect::Scylla, "~VectorType(~FloatType, 3)");
        check(&float, Dialect::Cassandra, "~VectorType(~FloatType , 3)");
        let list = Type::Frozen(Box::new(Type::List(Type::Text.into())));
        let map = Type::Map(Type::Int.into(), list.into());
        let expected = "~MapType(~Int32Type,~FrozenType(~ListType(~UTF8Type)))";
        check(&map, Dialect::Scylla, expected);
        let pair = Type::Tuple(vec![Type::Uuid, Type::Blob]);
        check(&pair, Dialect::Scylla, "~TupleType(~UUIDType,~BytesType)");
        let user = Type::User(Arc::new(UserType {
            keyspace: "ks".into(),
            name: "ab".into(),
            fields: vec![
                ("x".into(), Type::Int),
                ("Y".into(), Type::Set(Type::Date.into())),
            ],
        }));
        let expected = "~UserType(ks,6162,78:~Int32Type,59:~SetType(~SimpleDateType))";
        check(&user, Dialect::Cassandra, expected);
        let custom = Type::Custom("com.example.MyType".into());
        check(&custom, Dialect::Scylla, "com.example.MyType");
    }
}
