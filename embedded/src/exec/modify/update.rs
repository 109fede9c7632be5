//! Planning of UPDATE.

use std::sync::Arc;

use crate::catalog::table::Table;
use crate::exec::condition;
use crate::exec::modify::operation::{Action, Operation};
use crate::exec::modify::using::Using;
use crate::exec::modify::{
    Modify, Verb, clustering, missing_clustering, one_row, only_statics, writable,
};
use crate::exec::restrict::{self, Purpose};
use crate::exec::scope::Scope;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Update;

pub(super) fn plan(update: &Update, scope: &mut Scope<'_>) -> Result<Modify, Failure> {
    let table = writable(&update.table, scope)?;
    let flavor = scope.flavor();
    let operations = update
        .assignments
        .iter()
        .map(|assignment| Operation::assign(&table, assignment, scope))
        .collect::<Result<Vec<_>, _>>()?;
    check_conflicts(&table, &operations)?;
    let condition = condition::plan(&update.condition, &table, scope)?;
    let using = Using::plan(&update.using, &table, condition.is_some(), scope)?;
    if flavor == Flavor::Cassandra && !only_statics(&table, &operations) {
        clustering::check(&update.relations, &table)?;
    }
    let restrictions = restrict::plan(&update.relations, &table, Purpose::Modify("UPDATE"), scope)?;
    let statics = only_statics(&table, &operations);
    // Conditions on regular columns need a row even if only static columns are set.
    let needs_row = condition
        .as_ref()
        .is_some_and(|condition| condition.is_on_rows(&table));
    let of_statics = table.clustering > 0 && statics && !needs_row;
    if of_statics && restrictions.restricts_clustering() {
        return Err(statics_alone(Verb::Update));
    }
    if !of_statics && !restrictions.names_rows() {
        return Err(missing_clustering(&table, &restrictions, flavor));
    }
    if condition.is_some() {
        one_row(&restrictions, Verb::Update)?;
    }
    Ok(Modify {
        table,
        condition,
        verb: Verb::Update,
        restrictions,
        operations,
        using,
        of_statics,
    })
}

/// The error for clustering columns where there is no row to name.
pub(super) fn statics_alone(verb: Verb) -> Failure {
    Failure::invalid(format!(
        "Invalid restrictions on clustering columns since the {} statement modifies only static columns",
        verb.name()
    ))
}

/// Refuses a column that is set whole and once more.
fn check_conflicts(table: &Arc<Table>, operations: &[Operation]) -> Result<(), Failure> {
    for (at, operation) in operations.iter().enumerate() {
        for other in operations.iter().take(at) {
            let whole = |o: &Operation| matches!(o.action, Action::Set(_));
            let same_field = matches!(
                (&operation.action, &other.action),
                (Action::SetField(a, _), Action::SetField(b, _)) if a == b
            );
            if operation.column == other.column && (whole(operation) || whole(other) || same_field)
            {
                let column = table.columns.get(operation.column);
                return Err(Failure::syntax(format!(
                    "Multiple incompatible setting of column {}",
                    column.map_or("", |c| &c.name)
                )));
            }
        }
    }
    Ok(())
}
