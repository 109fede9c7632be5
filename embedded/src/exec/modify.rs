//! INSERT, UPDATE, DELETE: planned once, then bound with values and written.

mod cells;
mod clustering;
mod delete;
mod insert;
mod list;
mod operation;
pub(crate) mod size;
mod update;
pub(crate) mod using;
mod write;

use std::sync::Arc;
use std::time::Duration;

use scylla_orm_driver::value;
use scylla_orm_driver::wire::Cell;
use uuid::Uuid;

use crate::catalog::keyspace::is_system;
use crate::catalog::table::{Column, ColumnKind, Table};
use crate::exec::Outcome;
use crate::exec::condition::seen::Reads;
use crate::exec::condition::{self, Condition};
use crate::exec::modify::operation::Operation;
use crate::exec::modify::using::Using;
use crate::exec::restrict::Restrictions;
use crate::exec::scope::Scope;
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Modification, QualifiedName};
use crate::store::partition::Change;
use crate::store::{Key, Store};

pub(crate) use crate::exec::modify::write::Write;

/// A planned INSERT, UPDATE or DELETE.
#[derive(Debug)]
pub(crate) struct Modify {
    pub(crate) table: Arc<Table>,
    pub(crate) condition: Option<Condition>,
    verb: Verb,
    /// Which rows; for an INSERT the values of its key columns.
    restrictions: Restrictions,
    /// What is done to columns. A DELETE without any deletes rows.
    operations: Vec<Operation>,
    using: Using,
    /// Whether it is about the partition only: static columns, and no clustering column.
    of_statics: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Insert,
    Update,
    Delete,
}

/// Plans a modification.
///
/// # Errors
/// What is wrong whatever the values are, in the server's words.
pub(crate) fn plan(modification: &Modification, scope: &mut Scope<'_>) -> Result<Modify, Failure> {
    match modification {
        Modification::Insert(insert) => insert::plan(insert, scope),
        Modification::Update(update) => update::plan(update, scope),
        Modification::Delete(delete) => delete::plan(delete, scope),
    }
}

impl Modify {
    /// For each component of the partition key the marker that supplies it; empty unless each has one.
    pub(crate) fn routing(&self, flavor: Flavor) -> Vec<u16> {
        self.restrictions.routing(flavor)
    }

    /// Refuses IN, which no conditional statement has on the key.
    ///
    /// # Errors
    /// Invalid, in the server's words.
    pub(crate) fn check_one_row(&self) -> Result<(), Failure> {
        one_row(&self.restrictions, self.verb)
    }

    /// For each component of the partition key the last marker that supplies it, if one does.
    pub(crate) fn key_markers(&self) -> Vec<Option<u16>> {
        self.restrictions.key_markers()
    }

    pub(crate) fn is_conditional(&self) -> bool {
        self.condition.is_some()
    }

    pub(crate) fn is_counter(&self) -> bool {
        self.table.is_counter()
    }

    /// Whether it says `USING TIMESTAMP`.
    pub(crate) fn has_timestamp(&self) -> bool {
        self.using.has_timestamp()
    }

    /// How long replicas are waited for, if it says so.
    ///
    /// # Errors
    /// A duration that is no timeout.
    pub(crate) fn timeout(
        &self,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Option<Duration>, Failure> {
        self.using.timeout(values, env)
    }

    /// What judging its condition reads: on ScyllaDB the whole row, on Cassandra of the static columns all if one is
    /// written, else those that are judged, and others only if rows are judged or written.
    pub(crate) fn reads(&self, flavor: Flavor) -> Reads {
        let all = self.table.columns.iter();
        if flavor == Flavor::Scylla {
            return Reads::of(all);
        }
        let at = |index: usize| self.table.columns.get(index);
        let written = Reads::of(self.operations.iter().filter_map(|o| at(o.column)));
        let tests = match &self.condition {
            Some(Condition::If(tests)) => tests.as_slice(),
            _ => &[],
        };
        let judged = Reads::of(tests.iter().filter_map(|test| at(test.column)));
        Reads::of(all.filter(|column| match column.kind {
            ColumnKind::Static => {
                !written.statics.is_empty() || judged.statics.contains(&column.id)
            }
            _ => judged.regulars || !self.of_statics,
        }))
    }

    /// Whether judging its condition reads the row that it names. For conditions on static columns alone Cassandra
    /// reads the first one of the partition.
    pub(crate) fn reads_row(&self, flavor: Flavor) -> bool {
        match &self.condition {
            Some(condition @ Condition::If(_)) if flavor == Flavor::Cassandra => {
                condition.is_on_rows(&self.table)
            }
            _ => true,
        }
    }

    /// Whether it is about rows, not about the partition's static columns alone.
    pub(crate) fn is_on_rows(&self) -> bool {
        !self.of_statics
    }

    /// The columns of the answer as far as they are known beforehand.
    pub(crate) fn columns(&self, flavor: Flavor) -> Arc<[value::Column]> {
        match (&self.condition, flavor) {
            (Some(condition), Flavor::Scylla) => {
                condition::header(&self.table, &condition.shown(&self.table))
            }
            _ => Arc::from([]),
        }
    }

    /// Puts values in.
    ///
    /// # Errors
    /// Values that are not of their markers' types, or that the statement does not take.
    pub(crate) fn bind<'m>(
        &'m self,
        values: &'m [Cell<'m>],
        env: &Env<'m>,
    ) -> Result<Write<'m>, Failure> {
        Write::new(self, values, env)
    }

    /// Runs it by itself.
    ///
    /// # Errors
    /// As [`Modify::bind`], and for what the data does not allow. Nothing is written then.
    pub(crate) fn apply(
        &self,
        store: &mut Store,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Outcome, Failure> {
        if self.is_conditional() {
            // Its timestamp is the server's: the round of agreement has it.
            let env = &Env {
                timestamp: None,
                ..*env
            };
            let write = self.bind(values, env)?;
            return condition::single(&write, store, env).map(Outcome::Rows);
        }
        let changes = self.bind(values, env)?.changes(store, env)?;
        commit(vec![(self.table.id, changes)], store)?;
        Ok(Outcome::Void {
            warnings: Vec::new(),
        })
    }
}

