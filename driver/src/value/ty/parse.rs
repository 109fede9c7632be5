//! Types from CQL text, as `CREATE TABLE` and `system_schema` have it.

use std::fmt;
use std::sync::Arc;

use super::{Type, UserType};

/// Text that is not a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTypeError {
    text: Box<str>,
    /// Where reading stopped, in bytes.
    offset: usize,
    expected: &'static str,
}

/// Deeper than any schema nests types; a bound, so that no text can exhaust the stack.
const DEPTH: usize = 64;

impl Type {
    /// Reads CQL text, such as `frozen<map<text, int>>`. `resolve` finds a user-defined type by its name, which is
    /// given without quotes, and without a keyspace if the text has one. Text in single quotes names a server class.
    ///
    /// # Errors
    /// The text is not a type, or names a type that `resolve` does not know.
    pub fn parse(
        text: &str,
        resolve: &dyn Fn(&str) -> Option<Arc<UserType>>,
    ) -> Result<Type, ParseTypeError> {
        let mut parser = Parser {
            cursor: Cursor::new(text),
            resolve,
        };
        let ty = parser.ty(DEPTH)?;
        parser.cursor.end()?;
        Ok(ty)
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    resolve: &'a dyn Fn(&str) -> Option<Arc<UserType>>,
}

impl Parser<'_> {
    fn ty(&mut self, depth: usize) -> Result<Type, ParseTypeError> {
        if depth == 0 {
            return Err(self.cursor.expected("fewer types within types"));
        }
        if let Some(class) = self.cursor.quoted('\'')? {
            return Type::parse_class(&class);
        }
        let start = self.cursor.clone();
        if let Some(name) = self.cursor.quoted('"')? {
            return self.user(name, &start);
        }
        let name = self.cursor.word()?.to_lowercase();
        if let Some(native) = Type::native(&name) {
            return Ok(native);
        }
        if !self.cursor.eat('<') {
            return self.user(name, &start);
        }
        let ty = match name.as_str() {
            "frozen" => Type::Frozen(self.inner(depth)?),
            "list" => Type::List(self.inner(depth)?),
            "set" => Type::Set(self.inner(depth)?),
            "map" => {
                let key = self.inner(depth)?;
                self.cursor.must(',', "`,`")?;
                Type::Map(key, self.inner(depth)?)
            }
            "tuple" => Type::Tuple(self.members(depth)?),
            "vector" => {
                let element = self.inner(depth)?;
                self.cursor.must(',', "`,`")?;
                Type::Vector(element, self.cursor.dimension()?)
            }
            _ => return Err(start.expected("a type with parameters")),
        };
        self.cursor.must('>', "`>`")?;
        Ok(ty)
    }

    fn inner(&mut self, depth: usize) -> Result<Box<Type>, ParseTypeError> {
        self.ty(depth - 1).map(Box::new)
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Type>, ParseTypeError> {
        let mut members = vec![self.ty(depth - 1)?];
        while self.cursor.eat(',') {
            members.push(self.ty(depth - 1)?);
        }
        Ok(members)
    }

    /// A user-defined type whose first name has been read: its keyspace's, or its own.
    fn user(&mut self, first: String, start: &Cursor<'_>) -> Result<Type, ParseTypeError> {
        let name = if self.cursor.eat('.') {
            match self.cursor.quoted('"')? {
                Some(name) => name,
                None => self.cursor.word()?.to_lowercase(),
            }
        } else {
            first
        };
        (self.resolve)(&name)
            .map(Type::User)
            .ok_or_else(|| start.expected("a type"))
    }
}

/// A place in the text of a type. Blanks before what is read are skipped.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Cursor { text, rest: text }
    }

    pub(super) fn expected(&self, expected: &'static str) -> ParseTypeError {
        ParseTypeError {
            text: self.text.into(),
            offset: self.text.len() - self.rest.trim_start().len(),
            expected,
        }
    }

    pub(super) fn end(&self) -> Result<(), ParseTypeError> {
        if self.rest.trim().is_empty() {
            Ok(())
        } else {
            Err(self.expected("the end"))
        }
    }

    pub(super) fn eat(&mut self, c: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn must(&mut self, c: char, name: &'static str) -> Result<(), ParseTypeError> {
        if self.eat(c) {
            Ok(())
        } else {
            Err(self.expected(name))
        }
    }

    /// Letters, digits, `_`, and whatever else `more` allows.
    pub(super) fn run(&mut self, more: &str) -> Result<&'a str, ParseTypeError> {
        let rest = self.rest.trim_start();
        let within = |c: char| c.is_alphanumeric() || c == '_' || more.contains(c);
        let end = rest.find(|c| !within(c)).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        if word.is_empty() {
            return Err(self.expected("a type"));
        }
        self.rest = rest;
        Ok(word)
    }

    pub(super) fn word(&mut self) -> Result<&'a str, ParseTypeError> {
        self.run("")
    }

    /// The number of a vector's elements.
    pub(super) fn dimension(&mut self) -> Result<u16, ParseTypeError> {
        let start = self.clone();
        let number = self.word().ok().and_then(|word| word.parse().ok());
        number
            .filter(|n| *n > 0)
            .ok_or_else(|| start.expected("a number of elements, 1 to 65535"))
    }

    /// Text within `quote`s, which stand doubled for one within it. `None` if no quote is next.
    fn quoted(&mut self, quote: char) -> Result<Option<String>, ParseTypeError> {
        let Some(mut rest) = self.rest.trim_start().strip_prefix(quote) else {
            return Ok(None);
        };
        let mut name = String::new();
        loop {
            let Some((part, after)) = rest.split_once(quote) else {
                return Err(self.expected("a closing quote"));
            };
            name.push_str(part);
            match after.strip_prefix(quote) {
                Some(more) => {
                    name.push(quote);
                    rest = more;
                }
                None => {
                    self.rest = after;
                    return Ok(Some(name));
                }
            }
        }
    }
}

