//! Types as the servers' classes name them: custom types on the wire, and old schema tables.

use std::sync::Arc;

use super::parse::{Cursor, ParseTypeError};
use super::{Type, UserType};

/// The package that classes without one belong to.
const PACKAGE: &str = "org.apache.cassandra.db.marshal.";

/// Deeper than any schema nests types; a bound, so that no peer can exhaust the stack.
const DEPTH: usize = 64;

/// Classes without parameters. Of two for one type, the one that servers write comes first.
const NATIVE: [(&str, Type); 22] = [
    ("AsciiType", Type::Ascii),
    ("LongType", Type::BigInt),
    ("BytesType", Type::Blob),
    ("BooleanType", Type::Boolean),
    ("CounterColumnType", Type::Counter),
    ("SimpleDateType", Type::Date),
    ("DecimalType", Type::Decimal),
    ("DoubleType", Type::Double),
    ("DurationType", Type::Duration),
    ("FloatType", Type::Float),
    ("InetAddressType", Type::Inet),
    ("Int32Type", Type::Int),
    ("ShortType", Type::SmallInt),
    ("UTF8Type", Type::Text),
    ("TimeType", Type::Time),
    ("TimestampType", Type::Timestamp),
    ("DateType", Type::Timestamp),
    ("TimeUUIDType", Type::TimeUuid),
    ("ByteType", Type::TinyInt),
    ("UUIDType", Type::Uuid),
    ("LexicalUUIDType", Type::Uuid),
    ("IntegerType", Type::VarInt),
];

impl Type {
    /// Reads the name of a server class, such as `org.apache.cassandra.db.marshal.ListType(…Int32Type)`, with the
    /// package or without. A class that is not known becomes [`Type::Custom`]; that a column is reversed is dropped.
    ///
    /// # Errors
    /// A known class has parameters that it cannot have.
    pub fn parse_class(text: &str) -> Result<Type, ParseTypeError> {
        let mut cursor = Cursor::new(text);
        match class(&mut cursor, DEPTH)? {
            Some(ty) => cursor.end().map(|()| ty),
            None => Ok(Type::Custom(text.trim().into())),
        }
    }

    /// The name of the server class of this type, with its parameters: what the protocol calls a custom type.
    pub fn class_name(&self) -> String {
        let class = match self {
            Type::List(t) => format!("ListType({})", t.class_name()),
            Type::Set(t) => format!("SetType({})", t.class_name()),
            Type::Map(k, v) => format!("MapType({},{})", k.class_name(), v.class_name()),
            Type::Frozen(t) => format!("FrozenType({})", t.class_name()),
            Type::Vector(t, n) => format!("VectorType({}, {n})", t.class_name()),
            Type::Tuple(types) => {
                let types: Vec<_> = types.iter().map(Type::class_name).collect();
                format!("TupleType({})", types.join(","))
            }
            Type::User(ty) => user_class(ty),
            Type::Custom(class) => return class.to_string(),
            native => {
                let class = NATIVE.iter().find(|(_, ty)| ty == native);
                class.map_or("BytesType", |(name, _)| *name).to_owned()
            }
        };
        format!("{PACKAGE}{class}")
    }
}

fn user_class(ty: &UserType) -> String {
    let hex = |name: &str| name.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let mut class = format!("UserType({},{}", ty.keyspace, hex(&ty.name));
    for (name, field) in &ty.fields {
        class += &format!(",{}:{}", hex(name), field.class_name());
    }
    class + ")"
}

