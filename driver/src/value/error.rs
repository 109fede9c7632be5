//! What can go wrong between Rust values and CQL values.

use std::fmt;

use super::{Column, Fault, Type};

/// Rust types and CQL types that do not go together. Found before anything is sent, and once per result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// A column or marker has a type that the Rust type cannot be sent to, or read from.
    Type {
        /// Its place, from 0.
        index: usize,
        /// Its name.
        column: Box<str>,
        /// Its type.
        cql: Type,
        /// The Rust type.
        rust: &'static str,
    },
    /// There are more or fewer columns or markers than values.
    Count {
        /// How many columns or markers there are.
        columns: usize,
        /// How many values the Rust type has for them.
        values: usize,
    },
    /// No column has this name, or stands at this place.
    Missing {
        /// The name or place asked for.
        column: Box<str>,
    },
    /// A column of the result has no field in a struct that says `#[cql(deny_unknown_fields)]`.
    Excess {
        /// The column's name.
        column: Box<str>,
        /// The struct.
        rust: &'static str,
    },
    /// A marker of the statement has no field in the struct that is to be its values.
    Unbound {
        /// The marker's name.
        marker: Box<str>,
        /// The struct.
        rust: &'static str,
    },
    /// A field of the struct that is to be a statement's values has no marker in it.
    Unused {
        /// The field's name, as markers would have it.
        field: Box<str>,
        /// The struct.
        rust: &'static str,
    },
}

/// A cell whose bytes cannot be read as the Rust type that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// The column's name.
    pub column: Box<str>,
    /// The row's place in its page, from 0.
    pub row: usize,
    /// What is wrong with the bytes.
    pub fault: Fault,
}

/// Text that is not a value of the type that it was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseValueError {
    ty: &'static str,
    text: Box<str>,
}

/// A number that the Rust type has no room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange;

impl Mismatch {
    /// The column or marker at `index` does not go together with the Rust type `T`.
    pub fn of<T: ?Sized>(index: usize, column: &Column) -> Self {
        Mismatch::named(index, column, std::any::type_name::<T>())
    }

    /// The column or marker at `index` does not go together with the Rust type of this name.
    pub(super) fn named(index: usize, column: &Column, rust: &'static str) -> Self {
        Mismatch::Type {
            index,
            column: column.name.clone(),
            cql: column.ty.clone(),
            rust,
        }
    }
}

impl ParseValueError {
    pub(super) fn new(ty: &'static str, text: &str) -> Self {
        ParseValueError {
            ty,
            text: text.into(),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Type {
                index,
                column,
                cql,
                rust,
            } => write!(
                f,
                "column `{column}` (index {index}) is a CQL `{cql}`, which is `{}` in Rust, not `{}`",
                cql.rust_name(),
                unqualified(rust)
            ),
            Mismatch::Count { columns, values } => write!(
                f,
                "the statement has {columns} columns or markers, and the Rust type has {values} values for them"
            ),
            Mismatch::Missing { column } => write!(f, "there is no column `{column}`"),
            Mismatch::Excess { column, rust } => write!(
                f,
                "the result has a column `{column}`, for which `{}` has no field",
                unqualified(rust)
            ),
            Mismatch::Unbound { marker, rust } => write!(
                f,
                "the statement has a marker `{marker}`, for which `{}` has no field",
                unqualified(rust)
            ),
            Mismatch::Unused { field, rust } => write!(
                f,
                "`{}` has a field `{field}`, for which the statement has no marker",
                unqualified(rust)
            ),
        }
    }
}

impl std::error::Error for Mismatch {}

/// A Rust type's name without the modules that it lives in.
fn unqualified(name: &str) -> String {
    let path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut short = String::new();
    for word in name.split_inclusive(|c| !path(c)) {
        short += word.rsplit_once("::").map_or(word, |(_, last)| last);
    }
    // A struct that borrows has a lifetime that says nothing.
    short.replace("<'_>", "")
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CellError { column, row, fault } = self;
        write!(f, "cannot read column `{column}` of row {row}: {fault}")
    }
}

impl std::error::Error for CellError {}

impl fmt::Display for ParseValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a {}", self.text, self.ty)
    }
}

impl std::error::Error for ParseValueError {}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number is outside the range of the type")
    }
}

impl std::error::Error for OutOfRange {}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_mismatch_says_what_to_use() {
        let column = |cql: &str| Column {
            keyspace: "k".into(),
            table: "t".into(),
            name: "c".into(),
            ty: Type::parse(cql, &|_| None).unwrap(),
        };
        let check = |mismatch: Mismatch, expected: &str| assert_eq!(mismatch.to_string(), expected);
        check(
            Mismatch::of::<Option<i32>>(0, &column("bigint")),
            "column `c` (index 0) is a CQL `bigint`, which is `i64` in Rust, not `Option<i32>`",
        );
        check(
            Mismatch::of::<HashMap<String, Vec<u8>>>(
                3,
                &column("map<text, frozen<list<smallint>>>"),
            ),
            "column `c` (index 3) is a CQL `map<text, frozen<list<smallint>>>`, \
             which is `HashMap<String, Vec<i16>>` in Rust, not `HashMap<String, Vec<u8>>`",
        );
        check(
            Mismatch::of::<(&str, [u8; 2])>(1, &column("tuple<text>")),
            "column `c` (index 1) is a CQL `tuple<text>`, which is `(String,)` in Rust, not `(&str, [u8; 2])`",
        );
    }
}
