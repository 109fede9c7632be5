//! Planning of DELETE.

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::condition::{self, Condition};
use crate::exec::modify::operation::Operation;
use crate::exec::modify::update::statics_alone;
use crate::exec::modify::using::Using;
use crate::exec::modify::{Modify, Verb, one_row, only_statics, writable};
use crate::exec::restrict::{self, Purpose, Restrictions};
use crate::exec::scope::Scope;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Delete;

pub(super) fn plan(delete: &Delete, scope: &mut Scope<'_>) -> Result<Modify, Failure> {
    let table = writable(&delete.table, scope)?;
    let operations = delete
        .targets
        .iter()
        .map(|target| Operation::delete(&table, target, scope))
        .collect::<Result<Vec<_>, _>>()?;
    let using = &delete.using;
    let condition = condition::plan(&delete.condition, &table, scope)?;
    let using = Using::plan(using, &table, condition.is_some(), scope)?;
    let restrictions = restrict::plan(&delete.relations, &table, Purpose::Modify("DELETE"), scope)?;
    let statics = only_statics(&table, &operations);
    let needs_row = condition
        .as_ref()
        .is_some_and(|condition| condition.is_on_rows(&table));
    let of_statics = table.clustering > 0 && statics && !needs_row;
    if of_statics && restrictions.restricts_clustering() {
        return Err(statics_alone(Verb::Delete));
    }
    if let Some(condition) = &condition {
        one_row(&restrictions, Verb::Delete)?;
        check_conditional(
            &table,
            condition,
            &operations,
            &restrictions,
            scope.flavor(),
        )?;
    }
    if !of_statics && !operations.is_empty() && !restrictions.names_rows() {
        return Err(not_one_row(
            &table,
            &operations,
            &restrictions,
            scope.flavor(),
        ));
    }
    Ok(Modify {
        table,
        condition,
        verb: Verb::Delete,
        restrictions,
        operations,
        using,
        of_statics,
    })
}

/// Conditions are judged on one row, or on the static columns.
fn check_conditional(
    table: &Table,
    condition: &Condition,
    operations: &[Operation],
    restrictions: &Restrictions,
    flavor: Flavor,
) -> Result<(), Failure> {
    if restrictions.names_rows() {
        return Ok(());
    }
    // Cassandra looks at what is deleted first.
    let of_rows = operations.is_empty() && flavor == Flavor::Cassandra;
    let purpose = if condition.is_on_rows(table) && !of_rows {
        "use IF condition on"
    } else if only_statics(table, operations) {
        return Ok(());
    } else {
        "delete"
    };
    Err(Failure::invalid(format!(
        "DELETE statements must restrict all PRIMARY KEY columns with equality relations in order to {purpose} non \
         static columns"
    )))
}

/// The error for regular columns of more than single rows.
fn not_one_row(
    table: &Table,
    operations: &[Operation],
    restrictions: &Restrictions,
    flavor: Flavor,
) -> Failure {
    let fixed = restrictions.fixed_clustering();
    let missing = table.clustering_key().get(fixed);
    let mut columns = operations
        .iter()
        .filter_map(|o| table.columns.get(o.column));
    let regular = columns.find(|c| c.kind == ColumnKind::Regular);
    match (flavor, missing, regular) {
        (Flavor::Scylla, Some(missing), Some(regular)) if !restrictions.has_slice() => {
            Failure::invalid(format!(
                "Primary key column '{}' must be specified in order to modify column '{}'",
                missing.name, regular.name
            ))
        }
        _ => Failure::invalid("Range deletions are not supported for specific columns"),
    }
}
