//! ORDER BY: as the table is ordered, or exactly the other way round.

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::restrict::Restrictions;
use crate::exec::scope::Scope;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Direction, Ordering};

/// The order of the answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Order {
    /// Whether the rows of a partition are read backwards.
    pub(super) reversed: bool,
    /// Whether rows of several partitions are put in one order.
    pub(super) merged: bool,
}

pub(super) fn plan(
    order_by: &[Ordering],
    restrictions: &Restrictions,
    table: &Table,
    scope: &Scope<'_>,
) -> Result<Order, Failure> {
    if order_by.is_empty() {
        return Ok(Order::default());
    }
    if restrictions.uses_index {
        return Err(Failure::invalid(scope.flavor().pick(
            "ORDER BY with 2ndary indexes is not supported.",
            "ORDER BY with 2ndary indexes is not supported, except for ANN queries.",
        )));
    }
    if !restrictions.has_keys() {
        return Err(Failure::invalid(
            "ORDER BY is only supported when the partition key is restricted by an EQ or an IN.",
        ));
    }
    let mut next = table.partition;
    let mut reversed: Option<bool> = None;
    for Ordering {
        column: name,
        direction,
        ..
    } in order_by
    {
        let at = clustering(name, table, scope)?;
        while next < at && restrictions.is_fixed(next) {
            next += 1;
        }
        if next != at {
            return Err(out_of_order(next, table, scope.flavor()));
        }
        next += 1;
        let descending = table.columns.get(at).is_some_and(|c| c.descending);
        let turned = (*direction == Direction::Descending) != descending;
        if reversed.is_some_and(|before| before != turned) {
            return Err(Failure::invalid(scope.flavor().pick(
                format!(
                    "Unsupported order by relation - only reversing all columns is supported, but column {name} has opposite ordering"
                ),
                "Unsupported order by relation".to_owned(),
            )));
        }
        reversed = Some(turned);
    }
    Ok(Order {
        reversed: reversed.unwrap_or_default(),
        merged: restrictions.has_partition_in(),
    })
}

/// The place of a clustering column.
fn clustering(name: &str, table: &Table, scope: &Scope<'_>) -> Result<usize, Failure> {
    let Some((at, column)) = table.column(name) else {
        return Err(match scope.flavor() {
            Flavor::Scylla => Failure::invalid(format!("Order by on unknown column {name}")),
            Flavor::Cassandra => scope.unknown_column(table, name),
        });
    };
    if column.kind != ColumnKind::Clustering {
        return Err(Failure::invalid(format!(
            "Order by is currently only supported on the clustered columns of the PRIMARY KEY, got {name}"
        )));
    }
    Ok(at)
}

fn out_of_order(skipped: usize, table: &Table, flavor: Flavor) -> Failure {
    let skipped = table.columns.get(skipped).map_or("", |c| &c.name);
    Failure::invalid(flavor.pick(
        format!("Unsupported order by relation - column {skipped} doesn't have an ordering or EQ relation."),
        "Order by currently only supports the ordering of columns following their declared order in the PRIMARY KEY"
            .to_owned(),
    ))
}