/// What a statement changes, partition by partition.
pub(crate) type Changes = Vec<(Key, Change)>;

/// Writes the changes of one or several statements: all, or none.
///
/// # Errors
/// A change that is too large.
pub(crate) fn commit(changes: Vec<(Uuid, Changes)>, store: &mut Store) -> Result<(), Failure> {
    for (_, change) in changes.iter().flat_map(|(_, changes)| changes) {
        size::check(change)?;
    }
    for (table, changes) in changes {
        for (key, change) in changes {
            store.apply(table, key, change);
        }
    }
    Ok(())
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Verb::Insert => "INSERT",
            Verb::Update => "UPDATE",
            Verb::Delete => "DELETE",
        }
    }
}

/// The table that a modification names, if clients may write to it.
fn writable(name: &QualifiedName, scope: &Scope<'_>) -> Result<Arc<Table>, Failure> {
    let table = scope.table(name)?;
    if table.is_virtual || is_system(&table.keyspace) {
        let keyspace = &table.keyspace;
        return Err(Failure::unauthorized(format!(
            "{keyspace} keyspace is not user-modifiable."
        )));
    }
    if table.view.is_some() {
        return Err(Failure::invalid(
            "Cannot directly modify a materialized view",
        ));
    }
    Ok(table)
}

/// A column that a modification names outside WHERE.
fn column<'t>(
    table: &'t Table,
    name: &str,
    flavor: Flavor,
) -> Result<(usize, &'t Column), Failure> {
    table.column(name).ok_or_else(|| {
        Failure::invalid(match flavor {
            Flavor::Scylla => format!("Unknown identifier {name}"),
            Flavor::Cassandra => format!(
                "Undefined column name {name} in table {}.{}",
                table.keyspace, table.name
            ),
        })
    })
}

/// Whether operations are on static columns alone, and there is one.
fn only_statics(table: &Table, operations: &[Operation]) -> bool {
    let is_static = |o: &Operation| {
        let column = table.columns.get(o.column);
        column.is_some_and(|c| c.kind == ColumnKind::Static)
    };
    !operations.is_empty() && operations.iter().all(is_static)
}

/// The error for clustering columns that have no value where each needs one.
fn missing_clustering(table: &Table, restrictions: &Restrictions, flavor: Flavor) -> Failure {
    let fixed = restrictions.fixed_clustering();
    let missing: Vec<&str> = table
        .clustering_key()
        .iter()
        .skip(fixed)
        .map(|c| &*c.name)
        .collect();
    Failure::invalid(match flavor {
        Flavor::Scylla => format!(
            "Missing mandatory PRIMARY KEY part {}",
            missing.first().unwrap_or(&"")
        ),
        Flavor::Cassandra => {
            format!("Some clustering keys are missing: {}", missing.join(", "))
        }
    })
}

/// Refuses IN where a condition needs one row.
fn one_row(restrictions: &Restrictions, verb: Verb) -> Result<(), Failure> {
    let part = if restrictions.has_partition_in() {
        "partition key is"
    } else if restrictions.has_clustering_in() {
        "clustering key columns is"
    } else {
        return Ok(());
    };
    let what = match verb {
        Verb::Delete => "deletions",
        Verb::Insert | Verb::Update => "updates",
    };
    Err(Failure::invalid(format!(
        "IN on the {part} not supported with conditional {what}"
    )))
}
