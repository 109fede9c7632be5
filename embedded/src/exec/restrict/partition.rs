//! Which partitions a WHERE selects: some by their keys, or a range of tokens.

use std::ops::Bound;

use scylla_orm_driver::value::Type;

use crate::catalog::table::Table;
use crate::exec::restrict::Partitions;
use crate::exec::restrict::relation::{Restriction, Shape, Test};
use crate::exec::restrict::values::{Binding, Members, Tuple};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::store::Key;

/// The most keys that one statement may name.
pub(super) const COMBINATIONS: usize = 100;

/// The longest key, in bytes.
const LONGEST: usize = 65535;

/// The part of a WHERE that the partition key serves.
#[derive(Debug)]
pub(super) enum Partition {
    /// `=` or IN, one for each component in its order.
    Keys(Vec<Restriction>),
    /// Bounds of the token; all partitions if there are none.
    Tokens(Vec<Restriction>),
}

/// Takes what is restricted of the partition key; what does not name whole keys goes to `filters`.
pub(super) fn plan(
    restrictions: Vec<Restriction>,
    table: &Table,
    filters: &mut Vec<Restriction>,
) -> Partition {
    let is_token = |r: &Restriction| r.shape == Shape::Token;
    let (tokens, mut restrictions): (Vec<_>, Vec<_>) = restrictions.into_iter().partition(is_token);
    restrictions.sort_by_key(Restriction::first);
    let complete = restrictions
        .iter()
        .map(Restriction::first)
        .eq(0..table.partition);
    if complete && restrictions.iter().all(Restriction::is_point) {
        filters.extend(tokens);
        return Partition::Keys(restrictions);
    }
    filters.extend(restrictions);
    Partition::Tokens(tokens)
}

impl Partition {
    /// Where a component has several values, Cassandra takes the last of their markers, ScyllaDB none.
    pub(super) fn routing(&self, flavor: Flavor) -> Vec<u16> {
        let markers = self.key_markers();
        let markers: Option<Vec<u16>> = markers.into_iter().collect();
        match self.has_in() && flavor == Flavor::Scylla {
            true => Vec::new(),
            false => markers.unwrap_or_default(),
        }
    }

    pub(super) fn key_markers(&self) -> Vec<Option<u16>> {
        let Partition::Keys(components) = self else {
            return Vec::new();
        };
        let marker = |tuple: &Tuple| match tuple {
            Tuple::Each(values) => u16::try_from(values.first()?.marker()?).ok(),
            Tuple::Whole(_) => None,
        };
        let of = |component: &Restriction| match &component.test {
            Test::Equal(tuple) => marker(tuple),
            Test::In(Members::Each(tuples)) => tuples.iter().rev().find_map(marker),
            _ => None,
        };
        components.iter().map(of).collect()
    }

    pub(super) fn has_in(&self) -> bool {
        let Partition::Keys(components) = self else {
            return false;
        };
        components.iter().any(|c| matches!(c.test, Test::In(_)))
    }

    /// Whether all partitions are selected.
    pub(super) fn is_everything(&self) -> bool {
        matches!(self, Partition::Tokens(bounds) if bounds.is_empty())
    }

    pub(super) fn is_single(&self, component: usize) -> bool {
        let Partition::Keys(components) = self else {
            return false;
        };
        let component = components.get(component);
        component.is_some_and(|c| matches!(c.test, Test::Equal(_)))
    }

    pub(super) fn bind(&self, binding: &Binding<'_>) -> Result<Partitions, Failure> {
        match self {
            Partition::Keys(components) => keys(components, binding),
            Partition::Tokens(bounds) => tokens(bounds, binding),
        }
    }
}

