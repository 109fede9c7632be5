//! Names as CQL writes them.

use std::fmt;

/// The name of a keyspace, table, column or type, shown as CQL text: in quotes where it would otherwise be read as
/// another name, or as a word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ident<'a>(
    /// The name itself, without quotes, in its own case.
    pub &'a str,
);

/// Words that CQL keeps for itself. Sorted.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "add", "allow", "alter", "and", "apply", "asc", "authorize", "batch", "begin", "by", "columnfamily", "create",
    "default", "delete", "desc", "describe", "drop", "entries", "execute", "from", "full", "grant", "if", "in",
    "index", "infinity", "insert", "into", "is", "keyspace", "limit", "materialized", "mbean", "mbeans", "modify",
    "nan", "norecursive", "not", "null", "of", "on", "or", "order", "primary", "rename", "replace", "revoke",
    "schema", "select", "set", "table", "to", "token", "truncate", "unlogged", "unset", "update", "use", "using",
    "view", "where", "with",
];

impl Ident<'_> {
    /// Whether the name needs no quotes.
    pub fn is_plain(self) -> bool {
        let mut letters = self.0.bytes();
        letters.next().is_some_and(|b| b.is_ascii_lowercase())
            && letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && RESERVED.binary_search(&self.0).is_err()
    }
}

impl fmt::Display for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain() {
            f.write_str(self.0)
        } else {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        let check = |name: &str, expected: &str| assert_eq!(Ident(name).to_string(), expected);
        check("user_id2", "user_id2");
        check("UserId", "\"UserId\"");
        check("select", "\"select\"");
        check("token", "\"token\"");
        check("2nd", "\"2nd\"");
        check("_x", "\"_x\"");
        check("", "\"\"");
        check("a\"b", "\"a\"\"b\"");
        assert!(RESERVED.is_sorted());
    }
}
