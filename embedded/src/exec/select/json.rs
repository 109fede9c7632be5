//! SELECT JSON: a row as one object.

use scylla_orm_driver::value::{Column, Type};

use crate::exec::function::cast;
use crate::exec::term::collection;
use crate::failure::Failure;

/// What `SELECT JSON` calls its only column.
pub(super) const COLUMN: &str = "[json]";

/// An object of the values, named as the columns; `None` is null.
pub(super) fn object<V: AsRef<[u8]>>(
    columns: &[Column],
    values: &[Option<V>],
) -> Result<Vec<u8>, Failure> {
    let mut out = String::new();
    let pairs = columns.iter().zip(values);
    let members = pairs.map(|(column, value)| (key(&column.name), &column.ty, value.as_ref()));
    put_object(&mut out, members)?;
    Ok(out.into_bytes())
}

/// Names that need quotes in CQL keep them.
fn key(name: &str) -> String {
    match name.chars().any(|c| c.is_ascii_uppercase()) {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    }
}

fn put_object<'t, V: AsRef<[u8]>>(
    out: &mut String,
    members: impl Iterator<Item = (String, &'t Type, Option<V>)>,
) -> Result<(), Failure> {
    out.push('{');
    for (at, (name, ty, value)) in members.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        put_string(out, &name);
        out.push_str(": ");
        put(out, ty, value.as_ref().map(AsRef::as_ref))?;
    }
    out.push('}');
    Ok(())
}

fn put_array<'t, V: AsRef<[u8]>>(
    out: &mut String,
    members: impl Iterator<Item = (&'t Type, Option<V>)>,
) -> Result<(), Failure> {
    out.push('[');
    for (at, (ty, value)) in members.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        put(out, ty, value.as_ref().map(AsRef::as_ref))?;
    }
    out.push(']');
    Ok(())
}

fn put(out: &mut String, ty: &Type, value: Option<&[u8]>) -> Result<(), Failure> {
    let Some(value) = value else {
        out.push_str("null");
        return Ok(());
    };
    match ty.bare() {
        Type::List(member) | Type::Set(member) => {
            let members = collection::members(value).into_iter();
            put_array(out, members.map(|m| (&**member, Some(m))))
        }
        Type::Tuple(types) => put_array(out, types.iter().zip(fields(value, types.len()))),
        Type::User(user) => {
            let fields = fields(value, user.fields.len());
            let named = user.fields.iter().zip(fields);
            put_object(out, named.map(|((name, ty), value)| (key(name), ty, value)))
        }
        Type::Map(of_key, of_value) => {
            let mut members = Vec::new();
            for (key, value) in collection::pairs(value) {
                members.push((plain(of_key, key)?, &**of_value, Some(value)));
            }
            put_object(out, members.into_iter())
        }
        Type::Vector(..) => {
            // Shown as CQL it is an array of numbers already.
            let shown = scylla_orm_driver::value::Value::decode(ty, Some(value));
            out.push_str(
                &shown
                    .ok()
                    .flatten()
                    .map_or("null".to_owned(), |v| v.to_string()),
            );
            Ok(())
        }
        scalar => {
            let text = plain(scalar, value)?;
            match scalar {
                Type::Boolean => out.push_str(&text),
                number if cast::is_number(number) => match text.as_str() {
                    "NaN" | "Infinity" | "-Infinity" | "" => out.push_str("null"),
                    text => out.push_str(text),
                },
                _ => put_string(out, &text),
            }
            Ok(())
        }
    }
}

/// A value as the text that stands in a string or names a member.
fn plain(ty: &Type, value: &[u8]) -> Result<String, Failure> {
    let text = match ty.bare() {
        Type::Blob => {
            let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok(format!("0x{hex}"));
        }
        Type::Timestamp => cast::cast(value, ty, &Type::Text)?.map(|text| {
            // CAST shows `2014-01-01T12:15:45.000Z`, JSON has a blank.
            String::from_utf8_lossy(&text)
                .replacen('T', " ", 1)
                .into_bytes()
        }),
        Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Tuple(_) | Type::User(_) => {
            let mut out = String::new();
            put(&mut out, ty, Some(value))?;
            return Ok(out);
        }
        scalar => cast::cast(value, scalar, &Type::Text)?,
    };
    Ok(String::from_utf8_lossy(&text.unwrap_or_default()).into_owned())
}

/// As many fields as there should be; trailing ones that are missing are null.
fn fields(value: &[u8], count: usize) -> impl Iterator<Item = Option<&[u8]>> {
    let fields = collection::fields(value).into_iter();
    fields.chain(std::iter::repeat(None)).take(count)
}

fn put_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
