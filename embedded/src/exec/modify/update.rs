//! Planning of UPDATE.

use crate::exec::condition;
use crate::exec::modify::operation::{Operation, name_of};
use crate::exec::modify::using::Using;
use crate::exec::modify::{
    Modify, Verb, clustering, missing_clustering, one_row, only_statics, writable,
};
use crate::exec::restrict::{self, Purpose};
use crate::exec::scope::Scope;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{self, Assignment, Change, Target, Update};

pub(super) fn plan(update: &Update, scope: &mut Scope<'_>) -> Result<Modify, Failure> {
    check_conflicts(&update.assignments)?;
    let table = writable(&update.table, scope)?;
    let flavor = scope.flavor();
    let conditional = !matches!(update.condition, syntax::Condition::None);
    let operations = update
        .assignments
        .iter()
        .map(|assignment| Operation::assign(&table, assignment, conditional, scope))
        .collect::<Result<Vec<_>, _>>()?;
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
fn check_conflicts(assignments: &[Assignment]) -> Result<(), Failure> {
    let whole =
        |a: &Assignment| matches!((&a.target, &a.change), (Target::Column(_), Change::Set(_)));
    for (at, assignment) in assignments.iter().enumerate() {
        for other in assignments.iter().take(at) {
            let same_field = matches!(
                (&assignment.target, &other.target),
                (Target::Field(_, a), Target::Field(_, b)) if a == b
            );
            let name = name_of(&assignment.target)?;
            let conflict = whole(assignment) || whole(other) || same_field;
            if name == name_of(&other.target)? && conflict {
                return Err(Failure::syntax(format!(
                    "Multiple incompatible setting of column {name}"
                )));
            }
        }
    }
    Ok(())
}
