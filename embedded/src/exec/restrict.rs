//! WHERE: which partitions, which rows of them, and what is left to filter.
//!
//! Planning sorts the relations by what the key can serve and refuses what it cannot, in the server's words.
//! [`Restrictions::bind`] then turns values into keys, ranges and filters.

mod clustering;
pub(crate) mod filter;
mod merge;
pub(crate) mod needs;
mod partition;
mod relation;
mod values;

use std::ops::{self, RangeBounds};
use std::sync::Arc;

use scylla_orm_driver::wire::Cell;

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::record::Record;
use crate::exec::restrict::clustering::Clustering;
use crate::exec::restrict::filter::Filter;
use crate::exec::restrict::partition::Partition;
use crate::exec::restrict::relation::{Restriction, Test};
use crate::exec::restrict::values::Binding;
use crate::exec::scope::Scope;
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Relation;
use crate::store::Key;
use crate::store::position::{Order, Range};

/// What a WHERE is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Select {
        allow_filtering: bool,
    },
    /// A modification, by its verb: the key alone may be restricted, the partition key must be.
    Modify(&'static str),
}

impl Purpose {
    fn modifies(self) -> bool {
        matches!(self, Purpose::Modify(_))
    }
}

/// A WHERE whose columns are found and whose terms are typed.
#[derive(Debug)]
pub(crate) struct Restrictions {
    table: Arc<Table>,
    order: Order,
    purpose: Purpose,
    partition: Partition,
    clustering: Clustering,
    /// What a row must also fulfil.
    filters: Vec<Restriction>,
    /// Whether an index is looked up.
    pub(crate) uses_index: bool,
    pub(crate) warnings: Vec<String>,
}

/// A WHERE with its values.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) partitions: Partitions,
    /// In the order of rows; a row outside all of them is not selected.
    pub(crate) ranges: Vec<Range>,
    filters: Vec<Filter>,
}

/// Which partitions are selected.
#[derive(Debug, Clone)]
pub(crate) enum Partitions {
    /// These, in the order of the key's values.
    Keys(Vec<Key>),
    /// All within bounds, in the order of tokens.
    Range(ops::Bound<Key>, ops::Bound<Key>),
}

