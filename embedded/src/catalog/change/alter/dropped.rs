//! Columns that come back under the name of one that was dropped.

use scylla_orm_driver::value::Type;

use crate::catalog::table::{ColumnKind, Table, is_multi_cell};
use crate::failure::Failure;
use crate::flavor::Flavor;

/// The id of the column that had the name, if what was written to it after it was dropped comes back.
///
/// # Errors
/// A type or kind that does not fit: on disk there may be data of the column that had the name before.
pub(super) fn check(
    table: &Table,
    name: &str,
    ty: &Type,
    kind: ColumnKind,
    flavor: Flavor,
) -> Result<Option<u32>, Failure> {
    let Some(dropped) = table.dropped.get(name) else {
        return Ok(None);
    };
    let old = &dropped.column;
    if old.ty == Type::Counter {
        return Err(Failure::invalid(format!(
            "Cannot re-add previously dropped counter column {name}"
        )));
    }
    let word = |kind| match kind {
        ColumnKind::Static => "STATIC",
        _ => "REGULAR",
    };
    match flavor {
        Flavor::Scylla if is_multi_cell(ty) && is_multi_cell(&old.ty) && *ty != old.ty => {
            Err(Failure::invalid(format!(
                "Cannot add a collection with the name {name} because a collection with the same name and a \
                 different type has already been used in the past"
            )))
        }
        Flavor::Cassandra if *ty != old.ty => Err(Failure::invalid(format!(
            "Cannot add a column '{name}' of type {ty}, incompatible with previously dropped column '{name}' of type \
             {}",
            old.ty
        ))),
        Flavor::Cassandra if kind != old.kind => Err(Failure::invalid(format!(
            "Cannot re-add previously dropped column '{name}' of kind {}, incompatible with previous kind {}",
            word(kind),
            word(old.kind)
        ))),
        _ if *ty == old.ty && kind == old.kind && dropped.told => Ok(Some(old.id)),
        _ => Ok(None),
    }
}
