//! What a row must fulfil beside its place: evaluated row by row.

use std::cmp::Ordering;

use scylla_orm_driver::value::Type;

use crate::catalog::table::Table;
use crate::exec::record::Record;
use crate::exec::restrict::relation::{Restriction, Shape, Test};
use crate::exec::restrict::values::Binding;
use crate::exec::term::collection;
use crate::failure::Failure;

/// A restriction with its values.
#[derive(Debug)]
pub(super) struct Filter {
    columns: Vec<usize>,
    shape: Shape,
    test: Bound,
}

#[derive(Debug)]
enum Bound {
    /// Compared with null: no row fulfils it.
    Never,
    /// As these values, which of the orderings are right.
    Compared(Vec<Vec<u8>>, fn(Ordering) -> bool),
    /// A text, whatever its case.
    Alike(String),
    /// One of these, or none of them if not.
    Among(Vec<Vec<Vec<u8>>>, bool),
    Contains(Vec<u8>),
    ContainsKey(Vec<u8>),
    Entry(Vec<u8>, Vec<u8>),
    Like(Vec<u8>),
}

impl Filter {
    pub(super) fn bind(restriction: &Restriction, binding: &Binding<'_>) -> Result<Self, Failure> {
        let columns = &restriction.columns;
        let one = |expression| binding.value(expression, restriction.first());
        let compared = |values: Option<Vec<Vec<u8>>>, right| {
            values.map(|values| Bound::Compared(values, right))
        };
        let test = match &restriction.test {
            Test::Equal(tuple) if ignores_case(restriction, binding) => tuple
                .bind(columns, binding)?
                .and_then(|values| values.first().map(|value| Bound::Alike(folded(value)))),
            Test::Equal(tuple) => compared(tuple.bind(columns, binding)?, Ordering::is_eq),
            Test::Lower(tuple, true) => compared(tuple.bind(columns, binding)?, Ordering::is_ge),
            Test::Lower(tuple, false) => compared(tuple.bind(columns, binding)?, Ordering::is_gt),
            Test::Upper(tuple, true) => compared(tuple.bind(columns, binding)?, Ordering::is_le),
            Test::Upper(tuple, false) => compared(tuple.bind(columns, binding)?, Ordering::is_lt),
            Test::In(members) => Some(Bound::Among(members.bind(columns, binding)?, true)),
            Test::NotIn(members) => Some(Bound::Among(members.bind(columns, binding)?, false)),
            Test::Contains(value) => one(value)?.map(Bound::Contains),
            Test::ContainsKey(key) => one(key)?.map(Bound::ContainsKey),
            Test::Like(pattern) => one(pattern)?.map(Bound::Like),
            Test::Entry(key, value) => one(key)?
                .zip(one(value)?)
                .map(|(key, value)| Bound::Entry(key, value)),
        };
        Ok(Filter {
            columns: columns.clone(),
            shape: restriction.shape,
            test: test.unwrap_or(Bound::Never),
        })
    }

    pub(super) fn keeps(&self, record: &Record<'_>, table: &Table, now: i64) -> bool {
        if self.shape == Shape::Token {
            return self.keeps_token(record.key.token);
        }
        let mut values = Vec::new();
        for column in &self.columns {
            match record.value(table, *column, now) {
                Some(value) => values.push(value),
                None => return false,
            }
        }
        let types: Vec<&Type> = self
            .columns
            .iter()
            .filter_map(|at| table.columns.get(*at))
            .map(|column| &column.ty)
            .collect();
        let order = |others: &[Vec<u8>]| {
            let pairs = types.iter().zip(&values).zip(others);
            let mut orders = pairs.map(|((ty, value), other)| ty.compare(value, other));
            orders
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        };
        let (Some(ty), Some(value)) = (types.first(), values.first()) else {
            return false;
        };
        match &self.test {
            Bound::Never => false,
            Bound::Compared(others, right) => right(order(others)),
            Bound::Alike(other) => folded(value) == *other,
            Bound::Among(sets, wanted) => sets.iter().any(|set| order(set).is_eq()) == *wanted,
            Bound::Contains(member) => contains(ty, value, member),
            Bound::ContainsKey(key) => entry(ty, value, key).is_some(),
            Bound::Entry(key, wanted) => {
                let (Type::Map(_, of_value), Some(found)) = (ty.bare(), entry(ty, value, key))
                else {
                    return false;
                };
                of_value.compare(found, wanted).is_eq()
            }
            Bound::Like(pattern) => like(value, pattern),
        }
    }
}

