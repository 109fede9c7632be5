//! Which clustering columns Cassandra wants in the WHERE of an UPDATE, which it says before anything else of them.

use crate::catalog::table::{Column, ColumnKind, Table};
use crate::failure::Failure;
use crate::parse::syntax::{Name, Operator, Relation, Target};

/// Refuses an UPDATE of rows that does not name them.
///
/// # Errors
/// Bounds of clustering columns, and clustering columns that are missing.
pub(super) fn check(relations: &[Relation], table: &Table) -> Result<(), Failure> {
    let names: Vec<&Name> = relations.iter().flat_map(names).collect();
    let lacks = |column: &&Column| !names.iter().any(|name| **name == column.name);
    let unknown = names.iter().any(|name| table.column(name).is_none());
    if unknown || table.partition_key().iter().any(|column| lacks(&column)) {
        // There are other errors for that.
        return Ok(());
    }
    if relations.iter().any(|relation| is_slice(relation, table)) {
        return Err(Failure::invalid(
            "Slice restrictions are not supported on the clustering columns in UPDATE statements",
        ));
    }
    let missing = table.clustering_key().iter().filter(lacks);
    let missing: Vec<&str> = missing.map(|column| &*column.name).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Failure::invalid(format!(
            "Some clustering keys are missing: {}",
            missing.join(", ")
        ))),
    }
}

fn is_slice(relation: &Relation, table: &Table) -> bool {
    let on_clustering = names(relation).iter().any(|name| {
        let column = table.column(name);
        column.is_some_and(|(_, column)| column.kind == ColumnKind::Clustering)
    });
    on_clustering && !matches!(relation.operator, Operator::Equal | Operator::In)
}

fn names(relation: &Relation) -> Vec<&Name> {
    match &relation.target {
        Target::Column(name) | Target::Element(name, _) | Target::Field(name, _) => vec![name],
        Target::Tuple(names) | Target::Token(names) => names.iter().collect(),
    }
}
