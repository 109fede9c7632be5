//! Relations on several clustering columns: `(a, b) > (1, 2)`.

use crate::catalog::table::{ColumnKind, Table};
use crate::exec::restrict::Purpose;
use crate::exec::restrict::relation::{Restriction, Shape, column, compared, shown};
use crate::exec::scope::Scope;
use crate::failure::Failure;
use crate::parse::syntax::{Name, Relation};

/// `(a, b)` compared with tuples.
pub(super) fn resolve(
    relation: &Relation,
    names: &[Name],
    table: &Table,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    let mut columns = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    for name in names {
        let (at, column) = column(table, name, purpose, scope)?;
        if column.kind != ColumnKind::Clustering {
            return Err(Failure::invalid(format!(
                "Multi-column relations can only be applied to clustering columns but was applied to: {name}"
            )));
        }
        if places.contains(&at) {
            return Err(Failure::invalid(format!(
                "Column \"{name}\" appeared twice in a relation: {}",
                shown_whole(relation, names)
            )));
        }
        if places.last().is_some_and(|last| last + 1 != at) {
            return Err(Failure::invalid(format!(
                "Clustering columns must appear in the PRIMARY KEY order in multi-column relations: {}",
                shown_whole(relation, names)
            )));
        }
        columns.push(column);
        places.push(at);
    }
    let test = compared(
        relation.operator,
        &relation.value,
        table,
        &columns,
        Shape::Multi,
        scope,
    )?;
    Ok(Restriction {
        columns: places,
        shape: Shape::Multi,
        test,
    })
}

/// The relation as one would write it.
fn shown_whole(relation: &Relation, names: &[Name]) -> String {
    let sign = relation.operator.sign();
    format!("({}) {sign} {}", names.join(", "), shown(&relation.value))
}
