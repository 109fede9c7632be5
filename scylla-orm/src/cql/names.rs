//! Names in CQL: when they must be quoted.

use std::borrow::Cow;

/// A name as it is written in CQL: quoted if it is reserved, or is not all lower case letters, digits and `_`.
pub(crate) fn identifier(name: &str) -> Cow<'_, str> {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && RESERVED.binary_search(&name).is_err();
    if plain {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

/// A table's name as it is written in CQL.
pub(crate) fn qualified(keyspace: Option<&str>, table: &str) -> String {
    let table = identifier(table);
    match keyspace {
        Some(keyspace) => format!("{}.{table}", identifier(keyspace)),
        None => table.into_owned(),
    }
}

/// The words that ScyllaDB or Cassandra does not take as a name unless quoted, sorted.
const RESERVED: &[&str] = &[
    "add",
    "allow",
    "alter",
    "and",
    "apply",
    "asc",
    "authorize",
    "batch",
    "begin",
    "by",
    "columnfamily",
    "create",
    "default",
    "delete",
    "desc",
    "describe",
    "drop",
    "entries",
    "execute",
    "from",
    "full",
    "grant",
    "if",
    "in",
    "index",
    "infinity",
    "insert",
    "into",
    "is",
    "keyspace",
    "limit",
    "materialized",
    "mbean",
    "mbeans",
    "modify",
    "nan",
    "norecursive",
    "not",
    "null",
    "of",
    "on",
    "or",
    "order",
    "primary",
    "rename",
    "replace",
    "revoke",
    "schema",
    "select",
    "set",
    "table",
    "to",
    "token",
    "truncate",
    "unlogged",
    "unset",
    "update",
    "use",
    "using",
    "view",
    "where",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn quotes_what_needs_it() {
        for (name, expected) in [
            ("author", "author"),
            ("a_1", "a_1"),
            ("type", "type"),
            ("order", "\"order\""),
            ("createdAt", "\"createdAt\""),
            ("1st", "\"1st\""),
            ("", "\"\""),
            ("a\"b", "\"a\"\"b\""),
            ("größe", "\"größe\""),
        ] {
            assert_eq!(identifier(name), expected);
        }
    }
}