/// `None` for a class that is not known; the cursor then stands anywhere.
fn class(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<Type>, ParseTypeError> {
    if depth == 0 {
        return Err(cursor.expected("fewer types within types"));
    }
    let name = cursor.run(".$")?;
    let name = name.strip_prefix(PACKAGE).unwrap_or(name);
    if let Some((_, native)) = NATIVE.iter().find(|(own, _)| *own == name) {
        return Ok(Some(native.clone()));
    }
    let ty = match name {
        "ListType" | "SetType" | "FrozenType" | "ReversedType" | "MapType" | "TupleType"
        | "VectorType" | "UserType" => {
            cursor.must('(', "`(`")?;
            parameters(name, cursor, depth - 1)?
        }
        _ => None,
    };
    if ty.is_some() {
        cursor.must(')', "`)`")?;
    }
    Ok(ty)
}

fn parameters(
    name: &str,
    cursor: &mut Cursor<'_>,
    depth: usize,
) -> Result<Option<Type>, ParseTypeError> {
    if name == "UserType" {
        return user(cursor, depth);
    }
    let Some(first) = class(cursor, depth)? else {
        return Ok(None);
    };
    let first = Box::new(first);
    Ok(Some(match name {
        "ListType" => Type::List(first),
        "SetType" => Type::Set(first),
        "FrozenType" => Type::Frozen(first),
        "MapType" => {
            cursor.must(',', "`,`")?;
            let Some(value) = class(cursor, depth)? else {
                return Ok(None);
            };
            Type::Map(first, Box::new(value))
        }
        "VectorType" => {
            cursor.must(',', "`,`")?;
            Type::Vector(first, cursor.dimension()?)
        }
        "TupleType" => {
            let mut types = vec![*first];
            while cursor.eat(',') {
                let Some(ty) = class(cursor, depth)? else {
                    return Ok(None);
                };
                types.push(ty);
            }
            Type::Tuple(types)
        }
        _reversed => *first,
    }))
}

/// Keyspace, name in hexadecimal, then each field's name in hexadecimal, a colon and its class.
fn user(cursor: &mut Cursor<'_>, depth: usize) -> Result<Option<Type>, ParseTypeError> {
    let keyspace = cursor.word()?.into();
    cursor.must(',', "`,`")?;
    let name = hex(cursor)?;
    let mut fields = Vec::new();
    while cursor.eat(',') {
        let field = hex(cursor)?;
        cursor.must(':', "`:`")?;
        let Some(ty) = class(cursor, depth)? else {
            return Ok(None);
        };
        fields.push((field, ty));
    }
    Ok(Some(Type::User(Arc::new(UserType {
        keyspace,
        name,
        fields,
    }))))
}

fn hex(cursor: &mut Cursor<'_>) -> Result<Box<str>, ParseTypeError> {
    let start = cursor.clone();
    let digits = cursor.word()?.as_bytes().chunks(2);
    let bytes = digits.map(|pair| match pair {
        [_, _] => u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok(),
        _ => None,
    });
    bytes
        .collect::<Option<Vec<u8>>>()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(Into::into)
        .ok_or_else(|| start.expected("a name in hexadecimal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(class: &str, cql: &str) {
        let ty = Type::parse_class(class).unwrap();
        assert_eq!(ty.to_string(), cql);
        assert_eq!(Type::parse_class(&ty.class_name()), Ok(ty));
    }

    #[test]
    fn classes_are_read_with_and_without_their_package() {
        for (name, ty) in &NATIVE {
            check(&format!("{PACKAGE}{name}"), &ty.to_string());
        }
        check("ListType(Int32Type)", "list<int>");
        check(
            "org.apache.cassandra.db.marshal.MapType(org.apache.cassandra.db.marshal.UTF8Type,org.apache.cassandra.db.marshal.FrozenType(SetType(ByteType)))",
            "map<text, frozen<set<tinyint>>>",
        );
        check("TupleType(Int32Type, UTF8Type)", "tuple<int, text>");
        check("ReversedType(TimestampType)", "timestamp");
        check(
            "org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType , 3)",
            "vector<float, 3>",
        );
        check("VectorType(FloatType, 3)", "vector<float, 3>");
    }

    #[test]
    fn a_user_type_has_its_names_in_hexadecimal() {
        let ty = Type::parse_class("UserType(ks,61646472,7a6970:Int32Type,c3a4:UTF8Type)").unwrap();
        let expected = UserType {
            keyspace: "ks".into(),
            name: "addr".into(),
            fields: vec![("zip".into(), Type::Int), ("ä".into(), Type::Text)],
        };
        assert_eq!(ty, Type::User(Arc::new(expected)));
        assert_eq!(Type::parse_class(&ty.class_name()), Ok(ty));
    }

    #[test]
    fn an_unknown_class_is_kept_as_it_is() {
        for class in [
            "org.example.Point",
            "org.apache.cassandra.db.marshal.EmptyType",
            "DynamicCompositeType(a=>Int32Type)",
        ] {
            assert_eq!(Type::parse_class(class), Ok(Type::Custom(class.into())));
        }
        let within = "ListType(org.example.Point)";
        assert_eq!(Type::parse_class(within), Ok(Type::Custom(within.into())));
    }

    #[test]
    fn wrong_parameters_are_refused() {
        for class in [
            "",
            "ListType",
            "ListType(Int32Type",
            "MapType(Int32Type)",
            "VectorType(FloatType,0)",
            "Int32Type)",
            "UserType(ks,6g)",
            "UserType(ks,616)",
        ] {
            assert!(Type::parse_class(class).is_err(), "{class}");
        }
        assert!(Type::parse_class(&"ListType(".repeat(1_000_000)).is_err());
    }
}
