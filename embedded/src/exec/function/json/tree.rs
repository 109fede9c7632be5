//! JSON as it was written: numbers with all their digits.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

/// How deep values may nest: far beyond any type.
const DEPTH: usize = 64;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Boolean(bool),
    /// The digits.
    Number(String),
    Text(String),
    Array(Vec<Tree>),
    /// By name; of two of one name the last.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads a text; the error says why it is none.
    pub(super) fn parse(text: &str) -> Result<Tree, String> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        of_raw(raw.get(), DEPTH)
    }

    /// What Java calls it.
    pub(super) fn class(&self) -> &'static str {
        match self {
            Tree::Null => "null",
            Tree::Boolean(_) => "Boolean",
            Tree::Number(digits) if !is_whole(digits) => "Double",
            Tree::Number(digits) if digits.parse::<i32>().is_ok() => "Integer",
            Tree::Number(digits) if digits.parse::<i64>().is_ok() => "Long",
            Tree::Number(_) => "BigInteger",
            Tree::Text(_) => "String",
            Tree::Array(_) => "ArrayList",
            Tree::Object(_) => "LinkedHashMap",
        }
    }
}

/// As Java shows it, in errors.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Null => f.write_str("null"),
            Tree::Boolean(is) => write!(f, "{is}"),
            Tree::Number(text) | Tree::Text(text) => f.write_str(text),
            Tree::Array(members) => {
                let members: Vec<String> = members.iter().map(Tree::to_string).collect();
                write!(f, "[{}]", members.join(", "))
            }
            Tree::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"));
                write!(f, "{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Whether a number has neither a fraction nor an exponent.
pub(super) fn is_whole(digits: &str) -> bool {
    !digits.contains(['.', 'e', 'E'])
}

fn of_raw(raw: &str, depth: usize) -> Result<Tree, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("it is nested too deeply".to_owned());
    };
    let wrong = |error: serde_json::Error| error.to_string();
    Ok(match raw.as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw).map_err(wrong)?;
            let members = members.into_iter();
            let members = members.map(|(name, value)| Ok((name, of_raw(value.get(), depth)?)));
            Tree::Object(members.collect::<Result<_, String>>()?)
        }
        Some(b'[') => {
            let members: Vec<&RawValue> = serde_json::from_str(raw).map_err(wrong)?;
            let members = members.into_iter().map(|value| of_raw(value.get(), depth));
            Tree::Array(members.collect::<Result<_, String>>()?)
        }
        Some(b'"') => Tree::Text(serde_json::from_str(raw).map_err(wrong)?),
        Some(b't') => Tree::Boolean(true),
        Some(b'f') => Tree::Boolean(false),
        Some(b'n') => Tree::Null,
        _ => Tree::Number(raw.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_kept_as_written() {
        let check = |text: &str, shown: &str, class: &str| {
            let tree = Tree::parse(text).unwrap();
            assert_eq!((tree.to_string().as_str(), tree.class()), (shown, class));
        };
        check(" 1 ", "1", "Integer");
        check(
            "1.2345678901234567890123",
            "1.2345678901234567890123",
            "Double",
        );
        check("99999999999", "99999999999", "Long");
        check(
            "99999999999999999999999",
            "99999999999999999999999",
            "BigInteger",
        );
        check(r#""a\u00e9\n""#, "aé\n", "String");
        check(
            r#"{"b": [1, null], "a": {}, "b": 2}"#,
            "{a={}, b=2}",
            "LinkedHashMap",
        );
        check("true", "true", "Boolean");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(100_000);
        let closed = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for text in ["", "x", "{", "[1", "{\"a\" 1}", "1 2", &deep, &closed] {
            assert!(Tree::parse(text).is_err(), "{text:.20}");
        }
    }
}
