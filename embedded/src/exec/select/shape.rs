//! What DISTINCT, aggregates and limits allow of one another.

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::restrict::{Restrictions, needs};
use crate::exec::select::Select;
use crate::exec::select::aggregate::Aggregate;
use crate::exec::select::nearest;
use crate::exec::select::output::Output;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{self, Relation, Target};

/// Whether a partition that has only static columns is a row of the answer: not for those who ask for certain rows.
pub(super) fn shows_statics(restrictions: &Restrictions, table: &Table) -> bool {
    table.has_static() && !restrictions.restricts_clustering()
}

/// What a failure to restrict is told as: of DISTINCT, Cassandra looks at the columns before it looks whether the rest would
/// have to be filtered.
pub(super) fn restricted(
    failure: Failure,
    select: &syntax::Select,
    table: &Table,
    flavor: Flavor,
) -> Failure {
    let of_rows = |relation: &Relation| match &relation.target {
        Target::Column(name) | Target::Element(name, _) | Target::Field(name, _) => {
            let found = table.column(name);
            found.is_some_and(|(_, column)| is_of_rows(column.kind))
        }
        Target::Tuple(_) => true,
        Target::Token(_) => false,
    };
    let distinct = select.distinct && flavor == Flavor::Cassandra;
    match distinct && needs::is_of_filtering(&failure) && select.relations.iter().any(of_rows) {
        true => distinct_restricted(flavor),
        false => failure,
    }
}

fn is_of_rows(kind: ColumnKind) -> bool {
    !matches!(kind, ColumnKind::Partition | ColumnKind::Static)
}

fn distinct_restricted(flavor: Flavor) -> Failure {
    Failure::invalid(flavor.pick(
        "SELECT DISTINCT with WHERE clause only supports restriction by partition key.",
        "SELECT DISTINCT with WHERE clause only supports restriction by partition key and/or static columns.",
    ))
}

/// Refuses what does not go together.
pub(super) fn check(select: &Select) -> Result<(), Failure> {
    let table = &*select.table;
    let kind = |at: &usize| table.columns.get(*at).map(|column| column.kind);
    if select.nearest.is_some() {
        nearest::check(select)?;
    }
    let columns = read(&select.outputs, &select.aggregates);
    let is = |column: &usize, wanted| kind(column) == Some(wanted);
    let only_statics = columns.iter().any(|c| is(c, ColumnKind::Static))
        && columns.iter().all(|c| {
            let of_partition = is(c, ColumnKind::Partition) && select.flavor == Flavor::Cassandra;
            is(c, ColumnKind::Static) || of_partition
        });
    let is_distinct = select.distinct && select.flavor == Flavor::Scylla;
    if only_statics && !is_distinct && select.restrictions.restricts_clustering() {
        return Err(Failure::invalid(
            "Cannot restrict clustering columns when selecting only static columns",
        ));
    }
    if select.per_partition_limit.is_some() {
        if select.distinct {
            return Err(Failure::invalid(
                "PER PARTITION LIMIT is not allowed with SELECT DISTINCT queries",
            ));
        }
        if !select.aggregates.is_empty() && select.group_by.is_none() {
            return Err(Failure::invalid(
                "PER PARTITION LIMIT is not allowed with aggregate queries.",
            ));
        }
    }
    match select.distinct {
        true => distinct(select, &columns),
        false => Ok(()),
    }
}

fn distinct(select: &Select, columns: &[usize]) -> Result<(), Failure> {
    let table = &*select.table;
    for at in columns {
        let Some(column) = table.columns.get(*at) else {
            continue;
        };
        if is_of_rows(column.kind) {
            return Err(Failure::invalid(format!(
                "SELECT DISTINCT queries must only request partition key columns and/or static columns (not {})",
                column.name
            )));
        }
    }
    if select.restrictions.restricts_clustering() || select.restrictions.restricts_regular() {
        return Err(distinct_restricted(select.flavor));
    }
    let partition = table.partition_key().iter().enumerate();
    let mut missing = partition.filter(|(at, _)| !columns.contains(at));
    match missing.next() {
        Some((_, column)) if !select.restrictions.has_keys() => Err(Failure::invalid(format!(
            "SELECT DISTINCT queries must request all the partition key columns (missing {})",
            column.name
        ))),
        _ => Ok(()),
    }
}

/// The columns that are read for the answer.
fn read(outputs: &[Output], aggregates: &[Aggregate]) -> Vec<usize> {
    let mut columns = Vec::new();
    for output in outputs {
        output.columns(&mut columns);
    }
    for argument in aggregates.iter().filter_map(|a| a.argument.as_ref()) {
        argument.columns(&mut columns);
    }
    columns
}
