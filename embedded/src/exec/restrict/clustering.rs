//! Which rows of a partition a WHERE selects: ranges in clustering order.

use std::cmp::Ordering;

use crate::catalog::table::{Column, Table};
use crate::exec::restrict::partition::check_product;
use crate::exec::restrict::relation::{Restriction, Test};
use crate::exec::restrict::values::Binding;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::store::position::{Edge, Order, Range};

/// The part of a WHERE that the clustering key serves: values of its first columns, then bounds of the next.
#[derive(Debug, Default)]
pub(super) struct Clustering {
    /// `=` or IN, on columns that follow one another from the first.
    fixed: Vec<Restriction>,
    /// At most one lower and one upper bound, behind the fixed columns.
    slice: Vec<Restriction>,
    /// How many columns come before the clustering key.
    offset: usize,
}

/// Takes what is restricted of the clustering key; what does not make ranges goes to `filters`.
pub(super) fn plan(
    mut restrictions: Vec<Restriction>,
    table: &Table,
    filters: &mut Vec<Restriction>,
) -> Clustering {
    let mut clustering = Clustering {
        offset: table.partition,
        ..Clustering::default()
    };
    restrictions.sort_by_key(Restriction::first);
    let mut next = table.partition;
    for restriction in restrictions {
        let ranged = restriction.first() == next && is_one_way(&restriction, table);
        if ranged && restriction.is_point() && clustering.slice.is_empty() {
            next += restriction.columns.len();
            clustering.fixed.push(restriction);
        } else if ranged && restriction.is_slice() {
            clustering.slice.push(restriction);
        } else {
            filters.push(restriction);
        }
    }
    clustering
}

/// Whether what a restriction selects is one range: bounds of several columns are none if their directions differ.
fn is_one_way(restriction: &Restriction, table: &Table) -> bool {
    let mut directions = restriction
        .columns
        .iter()
        .map(|at| table.columns.get(*at).is_some_and(|c| c.descending));
    let first = directions.next();
    restriction.is_point() || directions.all(|direction| Some(direction) == first)
}

impl Clustering {
    pub(super) fn is_empty(&self) -> bool {
        self.fixed.is_empty() && self.slice.is_empty()
    }

    pub(super) fn has_in(&self) -> bool {
        self.fixed.iter().any(|r| matches!(r.test, Test::In(_)))
    }

    pub(super) fn has_slice(&self) -> bool {
        !self.slice.is_empty()
    }

    /// How many columns have one value or several.
    pub(super) fn fixed(&self) -> usize {
        self.fixed.iter().map(|r| r.columns.len()).sum()
    }

    /// Whether the clustering column at this place has one value.
    pub(super) fn is_single(&self, at: usize) -> bool {
        self.fixed
            .iter()
            .any(|r| matches!(r.test, Test::Equal(_)) && r.columns.contains(&(at + self.offset)))
    }

    /// The ranges, in clustering order and without doubles.
    pub(super) fn bind(&self, order: &Order, binding: &Binding<'_>) -> Result<Vec<Range>, Failure> {
        let mut prefixes: Vec<Vec<Vec<u8>>> = vec![Vec::new()];
        for restriction in &self.fixed {
            let values = match &restriction.test {
                Test::Equal(tuple) => tuple
                    .bind(&restriction.columns, binding)?
                    .into_iter()
                    .collect(),
                Test::In(members) => members.bind(&restriction.columns, binding)?,
                _ => Vec::new(),
            };
            check_product(prefixes.len(), values.len(), "clustering-key", "clustering")?;
            let longer = |prefix: &Vec<Vec<u8>>| {
                let with = |value: &Vec<Vec<u8>>| [&prefix[..], &value[..]].concat();
                values.iter().map(with).collect::<Vec<_>>()
            };
            prefixes = prefixes.iter().flat_map(longer).collect();
            // What is behind it is not looked at.
            if prefixes.is_empty() {
                return Ok(Vec::new());
            }
        }
        let mut bounds = Vec::new();
        for restriction in &self.slice {
            match bound(restriction, binding)? {
                Some(bound) => bounds.push(bound),
                None => return Ok(Vec::new()),
            }
        }
        let mut ranges: Vec<Range> = prefixes
            .into_iter()
            .map(|prefix| sliced(order, prefix, &bounds))
            .filter(|range| !range.is_empty())
            .collect();
        ranges.sort_by(|a, b| a.start.cmp(&b.start));
        ranges.dedup_by(|a, b| a.start == b.start);
        Ok(ranges)
    }
}

/// One end of a slice.
struct Limit {
    values: Vec<Vec<u8>>,
    inclusive: bool,
    /// Whether it is where the range starts, in the order of rows.
    starts: bool,
}

fn bound(restriction: &Restriction, binding: &Binding<'_>) -> Result<Option<Limit>, Failure> {
    let (tuple, inclusive, lower) = match &restriction.test {
        Test::Lower(tuple, inclusive) => (tuple, *inclusive, true),
        Test::Upper(tuple, inclusive) => (tuple, *inclusive, false),
        _ => return Ok(None),
    };
    // Cassandra has no row beyond null.
    if binding.env.flavor == Flavor::Cassandra && tuple.is_null(binding)? {
        return Ok(None);
    }
    let column: Option<&Column> = binding.table.columns.get(restriction.first());
    let descending = column.is_some_and(|c| c.descending);
    let values = tuple.bind(&restriction.columns, binding)?;
    Ok(values.map(|values| Limit {
        values,
        inclusive,
        starts: lower != descending,
    }))
}

/// The rows that begin with `prefix` and lie within the bounds.
fn sliced(order: &Order, prefix: Vec<Vec<u8>>, bounds: &[Limit]) -> Range {
    let mut range = order.prefix(prefix.clone());
    for limit in bounds {
        let values = [&prefix[..], &limit.values[..]].concat();
        let edge = match limit.starts == limit.inclusive {
            true => Edge::Before,
            false => Edge::After,
        };
        let position = order.position(values, edge);
        // Of two bounds on one side, of which one is on more columns, the narrower one counts.
        if limit.starts && position.cmp(&range.start) == Ordering::Greater {
            range.start = position;
        } else if !limit.starts && position.cmp(&range.end) == Ordering::Less {
            range.end = position;
        }
    }
    range
}
