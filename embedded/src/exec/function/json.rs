//! Values as JSON and back.

mod read;
mod tree;

use scylla_orm_driver::frame::response::ServerErrorKind;
use scylla_orm_driver::value::{Column, Type};

use crate::exec::function::cast;
use crate::exec::function::json::tree::Tree;
use crate::exec::function::number::{self, Number, is_number};
use crate::exec::term::collection;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// The members of the object that INSERT JSON takes, each under the name of a column.
#[derive(Debug)]
pub(crate) struct Object(Vec<(String, Tree)>);

impl Object {
    /// Reads the text of an INSERT JSON.
    ///
    /// # Errors
    /// Text that is no object.
    pub(crate) fn parse(text: &str) -> Result<Object, Failure> {
        let undecoded = |why: &str| {
            Failure::invalid(format!(
                "Could not decode JSON string as a map: {why}. (String was: {text})"
            ))
        };
        match Tree::parse(text) {
            Ok(Tree::Null) => Err(Failure::invalid("Got null for INSERT JSON values")),
            Ok(Tree::Object(members)) => Ok(Object(
                members
                    .into_iter()
                    .map(|(name, value)| (read::column(&name), value))
                    .collect(),
            )),
            Ok(other) => Err(undecoded(&format!("it is a {}", other.class()))),
            Err(why) => Err(undecoded(&why)),
        }
    }

    /// The value of a column: none if it has no member, and within null.
    ///
    /// # Errors
    /// A value that is none of the column's type.
    pub(crate) fn member(
        &self,
        column: &Column,
        flavor: Flavor,
    ) -> Result<Option<Option<Vec<u8>>>, Failure> {
        let mut members = self.0.iter().rev();
        let Some((name, value)) = members.find(|(name, _)| **name == *column.name) else {
            return Ok(None);
        };
        let read = read::value(&column.ty, value, flavor);
        read.map(Some).map_err(|why| {
            // The server forgets to say where for this type.
            Failure::invalid(match why.starts_with("Unable to convert") {
                true => why,
                false => format!("Error decoding JSON value for {name}: {why}"),
            })
        })
    }

    /// The first member that is none of these columns.
    pub(crate) fn unknown<'c>(
        &self,
        columns: impl Iterator<Item = &'c str> + Clone,
    ) -> Option<&str> {
        let mut members = self.0.iter().map(|(name, _)| &**name);
        members.find(|name| !columns.clone().any(|column| column == *name))
    }
}

/// `fromJson(text)`, called by `name`, as a value of `ty`.
///
/// # Errors
/// Text that is no JSON, or no value of that type.
pub(super) fn from_json(
    ty: &Type,
    text: &[u8],
    name: &str,
    flavor: Flavor,
) -> Result<Option<Vec<u8>>, Failure> {
    let text = String::from_utf8_lossy(text);
    let failed = |cassandra: String, why: &str| {
        let kind = ServerErrorKind::FunctionFailure {
            keyspace: "system".to_owned(),
            function: name.to_owned(),
            arguments: vec!["text".to_owned()],
        };
        let scylla = format!("Failed parsing fromJson parameter: {why}");
        Failure::new(kind, flavor.pick(scylla, cassandra))
    };
    let tree = Tree::parse(&text).map_err(|why| {
        let undecoded = format!(
            "execution of 'system.{name}[text]' failed: Could not decode JSON string '{text}': {why}"
        );
        failed(undecoded, &why)
    })?;
    read::value(ty, &tree, flavor).map_err(|why| {
        let class = "org.apache.cassandra.serializers.MarshalException";
        failed(format!("{class}: {why}"), &why)
    })
}

/// An object of values, named as the columns; `None` is null.
pub(crate) fn object<V: AsRef<[u8]>>(
    columns: &[Column],
    values: &[Option<V>],
    flavor: Flavor,
) -> Vec<u8> {
    let pairs = columns.iter().zip(values);
    let members = pairs.map(|(column, value)| {
        let value = value.as_ref().map(AsRef::as_ref);
        (key(&column.name), show(&column.ty, value, flavor))
    });
    shown_object(members).into_bytes()
}

/// A value as JSON; `None` is null.
pub(crate) fn show(ty: &Type, value: Option<&[u8]>, flavor: Flavor) -> String {
    let Some(value) = value else {
        return "null".to_owned();
    };
    let array = |members: &mut dyn Iterator<Item = (&Type, Option<&[u8]>)>| {
        let members: Vec<String> = members.map(|(ty, v)| show(ty, v, flavor)).collect();
        format!("[{}]", members.join(", "))
    };
    match ty.bare() {
        Type::List(ty) | Type::Set(ty) => {
            let members = collection::members(value).into_iter();
            array(&mut members.map(|m| (&**ty, Some(m))))
        }
        Type::Vector(ty, size) => {
            let members = collection::vector_members(ty, usize::from(*size), value);
            array(&mut members.into_iter().map(|m| (&**ty, Some(m))))
        }
        Type::Tuple(types) => array(&mut types.iter().zip(fields(value, types.len()))),
        Type::User(user) => {
            let fields = user.fields.iter().zip(fields(value, user.fields.len()));
            shown_object(fields.map(|((name, ty), value)| (key(name), show(ty, value, flavor))))
        }
        Type::Map(of_key, of_value) => {
            let pairs = collection::pairs(value).into_iter();
            shown_object(pairs.map(|(key, value)| {
                (
                    plain(of_key, key, flavor),
                    show(of_value, Some(value), flavor),
                )
            }))
        }
        Type::Boolean => plain(ty, value, flavor),
        number if is_number(number) => match plain(number, value, flavor).as_str() {
            // Of these JSON has none.
            "NaN" | "Infinity" | "-Infinity" | "" => "null".to_owned(),
            text => text.to_owned(),
        },
        _ => quoted(&plain(ty, value, flavor)),
    }
}

/// A value as the text that stands in a string or names a member.
fn plain(ty: &Type, value: &[u8], flavor: Flavor) -> String {
    match ty.bare() {
        Type::List(_)
        | Type::Set(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::User(_)
        | Type::Vector(..) => show(ty, Some(value), flavor),
        Type::Blob => {
            let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{hex}")
        }
        Type::Decimal => match Number::read(value, &Type::Decimal) {
            Some(Number::Decimal(decimal)) => number::show_decimal(&decimal),
            _ => String::new(),
        },
        Type::Duration => crate::exec::function::floor::show(value),
        scalar => {
            let text = cast::cast(value, scalar, &Type::Text, flavor)
                .ok()
                .flatten();
            let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
            match scalar {
                // CAST shows `2014-01-01T12:15:45.000Z`, JSON has a blank.
                Type::Timestamp => text.replacen('T', " ", 1),
                _ => text,
            }
        }
    }
}

/// Names that need quotes in CQL keep them.
fn key(name: &str) -> String {
    match name.chars().any(|c| c.is_ascii_uppercase()) {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    }
}

fn shown_object(members: impl Iterator<Item = (String, String)>) -> String {
    let members: Vec<String> = members
        .map(|(name, value)| format!("{}: {value}", quoted(&name)))
        .collect();
    format!("{{{}}}", members.join(", "))
}

/// As many fields as there should be; trailing ones that are missing are null.
fn fields(value: &[u8], count: usize) -> impl Iterator<Item = Option<&[u8]>> {
    let fields = collection::fields(value).into_iter();
    fields.chain(std::iter::repeat(None)).take(count)
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
