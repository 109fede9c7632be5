//! What a WHERE needs: an index, filtering, and whether it may have that.

use scylla_orm_driver::value::Type;

use crate::catalog::table::{Column, IndexKind, Table};
use crate::exec::restrict::Purpose;
use crate::exec::restrict::relation::{Restriction, Shape, Test};
use crate::exec::restrict::values::Members;
use crate::failure::Failure;
use crate::flavor::Flavor;

const FILTERING: &str = "Cannot execute this query as it might involve data filtering and thus may have unpredictable \
                         performance. If you want to execute this query despite the performance unpredictability, use \
                         ALLOW FILTERING";

const SLICE_WARNING: &str =
    "This query should use ALLOW FILTERING and will be rejected in future versions.";

/// Whether a statement was refused since it would have to filter.
pub(crate) fn is_of_filtering(failure: &Failure) -> bool {
    failure.message == FILTERING
}

/// What a WHERE needs beside the key.
#[derive(Debug, Default)]
pub(super) struct Needs {
    pub(super) index: bool,
    pub(super) warnings: Vec<String>,
}

/// How the partition key is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    None,
    Token,
    /// By some components only, or not by `=` and IN.
    Partial,
    /// By `=` or IN on each component.
    Full,
}

/// Finds what the restrictions need.
///
/// # Errors
/// What the key does not serve, unless filtering is allowed or an index serves it.
pub(super) fn judge(
    restrictions: &[Restriction],
    table: &Table,
    purpose: Purpose,
    flavor: Flavor,
) -> Result<Needs, Failure> {
    let judged = Judged::new(restrictions, table, flavor);
    match purpose {
        Purpose::Modify(verb) => judged.modification(verb).map(|()| Needs::default()),
        Purpose::Select { allow_filtering } => judged.selection(allow_filtering),
    }
}

struct Judged<'r> {
    table: &'r Table,
    /// Without those of the token.
    partition: Vec<&'r Restriction>,
    clustering: Vec<&'r Restriction>,
    others: Vec<&'r Restriction>,
    key: Key,
    flavor: Flavor,
}

impl<'r> Judged<'r> {
    fn new(restrictions: &'r [Restriction], table: &'r Table, flavor: Flavor) -> Self {
        let all = || restrictions.iter();
        let on_partition = || all().filter(|r| r.is_on_partition(table));
        let has_token = on_partition().any(|r| r.shape == Shape::Token);
        let partition: Vec<_> = on_partition().filter(|r| r.shape != Shape::Token).collect();
        let mut clustering: Vec<_> = all().filter(|r| r.is_on_clustering(table)).collect();
        clustering.sort_by_key(|r| r.first());
        let others = all().filter(|r| !r.is_on_partition(table) && !r.is_on_clustering(table));
        let key = if partition.is_empty() {
            if has_token { Key::Token } else { Key::None }
        } else if partition.len() == table.partition && partition.iter().all(|r| r.is_point()) {
            Key::Full
        } else {
            Key::Partial
        };
        Judged {
            table,
            others: others.collect(),
            partition,
            clustering,
            key,
            flavor,
        }
    }

    /// UPDATE and DELETE: the whole partition key, and a prefix of the clustering key.
    fn modification(&self, verb: &str) -> Result<(), Failure> {
        if self.partition.iter().any(|r| !r.is_point()) {
            const ALLOWED: &str = "Only EQ and IN relation are supported on the partition key (unless you use the token() function)";
            return Err(Failure::invalid(self.flavor.pick(
                ALLOWED.to_owned(),
                format!("{ALLOWED} for {verb} statements"),
            )));
        }
        if self.key != Key::Full {
            let restricted =
                |column: &&Column| !self.partition.iter().any(|r| self.name(r) == &*column.name);
            let missing: Vec<&str> = self
                .table
                .partition_key()
                .iter()
                .filter(restricted)
                .map(|c| &*c.name)
                .collect();
            return Err(Failure::invalid(self.flavor.pick(
                format!(
                    "Missing mandatory PRIMARY KEY part {}",
                    missing.first().unwrap_or(&"")
                ),
                format!(
                    "Some partition key parts are missing: {}",
                    missing.join(", ")
                ),
            )));
        }
        self.clustering_prefix(false)
    }