impl fmt::Display for ParseTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParseTypeError {
            text,
            offset,
            expected,
        } = self;
        write!(
            f,
            "`{text}` is not a CQL type: expected {expected} at offset {offset}"
        )
    }
}

impl std::error::Error for ParseTypeError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Type, ParseTypeError> {
        let known = ["address", "Address", "my type", "int"];
        Type::parse(text, &|name| {
            known.contains(&name).then(|| {
                Arc::new(UserType {
                    keyspace: "k".into(),
                    name: name.into(),
                    fields: vec![("zip".into(), Type::Int)],
                })
            })
        })
    }

    #[test]
    fn text_is_shown_as_it_is_read() {
        let check =
            |text: &str| assert_eq!(parse(text).map(|ty| ty.to_string()), Ok(text.to_owned()));
        check("int");
        check("list<text>");
        check("frozen<map<text, frozen<list<int>>>>");
        check("tuple<int, text, frozen<set<uuid>>>");
        check("vector<float, 3>");
        check("address");
        check("frozen<\"Address\">");
        check("list<\"int\">");
        check("map<text, frozen<\"my type\">>");
        check("'org.example.Point'");
    }

    #[test]
    fn case_blanks_and_keyspaces_do_not_matter() {
        let check = |text: &str, same: &str| assert_eq!(parse(text), parse(same), "{text}");
        check(" LIST < Varchar > ", "list<text>");
        check("k.address", "address");
        check("ADDRESS", "address");
        check("\"K\".\"Address\"", "\"Address\"");
        check("'org.apache.cassandra.db.marshal.Int32Type'", "int");
    }

    #[test]
    fn errors_say_where() {
        let check = |text: &str, expected: &str| {
            assert_eq!(parse(text).unwrap_err().to_string(), expected);
        };
        check("", "`` is not a CQL type: expected a type at offset 0");
        check(
            "list<int",
            "`list<int` is not a CQL type: expected `>` at offset 8",
        );
        check(
            "list",
            "`list` is not a CQL type: expected a type at offset 0",
        );
        check(
            "map<int>",
            "`map<int>` is not a CQL type: expected `,` at offset 7",
        );
        check(
            "int int",
            "`int int` is not a CQL type: expected the end at offset 4",
        );
        check(
            "bag<int>",
            "`bag<int>` is not a CQL type: expected a type with parameters at offset 0",
        );
        check(
            "list<nobody>",
            "`list<nobody>` is not a CQL type: expected a type at offset 5",
        );
        check(
            "vector<int, 0>",
            "`vector<int, 0>` is not a CQL type: expected a number of elements, 1 to 65535 at offset 12",
        );
        check(
            "\"a",
            "`\"a` is not a CQL type: expected a closing quote at offset 0",
        );
        assert!(parse(&"list<".repeat(1_000_000)).is_err());
    }
}
