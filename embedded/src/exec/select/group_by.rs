//! GROUP BY: which columns of the key make a group.

use crate::catalog::table::Table;
use crate::exec::restrict::Restrictions;
use crate::exec::scope::unknown_column;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Name;

/// How many columns of the key make a group. Columns that have one value by the WHERE may be left out.
pub(super) fn plan(
    names: &[Name],
    restrictions: &Restrictions,
    table: &Table,
    flavor: Flavor,
) -> Result<Option<usize>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    let mut next = 0;
    for name in names {
        let Some((at, column)) = table.column(name) else {
            return Err(match flavor {
                Flavor::Scylla => Failure::invalid(format!("Group by unknown column {name}")),
                Flavor::Cassandra => unknown_column(flavor, table, name),
            });
        };
        if !column.is_key() {
            return Err(Failure::invalid(flavor.pick(
                format!("Group by non-primary-key column {name}"),
                format!("Group by is currently only supported on the columns of the PRIMARY KEY, got {name}"),
            )));
        }
        while next < at && restrictions.is_fixed(next) {
            next += 1;
        }
        if next != at {
            return Err(Failure::invalid(flavor.pick(
                format!("Group by column {name} is out of order"),
                "Group by currently only support groups of columns following their declared order in the PRIMARY KEY"
                    .to_owned(),
            )));
        }
        next += 1;
    }
    while next < table.partition && restrictions.is_fixed(next) {
        next += 1;
    }
    if next < table.partition {
        return Err(Failure::invalid(flavor.pick(
            "GROUP BY must include the entire partition key",
            "Group by is not supported on only a part of the partition key",
        )));
    }
    Ok(Some(next))
}
