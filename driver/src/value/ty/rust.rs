//! The Rust types of CQL types, by name, for messages.

use super::Type;

impl Type {
    /// The Rust type that messages suggest for a column of this type: the most usual of those that can hold it.
    pub fn rust_name(&self) -> String {
        let chrono = cfg!(feature = "chrono");
        let name = match self {
            Type::Ascii | Type::Text => "String",
            Type::BigInt => "i64",
            Type::Blob => "Vec<u8>",
            Type::Boolean => "bool",
            Type::Counter => "Counter",
            Type::Date if chrono => "NaiveDate",
            Type::Date => "Date",
            Type::Decimal => "Decimal",
            Type::Double => "f64",
            Type::Duration => "Duration",
            Type::Float => "f32",
            Type::Inet => "IpAddr",
            Type::Int => "i32",
            Type::SmallInt => "i16",
            Type::Time if chrono => "NaiveTime",
            Type::Time => "Time",
            Type::Timestamp if chrono => "DateTime<Utc>",
            Type::Timestamp => "Timestamp",
            Type::TimeUuid => "TimeUuid",
            Type::TinyInt => "i8",
            Type::Uuid => "Uuid",
            Type::VarInt => "Varint",
            Type::User(_) | Type::Custom(_) => "Value",
            Type::Frozen(t) => return t.rust_name(),
            Type::List(t) => return format!("Vec<{}>", t.rust_name()),
            Type::Set(t) => return format!("HashSet<{}>", t.rust_name()),
            Type::Map(k, v) => return format!("HashMap<{}, {}>", k.rust_name(), v.rust_name()),
            Type::Vector(t, n) => return format!("[{}; {n}]", t.rust_name()),
            Type::Tuple(types) => return tuple(types),
        };
        name.to_owned()
    }
}

fn tuple(types: &[Type]) -> String {
    let names: Vec<_> = types.iter().map(Type::rust_name).collect();
    match names.as_slice() {
        [one] => format!("({one},)"),
        names => format!("({})", names.join(", ")),
    }
}
