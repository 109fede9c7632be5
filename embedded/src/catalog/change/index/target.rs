//! What may be indexed, and how.

use scylla_orm_driver::value::Type;

use crate::catalog::table::{Column, ColumnKind, IndexKind, Table};
use crate::catalog::types;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::IndexTarget;

/// A target of an index, to be checked against the table.
pub(super) struct Target<'a> {
    pub(super) table: &'a Table,
    pub(super) flavor: Flavor,
}

impl<'a> Target<'a> {
    fn invalid<T>(&self, scylla: String, cassandra: String) -> Result<T, Failure> {
        Err(Failure::invalid(self.flavor.pick(scylla, cassandra)))
    }

    pub(super) fn check(
        &self,
        target: &IndexTarget,
        local: bool,
    ) -> Result<(&'a Column, IndexKind), Failure> {
        let (name, wanted) = match target {
            IndexTarget::Column(name) => (name, IndexKind::Value),
            IndexTarget::Keys(name) => (name, IndexKind::Keys),
            IndexTarget::Values(name) => (name, IndexKind::Values),
            IndexTarget::Entries(name) => (name, IndexKind::Entries),
            IndexTarget::Full(name) => (name, IndexKind::Full),
            IndexTarget::Partition(_) => {
                return Err(Failure::invalid(
                    "Multi-column index targets are currently only supported for partition key",
                ));
            }
        };
        let Some((_, column)) = self.table.column(name) else {
            return self.invalid(
                format!("No column definition found for column {name}"),
                format!(
                    "Undefined column name {name} in table {}.{}",
                    self.table.keyspace, self.table.name
                ),
            );
        };
        self.check_column(column)?;
        let collection = column.is_multi_cell();
        if local && collection {
            return Err(Failure::invalid(format!(
                "Local secondary index on collection column {name} is not implemented yet."
            )));
        }
        self.check_kind(column, wanted)?;
        match (collection, wanted) {
            (true, IndexKind::Value) => Ok((column, IndexKind::Values)),
            _ => Ok((column, wanted)),
        }
    }

    fn check_column(&self, column: &Column) -> Result<(), Failure> {
        let name = &column.name;
        if types::contains(&column.ty, &|ty| *ty == Type::Duration) {
            let what = match &column.ty {
                Type::Duration => "duration columns",
                Type::User(_) => "UDTs containing durations",
                Type::Frozen(inner) => match **inner {
                    Type::User(_) => "UDTs containing durations",
                    Type::Tuple(_) => "tuples containing durations",
                    _ => "collections containing durations",
                },
                _ => "collections containing durations",
            };
            let text = format!("Secondary indexes are not supported on {what}");
            return Err(Failure::invalid(text));
        }
        if column.kind == ColumnKind::Partition && self.table.partition == 1 {
            return self.invalid(
                format!("Cannot create secondary index on partition key column {name}"),
                format!("Cannot create secondary index on the only partition key column {name}"),
            );
        }
        if matches!(column.ty, Type::User(_)) {
            return self.invalid(
                format!("Cannot create secondary index on UDT column {name}"),
                format!("Cannot create index on non-frozen UDT column {name}"),
            );
        }
        Ok(())
    }

    fn check_kind(&self, column: &Column, kind: IndexKind) -> Result<(), Failure> {
        let name = &column.name;
        let is_frozen = match &column.ty {
            Type::Frozen(inner) => {
                matches!(**inner, Type::List(_) | Type::Set(_) | Type::Map(..))
            }
            _ => false,
        };
        let word = word(kind);
        let cassandra = if word.is_empty() { "values" } else { word };
        let function = if word.is_empty() {
            "value".to_owned()
        } else {
            format!("{word}()")
        };
        match kind {
            IndexKind::Full if !is_frozen => Err(Failure::invalid(
                "full() indexes can only be created on frozen collections",
            )),
            IndexKind::Full => Ok(()),
            _ if is_frozen => self.invalid(
                format!("Cannot create index on {function} of frozen collection column {name}"),
                format!(
                    "Cannot create {cassandra}() index on frozen column {name}. Frozen collections are immutable \
                     and must be fully indexed by using the 'full({name})' modifier"
                ),
            ),
            IndexKind::Value => Ok(()),
            _ if !column.is_multi_cell() => self.invalid(
                format!(
                    "Cannot create index on {function} of column {name}; only non-frozen collections support \
                     {function} indexes"
                ),
                format!(
                    "Cannot create {word}() index on {name}. Non-collection columns only support simple indexes"
                ),
            ),
            IndexKind::Keys | IndexKind::Entries if !matches!(column.ty, Type::Map(..)) => self
                .invalid(
                    format!(
                        "Cannot create secondary index on {word} of column {name} with non-map type"
                    ),
                    format!("Cannot create index on {word} of column {name} with non-map type"),
                ),
            _ => Ok(()),
        }
    }
}

/// The column of a target; of a local index's key the first.
pub(super) fn name(target: &IndexTarget) -> &str {
    match target {
        IndexTarget::Column(name)
        | IndexTarget::Keys(name)
        | IndexTarget::Values(name)
        | IndexTarget::Entries(name)
        | IndexTarget::Full(name) => name,
        IndexTarget::Partition(names) => names.first().map_or("", |name| name),
    }
}

/// The function that names a kind of index in CQL.
fn word(kind: IndexKind) -> &'static str {
    match kind {
        IndexKind::Value => "",
        IndexKind::Keys => "keys",
        IndexKind::Values => "values",
        IndexKind::Entries => "entries",
        IndexKind::Full => "full",
    }
}