/// All combinations of the components' values, in the order of the values.
fn keys(components: &[Restriction], binding: &Binding<'_>) -> Result<Partitions, Failure> {
    let mut keys: Vec<Vec<Vec<u8>>> = vec![Vec::new()];
    for component in components {
        let values = component_values(component, binding)?;
        check_product(keys.len(), values.len(), "partition-key", "partition")?;
        let longer = |key: &Vec<Vec<u8>>| {
            let key = key.clone();
            let with = move |value: &Vec<u8>| [&key[..], std::slice::from_ref(value)].concat();
            values.iter().map(with).collect::<Vec<_>>()
        };
        keys = keys.iter().flat_map(longer).collect();
        // What is behind it is not looked at.
        if keys.is_empty() {
            return Ok(Partitions::Keys(Vec::new()));
        }
    }
    let keys = keys.iter().map(|components| {
        check_key(components)?;
        Ok(Key::new(components))
    });
    Ok(Partitions::Keys(keys.collect::<Result<_, Failure>>()?))
}

/// The values of one component, each once and in their order.
fn component_values(
    component: &Restriction,
    binding: &Binding<'_>,
) -> Result<Vec<Vec<u8>>, Failure> {
    let bound: Vec<Vec<Vec<u8>>> = match &component.test {
        Test::Equal(tuple) => tuple
            .bind(&component.columns, binding)?
            .into_iter()
            .collect(),
        Test::In(members) => members.bind(&component.columns, binding)?,
        _ => Vec::new(),
    };
    let mut values: Vec<Vec<u8>> = bound.into_iter().flatten().collect();
    let column = binding.table.columns.get(component.first());
    let ty = column.map_or(&Type::Blob, |column| &column.ty);
    values.sort_by(|a, b| ty.compare(a, b));
    values.dedup_by(|a, b| ty.compare(a, b).is_eq());
    Ok(values)
}

/// Refuses keys that no partition can have.
///
/// # Errors
/// A single component without bytes, and one that is too long.
pub(crate) fn check_key<C: AsRef<[u8]>>(components: &[C]) -> Result<(), Failure> {
    if let [only] = components
        && only.as_ref().is_empty()
    {
        return Err(Failure::invalid("Key may not be empty"));
    }
    match components
        .iter()
        .map(|c| c.as_ref().len())
        .find(|length| *length > LONGEST)
    {
        Some(length) => Err(Failure::invalid(format!(
            "Key length of {length} is longer than maximum of {LONGEST}"
        ))),
        None => Ok(()),
    }
}

/// Refuses more combinations of IN than a server computes.
pub(super) fn check_product(
    left: usize,
    right: usize,
    what: &str,
    option: &str,
) -> Result<(), Failure> {
    let product = left.saturating_mul(right);
    if product <= COMBINATIONS {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "size of {what} IN list or {what} cartesian product of IN list {product} is greater than maximum {COMBINATIONS}. \
         Use --max-{option}-key-restrictions-per-query configuration option to change default setting."
    )))
}

fn tokens(bounds: &[Restriction], binding: &Binding<'_>) -> Result<Partitions, Failure> {
    let (mut from, mut to) = (Bound::Unbounded, Bound::Unbounded);
    for bound in bounds {
        let (Test::Equal(tuple) | Test::Lower(tuple, _) | Test::Upper(tuple, _)) = &bound.test
        else {
            continue;
        };
        let Some(value) = tuple.bind(&bound.columns, binding)? else {
            return Ok(Partitions::Keys(Vec::new()));
        };
        let token = value.first().and_then(|v| v.as_slice().try_into().ok());
        let Some(token) = token.map(i64::from_be_bytes) else {
            return Err(Failure::invalid("Invalid token value"));
        };
        // Keys of one token follow the one without bytes.
        let before = Bound::Included(first(token));
        let after = || token.checked_add(1).map(first);
        match &bound.test {
            Test::Lower(_, true) => from = before,
            Test::Lower(_, false) => match after() {
                Some(after) => from = Bound::Included(after),
                None => return Ok(Partitions::Keys(Vec::new())),
            },
            // As an end the lowest token of all means the end of the ring.
            Test::Upper(..) if token == i64::MIN => {}
            Test::Upper(_, true) => to = after().map_or(Bound::Unbounded, Bound::Excluded),
            Test::Upper(_, false) => to = Bound::Excluded(first(token)),
            _ => {
                from = before;
                to = after().map_or(Bound::Unbounded, Bound::Excluded);
            }
        }
    }
    Ok(Partitions::Range(from, to))
}

fn first(token: i64) -> Key {
    Key {
        token,
        bytes: Vec::new(),
    }
}
