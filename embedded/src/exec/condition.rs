//! IF: what a conditional write asks of the data, and what it answers.

mod compare;
mod parts;
pub(crate) mod seen;

use std::collections::BTreeSet;
use std::sync::Arc;

use scylla_orm_driver::value::{self, Type};
use scylla_orm_driver::wire::Cell;

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::Rows;
use crate::exec::condition::parts::Test;
use crate::exec::condition::seen::Seen;
use crate::exec::modify::{self, Write};
use crate::exec::scope::{Scope, spec, spec_of};
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax;
use crate::store::Store;

/// The IF of a statement.
#[derive(Debug)]
pub(crate) enum Condition {
    Exists,
    NotExists,
    /// All of these, in the order of mention.
    If(Vec<Test>),
}

/// Plans the IF of UPDATE or DELETE.
///
/// # Errors
/// Columns that have no conditions, operators that they do not have.
pub(crate) fn plan(
    condition: &syntax::Condition,
    table: &Arc<Table>,
    scope: &mut Scope<'_>,
) -> Result<Option<Condition>, Failure> {
    let planned = match condition {
        syntax::Condition::None => return Ok(None),
        syntax::Condition::Exists => Condition::Exists,
        syntax::Condition::If(relations) => {
            let tests = relations
                .iter()
                .map(|relation| parts::plan(relation, table, scope));
            Condition::If(tests.collect::<Result<_, _>>()?)
        }
    };
    if table.is_counter() {
        let wrong = match (&planned, scope.flavor()) {
            (Condition::If(_), Flavor::Cassandra) => "Conditions on counters are not supported",
            _ => "Conditional updates are not supported on counter tables",
        };
        return Err(Failure::invalid(wrong));
    }
    Ok(Some(planned))
}

/// Runs one conditional statement.
///
/// # Errors
/// As the write itself, and values that its conditions do not take.
pub(crate) fn single(write: &Write<'_>, store: &mut Store, env: &Env<'_>) -> Result<Rows, Failure> {
    let table = &write.modify.table;
    let Some(condition) = &write.modify.condition else {
        return Err(Failure::server("a condition is missing"));
    };
    let seen = Seen::of(write, store, env)?;
    let applied = condition.holds(&seen, write.values, env)?;
    let shown = match env.flavor {
        Flavor::Scylla => condition.shown(table),
        Flavor::Cassandra if applied || !seen.is_there() => Vec::new(),
        Flavor::Cassandra => condition.mentioned(table),
    };
    let row = seen.row(applied, &shown);
    if applied {
        let changes = write.changes(store, env)?;
        modify::commit(vec![(table.id, changes)], store)?;
    }
    Ok(Rows {
        columns: header(table, &shown),
        rows: vec![row],
        paging_state: None,
        warnings: Vec::new(),
    })
}

/// The columns of an answer: whether it was applied, and these of the table.
pub(crate) fn header(table: &Table, shown: &[usize]) -> Arc<[value::Column]> {
    let applied = spec(table, "[applied]", &Type::Boolean);
    let columns = shown.iter().filter_map(|at| table.columns.get(*at));
    let columns = columns.map(|column| value::Column {
        ty: column.ty.thawed(),
        ..spec_of(table, column)
    });
    std::iter::once(applied).chain(columns).collect()
}

impl Condition {
    /// Whether it judges values of a row, beyond its existence and static columns.
    pub(crate) fn is_on_rows(&self, table: &Table) -> bool {
        self.is_on(ColumnKind::Regular, table)
    }

    fn is_on(&self, kind: ColumnKind, table: &Table) -> bool {
        let columns = match self {
            Condition::Exists | Condition::NotExists => &[],
            Condition::If(tests) => tests.as_slice(),
        };
        let mut columns = columns.iter().filter_map(|t| table.columns.get(t.column));
        columns.any(|column| column.kind == kind)
    }

    /// Whether it judges values of static columns.
    pub(crate) fn is_on_statics(&self, table: &Table) -> bool {
        self.is_on(ColumnKind::Static, table)
    }

    /// Whether it asks for existence, so that the answer has all columns.
    pub(crate) fn is_of_existence(&self) -> bool {
        matches!(self, Condition::Exists | Condition::NotExists)
    }

    /// The columns that ScyllaDB answers, in the order of the table: all, or those of the conditions.
    pub(crate) fn shown(&self, table: &Table) -> Vec<usize> {
        let columns: BTreeSet<usize> = self.mentioned(table).into_iter().collect();
        columns.into_iter().collect()
    }

    /// The columns that Cassandra answers: all, or those of the conditions in the order of mention, static ones last.
    pub(crate) fn mentioned(&self, table: &Table) -> Vec<usize> {
        match self {
            Condition::Exists | Condition::NotExists => (0..table.columns.len()).collect(),
            Condition::If(tests) => {
                let mut columns: Vec<usize> = Vec::new();
                for test in tests {
                    if !columns.contains(&test.column) {
                        columns.push(test.column);
                    }
                }
                columns.sort_by_key(|at| {
                    let column = table.columns.get(*at);
                    column.is_some_and(|c| c.kind == ColumnKind::Static)
                });
                columns
            }
        }
    }

    /// Whether the data is as it asks.
    ///
    /// # Errors
    /// Values that the conditions do not take.
    pub(crate) fn holds(
        &self,
        seen: &Seen<'_>,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<bool, Failure> {
        match self {
            Condition::Exists => Ok(seen.exists()),
            Condition::NotExists => Ok(!seen.exists()),
            Condition::If(tests) => {
                // Each is judged: a value that it does not take is an error even if an earlier one fails.
                let mut holds = true;
                for test in tests {
                    holds &= compare::holds(test, seen.value(test.column), values, env)?;
                }
                Ok(holds)
            }
        }
    }
}