    fn selection(&self, allowed: bool) -> Result<Needs, Failure> {
        self.check_vectors()?;
        let index = self.uses_index();
        let mut needs = Needs {
            index,
            ..Needs::default()
        };
        if index && self.flavor == Flavor::Cassandra && self.has_key_in() {
            return Err(Failure::invalid(
                "Select on indexed columns and with IN clause for the PRIMARY KEY are not supported",
            ));
        }
        if allowed {
            return Ok(needs);
        }
        if !index && self.flavor == Flavor::Scylla && self.partition.iter().any(|r| !r.is_point()) {
            return Err(Failure::invalid(
                "Only EQ and IN relation are supported on the partition key (unless you use the token() function or \
                 ALLOW FILTERING)",
            ));
        }
        if self.needs_filtering()? {
            return Err(Failure::invalid(FILTERING));
        }
        if matches!(self.key, Key::None | Key::Token) && !self.clustering.is_empty() && !index {
            needs.warnings.push(SLICE_WARNING.to_owned());
        }
        Ok(needs)
    }

    fn needs_filtering(&self) -> Result<bool, Failure> {
        if self.is_served_by_attached() {
            return Ok(false);
        }
        let indexed_others = self.others.iter().filter(|r| self.is_indexed(r)).count();
        if self.key == Key::Partial {
            let alone = self.clustering.is_empty() && self.others.is_empty();
            let indexed =
                self.partition.len() == 1 && self.partition.iter().all(|r| self.is_indexed(r));
            return Ok(!(alone && indexed));
        }
        if self.others.len() > 1 || self.others.len() > indexed_others {
            return Ok(true);
        }
        if indexed_others == 1 {
            let prefix = self.clustering_prefix(false).is_ok();
            return Ok(match self.key {
                Key::Full => !prefix || self.has_key_in(),
                _ => !self.clustering.is_empty(),
            });
        }
        if self.clustering.is_empty() {
            return Ok(false);
        }
        let indexed =
            self.clustering.len() == 1 && self.clustering.iter().all(|r| self.is_indexed(r));
        self.clustering_prefix(indexed)?;
        // ScyllaDB reads a part of each partition, and warns.
        let whole = self.key != Key::Full && self.flavor == Flavor::Cassandra;
        Ok(whole && !indexed)
    }

    /// Refuses what is not a prefix of the clustering key followed by bounds, unless it is `indexed`.
    fn clustering_prefix(&self, indexed: bool) -> Result<(), Failure> {
        let mut next = self.table.partition;
        let mut sliced: Option<&Restriction> = None;
        for restriction in &self.clustering {
            if indexed {
                continue;
            }
            let name = self.name(restriction);
            if let Some(slice) = sliced
                && slice.first() != restriction.first()
            {
                return Err(Failure::invalid(format!(
                    "Clustering column \"{name}\" cannot be restricted (preceding column \"{}\" is restricted by a non-EQ relation)",
                    self.name(slice)
                )));
            }
            if sliced.is_none() && restriction.first() != next {
                let before = self.table.columns.get(next).map_or("", |c| &c.name);
                return Err(Failure::invalid(format!(
                    "PRIMARY KEY column \"{name}\" cannot be restricted as preceding column \"{before}\" is not restricted"
                )));
            }
            match &restriction.test {
                Test::Equal(_) | Test::In(_) => next += restriction.columns.len(),
                Test::Lower(..) | Test::Upper(..) => sliced = Some(restriction),
                Test::Contains(_) | Test::ContainsKey(_) | Test::Entry(..) => {
                    return Err(Failure::invalid(self.flavor.pick(
                        "Cannot restrict clustering columns by a CONTAINS relation without a secondary index or filtering",
                        "Clustering columns can only be restricted with CONTAINS with a secondary index or filtering",
                    )));
                }
                Test::Like(_) | Test::NotIn(_) => return Err(Failure::invalid(FILTERING)),
            }
        }
        Ok(())
    }

    fn has_key_in(&self) -> bool {
        let mut tests = self.partition.iter().map(|r| &r.test);
        tests.any(|test| matches!(test, Test::In(_)) && !self.is_one(test))
    }

