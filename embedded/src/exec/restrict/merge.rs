//! What may not be restricted together.

use crate::catalog::table::Table;
use crate::exec::restrict::relation::{Restriction, Shape, Test};
use crate::failure::Failure;
use crate::flavor::Flavor;

/// Refuses relations that contradict one another by their form.
pub(super) fn check(
    restrictions: &[Restriction],
    table: &Table,
    flavor: Flavor,
) -> Result<(), Failure> {
    let clustering = || restrictions.iter().filter(|r| r.is_on_clustering(table));
    let multi = clustering().any(|r| r.shape == Shape::Multi);
    let single = clustering().any(|r| r.shape == Shape::Single);
    if multi && single && flavor == Flavor::Scylla {
        return Err(mixed());
    }
    for (at, second) in restrictions.iter().enumerate() {
        for first in restrictions.iter().take(at) {
            let both = || second.columns.iter().filter(|c| first.columns.contains(c));
            let names: Vec<&str> = both()
                .filter_map(|c| table.columns.get(*c))
                .map(|c| &*c.name)
                .collect();
            if !names.is_empty() {
                pair(first, second, &names, flavor)?;
            }
        }
    }
    Ok(())
}

/// Two restrictions of the columns `names`.
fn pair(
    first: &Restriction,
    second: &Restriction,
    names: &[&str],
    flavor: Flavor,
) -> Result<(), Failure> {
    let shapes = (first.shape, second.shape);
    let name = match first.shape {
        Shape::Multi if shapes.0 == shapes.1 => format!("({})", names.join(", ")),
        Shape::Token if flavor == Flavor::Scylla => format!("token({})", names.join(", ")),
        _ => names.join(", "),
    };
    let text = match (&first.test, &second.test) {
        _ if (shapes.0 == Shape::Token) != (shapes.1 == Shape::Token) => {
            if flavor == Flavor::Cassandra {
                return Ok(());
            }
            format!(
                "Columns \"{}\" cannot be restricted by both a normal relation and a token relation",
                names.join(", ")
            )
        }
        (Test::Equal(_), _) => {
            format!("{name} cannot be restricted by more than one relation if it includes an Equal")
        }
        (Test::In(_), _) => {
            format!("{name} cannot be restricted by more than one relation if it includes a IN")
        }
        _ if shapes.0 != shapes.1 && flavor == Flavor::Scylla => return Err(mixed()),
        (Test::Lower(..) | Test::Upper(..), Test::Equal(_) | Test::In(_)) => format!(
            "Column \"{name}\" cannot be restricted by both an equality and an inequality relation"
        ),
        (_, Test::Equal(_)) => {
            format!("{name} cannot be restricted by more than one relation if it includes an Equal")
        }
        (_, Test::In(_)) => {
            format!("{name} cannot be restricted by more than one relation if it includes a IN")
        }
        (Test::Lower(..), Test::Lower(..)) => {
            format!("More than one restriction was found for the start bound on {name}")
        }
        (Test::Upper(..), Test::Upper(..)) => {
            format!("More than one restriction was found for the end bound on {name}")
        }
        _ => return Ok(()),
    };
    Err(Failure::invalid(text))
}

fn mixed() -> Failure {
    Failure::invalid(
        "Mixing single column relations and multi column relations on clustering columns is not allowed",
    )
}
