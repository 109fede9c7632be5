//! Values as CQL literals.

use std::fmt;

use super::super::Ident;
use super::Value;

impl fmt::Display for Value {
    /// As a literal that CQL reads back: `'it''s'`, `0xcafe`, `[1, 2]`, `{'a': 1}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(v) => write!(f, "'{}'", v.replace('\'', "''")),
            Value::TinyInt(v) => v.fmt(f),
            Value::SmallInt(v) => v.fmt(f),
            Value::Int(v) => v.fmt(f),
            Value::BigInt(v) => v.fmt(f),
            Value::Counter(v) => v.fmt(f),
            Value::Float(v) => float(f, f64::from(*v), v),
            Value::Double(v) => float(f, *v, v),
            Value::VarInt(v) => v.fmt(f),
            Value::Decimal(v) => v.fmt(f),
            Value::Boolean(v) => v.fmt(f),
            Value::Blob(v) | Value::Custom(_, v) => hex(f, v),
            Value::Uuid(v) => v.fmt(f),
            Value::TimeUuid(v) => v.fmt(f),
            Value::Timestamp(v) => write!(f, "'{v}'"),
            Value::Date(v) => write!(f, "'{v}'"),
            Value::Time(v) => write!(f, "'{v}'"),
            Value::Duration(v) => v.fmt(f),
            Value::Inet(v) => write!(f, "'{v}'"),
            Value::List(items) | Value::Vector(items) => within(f, "[", items, "]"),
            Value::Set(items) => within(f, "{", items, "}"),
            Value::Map(pairs) => {
                within(f, "{", pairs.iter().map(|(k, v)| format!("{k}: {v}")), "}")
            }
            Value::Tuple(members) => within(f, "(", members.iter().map(nullable), ")"),
            Value::User(ty, members) => {
                let fields = ty.fields.iter().zip(members);
                let fields =
                    fields.map(|((name, _), v)| format!("{}: {}", Ident(name), nullable(v)));
                within(f, "{", fields, "}")
            }
            Value::Empty => f.write_str("''"),
        }
    }
}

/// Rust and CQL differ only in the name of infinity.
fn float(f: &mut fmt::Formatter<'_>, wide: f64, own: &dyn fmt::Debug) -> fmt::Result {
    match wide {
        f64::INFINITY => f.write_str("Infinity"),
        f64::NEG_INFINITY => f.write_str("-Infinity"),
        _ => write!(f, "{own:?}"),
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str("0x")?;
    bytes.iter().try_for_each(|b| write!(f, "{b:02x}"))
}

fn nullable(value: &Option<Value>) -> String {
    value
        .as_ref()
        .map_or_else(|| "null".to_owned(), Value::to_string)
}

fn within<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    items: impl IntoIterator<Item = T>,
    close: &str,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.into_iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    f.write_str(close)
}