    /// Whether it is IN of one value, which to Cassandra is the same as `=`.
    fn is_one(&self, test: &Test) -> bool {
        let one = matches!(test, Test::In(Members::Each(members)) if members.len() == 1);
        one && self.flavor == Flavor::Cassandra
    }

    /// Whether an index serves what the key does not.
    fn uses_index(&self) -> bool {
        if self.others.iter().any(|r| self.is_indexed(r)) {
            return true;
        }
        let served = self.key == Key::Full && self.clustering_prefix(false).is_ok();
        !served && self.clustering.iter().any(|r| self.is_indexed(r))
            || self.key == Key::Partial && self.partition.iter().any(|r| self.is_indexed(r))
    }

    /// Whether indexes that are stored with the table serve all that the key does not.
    fn is_served_by_attached(&self) -> bool {
        let attached = |r: &&Restriction| self.is_attached(r);
        let others = self.others.iter().all(attached);
        let clustering = self.key == Key::Full && self.clustering_prefix(false).is_ok();
        let clustering = clustering || self.clustering.iter().all(attached);
        let partition = self.key != Key::Partial || self.partition.iter().all(attached);
        let all = self
            .others
            .iter()
            .chain(&self.clustering)
            .chain(&self.partition);
        others && clustering && partition && all.into_iter().any(|r| self.is_attached(r))
    }

    fn is_attached(&self, restriction: &Restriction) -> bool {
        let name = self.name(restriction);
        let column = self.table.column(name).map(|(_, column)| column);
        // Bounds of texts, booleans and what is frozen are none: these are kept in no order.
        let ordered = column.is_some_and(|column| {
            !matches!(
                column.ty,
                Type::Text | Type::Ascii | Type::Boolean | Type::Frozen(_)
            )
        });
        let mut indexes = self.table.indexes.iter().filter(|i| i.is_attached());
        restriction.shape == Shape::Single
            && indexes.any(|index| {
                let answers = match (index.kind, &restriction.test) {
                    (IndexKind::Value, Test::Lower(..) | Test::Upper(..)) => ordered,
                    (IndexKind::Value | IndexKind::Full, test) => {
                        matches!(test, Test::Equal(_)) || self.is_one(test)
                    }
                    (IndexKind::Values, Test::Contains(_))
                    | (IndexKind::Keys, Test::ContainsKey(_))
                    | (IndexKind::Entries, Test::Entry(..)) => true,
                    _ => false,
                };
                *index.column == *name && answers
            })
    }

    /// Refuses what is compared with vectors that have an index: that is for their neighbours alone.
    fn check_vectors(&self) -> Result<(), Failure> {
        let is_vector = |r: &&Restriction| {
            let name = self.name(r);
            let column = self.table.column(name).map(|(_, column)| column);
            let mut indexes = self.table.indexes.iter();
            column.is_some_and(|column| matches!(column.ty, Type::Vector(..)))
                && indexes.any(|index| index.is_attached() && *index.column == *name)
        };
        match self.others.iter().any(is_vector) {
            true => Err(Failure::invalid("Vector indexes only support ANN queries")),
            false => Ok(()),
        }
    }

    /// Whether there is an index that answers this restriction.
    fn is_indexed(&self, restriction: &Restriction) -> bool {
        if self.is_attached(restriction) {
            return true;
        }
        let name = self.name(restriction);
        let usable = |local: bool| !local || self.key == Key::Full;
        restriction.shape == Shape::Single
            && self.table.indexes.iter().any(|index| {
                let answers = matches!(
                    (index.kind, &restriction.test),
                    (IndexKind::Value | IndexKind::Full, Test::Equal(_))
                        | (IndexKind::Values, Test::Contains(_))
                        | (IndexKind::Keys, Test::ContainsKey(_))
                        | (IndexKind::Entries, Test::Entry(..))
                );
                let answers =
                    answers || index.kind == IndexKind::Value && self.is_one(&restriction.test);
                &*index.column == name && answers && usable(index.local.is_some())
            })
    }

    fn name(&self, restriction: &Restriction) -> &'r str {
        let column = self.table.columns.get(restriction.first());
        column.map_or("", |column| &column.name)
    }
}
