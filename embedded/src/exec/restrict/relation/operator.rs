//! Which operators a column never has.

use scylla_orm_driver::value::Type;

use crate::catalog::table::Column;
use crate::exec::restrict::relation::shown;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Operator, Relation};

/// Refuses operators that a column never has.
pub(super) fn allow(relation: &Relation, column: &Column, flavor: Flavor) -> Result<(), Failure> {
    use Operator as O;
    let (operator, name) = (relation.operator, &column.name);
    let slice = matches!(
        operator,
        O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual
    );
    let text = match (operator, &column.ty) {
        (O::IsNot, _) => flavor.pick(
            format!("restriction '{name} IS NOT null' is only supported in materialized view creation"),
            format!("Unsupported restriction: {name} IS NOT NULL"),
        ),
        (O::Contains, ty) if !is_collection(ty) => {
            let name = flavor.pick(format!("\"{name}\""), name.to_string());
            format!("Cannot use CONTAINS on non-collection column {name}")
        }
        (O::ContainsKey, ty) if !matches!(ty.bare(), Type::Map(..)) => {
            format!("Cannot use CONTAINS KEY on non-map column {name}")
        }
        (O::Contains | O::ContainsKey, _) => return Ok(()),
        (_, Type::User(_)) => format!(
            "Non-frozen UDT column '{name}' ({}) cannot be restricted by any relation",
            column.ty
        ),
        (_, ty) if column.is_multi_cell() => format!(
            "Collection column '{name}' ({ty}) cannot be restricted by a '{}' relation",
            operator.sign()
        ),
        (O::Like, Type::Text | Type::Ascii) if flavor == Flavor::Scylla => return Ok(()),
        (O::Like, _) => flavor.pick(
            format!("LIKE is allowed only on string types, which {name} is not"),
            format!("LIKE restriction is only supported on properly indexed columns. {name} LIKE {} is not valid.", shown(&relation.value)),
        ),
        (_, Type::Duration) if slice => flavor.pick(
            format!("Duration type is unordered for {name}"),
            "Slice restrictions are not supported on duration columns".to_owned(),
        ),
        _ => return Ok(()),
    };
    Err(Failure::invalid(text))
}

fn is_collection(ty: &Type) -> bool {
    matches!(ty.bare(), Type::List(_) | Type::Set(_) | Type::Map(..))
}