/// Plans the relations of a WHERE on `table`.
///
/// # Errors
/// What the key does not allow, in the server's words.
pub(crate) fn plan(
    relations: &[Relation],
    table: &Arc<Table>,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restrictions, Failure> {
    if relations.len() > 100 {
        return Err(Failure::syntax("too many relations in WHERE clause"));
    }
    let resolved: Vec<Restriction> = relations
        .iter()
        .map(|relation| relation::resolve(relation, table, purpose, scope))
        .collect::<Result<_, _>>()?;
    merge::check(&resolved, table, scope.flavor())?;
    let needs = needs::judge(&resolved, table, purpose, scope.flavor())?;
    let (of_partition, resolved): (Vec<_>, Vec<_>) =
        resolved.into_iter().partition(|r| r.is_on_partition(table));
    let (of_clustering, mut filters): (Vec<_>, Vec<_>) = resolved
        .into_iter()
        .partition(|r| r.is_on_clustering(table));
    let partition = partition::plan(of_partition, table, &mut filters);
    let clustering = clustering::plan(of_clustering, table, &mut filters);
    Ok(Restrictions {
        table: Arc::clone(table),
        order: Order::of(table),
        purpose,
        partition,
        clustering,
        filters,
        uses_index: needs.index,
        warnings: needs.warnings,
    })
}

impl Restrictions {
    /// For each component of the partition key the marker that it is equal to; empty unless each has one.
    pub(crate) fn routing(&self, flavor: Flavor) -> Vec<u16> {
        self.partition.routing(flavor)
    }

    /// For each component of the partition key the last marker that supplies it, if one does.
    pub(crate) fn key_markers(&self) -> Vec<Option<u16>> {
        self.partition.key_markers()
    }

    /// Whether partitions are named by their keys.
    pub(crate) fn has_keys(&self) -> bool {
        matches!(self.partition, Partition::Keys(_))
    }

    /// Whether a component of the partition key is restricted by IN.
    pub(crate) fn has_partition_in(&self) -> bool {
        self.partition.has_in()
    }

    /// Whether any column of the partition key is restricted, or its token.
    pub(crate) fn restricts_partition(&self) -> bool {
        let on_partition = |filter: &Restriction| filter.is_on_partition(&self.table);
        !self.partition.is_everything() || self.filters.iter().any(on_partition)
    }

    /// Whether a component of the partition key is restricted by IN, be it to filter.
    pub(crate) fn mentions_partition_in(&self) -> bool {
        let is_in = |filter: &Restriction| {
            filter.is_on_partition(&self.table) && matches!(filter.test, Test::In(_))
        };
        self.has_partition_in() || self.filters.iter().any(is_in)
    }

    /// Whether a clustering column is restricted by IN.
    pub(crate) fn has_clustering_in(&self) -> bool {
        self.clustering.has_in()
    }

    /// How many clustering columns, from the first one on, have one value or several (`=` or IN).
    pub(crate) fn fixed_clustering(&self) -> usize {
        self.clustering.fixed()
    }

    /// Whether each clustering column has one value or several (`=` or IN), so that single rows are selected.
    pub(crate) fn names_rows(&self) -> bool {
        self.clustering.fixed() == self.table.clustering && !self.clustering.has_slice()
    }

    /// Whether a range of rows is selected by bounds of a clustering column.
    pub(crate) fn has_slice(&self) -> bool {
        self.clustering.has_slice()
    }

    /// Whether any clustering column is restricted.
    pub(crate) fn restricts_clustering(&self) -> bool {
        let on_clustering = |filter: &Restriction| filter.is_on_clustering(&self.table);
        !self.clustering.is_empty() || self.filters.iter().any(on_clustering)
    }

    /// Whether the column at this place of the table has exactly one value: `=`, not IN.
    pub(crate) fn is_fixed(&self, column: usize) -> bool {
        match column.checked_sub(self.table.partition) {
            None => self.partition.is_single(column),
            Some(at) => self.clustering.is_single(at),
        }
    }

    /// Whether a column outside the key is restricted.
    pub(crate) fn restricts_regular(&self) -> bool {
        let regular = |column: &usize| {
            let column = self.table.columns.get(*column);
            column.is_some_and(|c| c.kind == ColumnKind::Regular)
        };
        self.filters.iter().any(|f| f.columns.iter().any(regular))
    }

    /// Puts values in.
    ///
    /// # Errors
    /// Null or unset where the server refuses them, keys that cannot be, too many combinations.
    pub(crate) fn bind(&self, values: &[Cell<'_>], env: &Env<'_>) -> Result<Selection, Failure> {
        let binding = Binding {
            table: &self.table,
            values,
            env,
            modifies: self.purpose.modifies(),
        };
        let filters = self.filters.iter();
        Ok(Selection {
            partitions: self.partition.bind(&binding)?,
            ranges: self.clustering.bind(&self.order, &binding)?,
            filters: filters
                .map(|restriction| Filter::bind(restriction, &binding))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Selection {
    /// The keys of the partitions; none if the partitions are a range.
    pub(crate) fn keys(&self) -> &[Key] {
        match &self.partitions {
            Partitions::Keys(keys) => keys,
            Partitions::Range(..) => &[],
        }
    }

    /// Whether a row is selected, wherever it was found.
    pub(crate) fn selects(&self, record: &Record<'_>, table: &Table, now: i64) -> bool {
        let in_partitions = match &self.partitions {
            Partitions::Keys(keys) => keys.contains(record.key),
            Partitions::Range(from, to) => (from.as_ref(), to.as_ref()).contains(record.key),
        };
        let in_ranges = record.position.is_none_or(|position| {
            let mut ranges = self.ranges.iter();
            ranges.any(|range| range.holds(position))
        });
        in_partitions && in_ranges && self.keeps(record, table, now)
    }

    /// Whether a row passes what is left to filter.
    pub(crate) fn keeps(&self, record: &Record<'_>, table: &Table, now: i64) -> bool {
        self.filters
            .iter()
            .all(|filter| filter.keeps(record, table, now))
    }
}