impl Filter {
    fn keeps_token(&self, token: i64) -> bool {
        let Bound::Compared(others, right) = &self.test else {
            return false;
        };
        let other = others.first().map_or(&[][..], Vec::as_slice);
        right(Type::BigInt.compare(&token.to_be_bytes(), other))
    }
}

/// Whether an index that answers `=` folds case.
fn ignores_case(restriction: &Restriction, binding: &Binding<'_>) -> bool {
    let column = binding.table.columns.get(restriction.first());
    let mut indexes = binding.table.indexes.iter();
    indexes.any(|index| {
        column.is_some_and(|column| column.name == index.column)
            && index.is_attached()
            && index.ignores_case()
    })
}

fn folded(text: &[u8]) -> String {
    String::from_utf8_lossy(text).to_lowercase()
}

/// Whether a list or set has a member, or a map a value.
pub(crate) fn contains(ty: &Type, value: &[u8], member: &[u8]) -> bool {
    match ty.bare() {
        Type::List(of) | Type::Set(of) => collection::members(value)
            .into_iter()
            .any(|m| of.compare(m, member).is_eq()),
        Type::Map(_, of) => collection::pairs(value)
            .into_iter()
            .any(|(_, v)| of.compare(v, member).is_eq()),
        _ => false,
    }
}

/// The value of a map under a key.
pub(crate) fn entry<'v>(ty: &Type, map: &'v [u8], key: &[u8]) -> Option<&'v [u8]> {
    let Type::Map(of_key, _) = ty.bare() else {
        return None;
    };
    let mut pairs = collection::pairs(map).into_iter();
    pairs
        .find(|(k, _)| of_key.compare(k, key).is_eq())
        .map(|(_, v)| v)
}

/// Whether `text` matches a pattern in which `%` is any text, `_` any character, and `\` takes the next literally.
pub(crate) fn like(text: &[u8], pattern: &[u8]) -> bool {
    let (text, pattern) = (
        String::from_utf8_lossy(text),
        String::from_utf8_lossy(pattern),
    );
    let text: Vec<char> = text.chars().collect();
    // Whether the first `n` characters match what was read of the pattern.
    let mut matches = vec![false; text.len() + 1];
    if let Some(first) = matches.first_mut() {
        *first = true;
    }
    let mut pattern = pattern.chars();
    while let Some(c) = pattern.next() {
        let mut next = vec![false; matches.len()];
        let mut any = false;
        let literal = if c == '\\' {
            pattern.clone().next().unwrap_or(c)
        } else {
            c
        };
        if c == '\\' {
            pattern.next();
        }
        for (n, slot) in next.iter_mut().enumerate() {
            let before = n.checked_sub(1);
            let matched = before.is_some_and(|b| matches.get(b).copied().unwrap_or_default());
            any |= matches.get(n).copied().unwrap_or_default();
            *slot = match c {
                '%' => any,
                '_' => matched,
                _ => matched && before.and_then(|b| text.get(b)) == Some(&literal),
            };
        }
        matches = next;
    }
    matches.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn patterns() {
        let check = |text: &str, pattern: &str, matches: bool| {
            assert_eq!(
                like(text.as_bytes(), pattern.as_bytes()),
                matches,
                "{text} {pattern}"
            );
        };
        check("abc", "abc", true);
        check("abc", "a%", true);
        check("abc", "%c", true);
        check("abc", "%b%", true);
        check("abc", "a_c", true);
        check("abc", "a_", false);
        check("", "%", true);
        check("", "_", false);
        check("a%c", "a\\%c", true);
        check("abc", "a\\%c", false);
        check("aabab", "%ab", true);
        check("käse", "k_se", true);
    }
}
