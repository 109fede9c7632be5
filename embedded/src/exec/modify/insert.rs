//! Planning of INSERT.

use std::collections::HashSet;
use std::sync::Arc;

use crate::catalog::table::Table;
use crate::exec::condition::Condition;
use crate::exec::modify::operation::Operation;
use crate::exec::modify::using::Using;
use crate::exec::modify::{Modify, Verb, column, missing_clustering, only_statics, writable};
use crate::exec::restrict::{self, Purpose};
use crate::exec::scope::Scope;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Insert, InsertSource, Name, Operand, Operator, Relation, Target, Term};

pub(super) fn plan(insert: &Insert, scope: &mut Scope<'_>) -> Result<Modify, Failure> {
    let table = writable(&insert.table, scope)?;
    let flavor = scope.flavor();
    if table.is_counter() {
        return Err(Failure::invalid(flavor.pick(
            "INSERT statement are not allowed on counter tables, use UPDATE instead",
            "INSERT statements are not allowed on counter tables, use UPDATE instead",
        )));
    }
    let (columns, values) = match &insert.source {
        InsertSource::Values { columns, values } => (columns.clone(), values.clone()),
        // Every column is written, with the member of its name.
        InsertSource::Json {
            value,
            default_unset,
        } => {
            let member = Term::Member {
                object: Box::new(value.clone()),
                default_unset: *default_unset,
            };
            let names: Vec<Name> = table.columns.iter().map(|c| c.name.clone()).collect();
            let members = vec![member; names.len()];
            (names, members)
        }
    };
    check_names(&columns, &values, flavor)?;
    let (key, operations) = split(&columns, &values, &table, scope)?;
    let restrictions = restrict::plan(&key, &table, Purpose::Modify("INSERT"), scope)?;
    let of_statics = table.clustering > 0
        && !restrictions.restricts_clustering()
        && only_statics(&table, &operations);
    if !of_statics && !restrictions.names_rows() {
        return Err(missing_clustering(&table, &restrictions, flavor));
    }
    let condition = insert.if_not_exists.then_some(Condition::NotExists);
    let using = Using::plan(&insert.using, &table, condition.is_some(), scope)?;
    Ok(Modify {
        table,
        condition,
        verb: Verb::Insert,
        restrictions,
        operations,
        using,
        of_statics,
    })
}

fn check_names(columns: &[Name], values: &[Term], flavor: Flavor) -> Result<(), Failure> {
    if columns.len() != values.len() {
        return Err(Failure::invalid("Unmatched column names/values"));
    }
    let mut before = HashSet::with_capacity(columns.len());
    match columns.iter().find(|name| !before.insert(*name)) {
        Some(name) => Err(Failure::invalid(match flavor {
            Flavor::Scylla => format!("Multiple definitions found for column {name}"),
            Flavor::Cassandra => "The column names contains duplicates".to_owned(),
        })),
        None => Ok(()),
    }
}

/// Values of the key as relations, the others as what is set.
fn split(
    columns: &[Name],
    values: &[Term],
    table: &Arc<Table>,
    scope: &mut Scope<'_>,
) -> Result<(Vec<Relation>, Vec<Operation>), Failure> {
    let (mut key, mut operations) = (Vec::new(), Vec::new());
    for (name, value) in columns.iter().zip(values) {
        let (_, found) = column(table, name, scope.flavor())?;
        if found.is_key() {
            key.push(Relation {
                target: Target::Column(name.clone()),
                operator: Operator::Equal,
                value: Operand::Term(value.clone()),
            });
        } else {
            operations.push(Operation::set(table, name, value, scope)?);
        }
    }
    Ok((key, operations))
}
