//! What planning knows: the schema, the connection's keyspace, and the bind markers met so far.

use std::sync::Arc;

use scylla_orm_driver::value::{Column, Type};

use crate::catalog::Schema;
use crate::catalog::table::{self, Table};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{Name, QualifiedName};

/// The scope of one statement while it is planned.
pub(crate) struct Scope<'a> {
    pub(crate) schema: &'a Schema,
    /// The connection's keyspace.
    pub(crate) keyspace: Option<&'a str>,
    pub(crate) markers: Markers,
}

/// The bind markers of a statement, typed by where they stand.
pub(crate) struct Markers {
    /// Names of `:name` markers.
    names: Vec<Option<Name>>,
    columns: Vec<Option<Column>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        schema: &'a Schema,
        keyspace: Option<&'a str>,
        markers: Vec<Option<Name>>,
    ) -> Scope<'a> {
        let columns = vec![None; markers.len()];
        Scope {
            schema,
            keyspace,
            markers: Markers {
                names: markers,
                columns,
            },
        }
    }

    pub(crate) fn flavor(&self) -> Flavor {
        self.schema.flavor
    }

    /// The table that a statement names.
    pub(crate) fn table(&self, name: &QualifiedName) -> Result<Arc<Table>, Failure> {
        self.schema.qualified_table(name, self.keyspace).cloned()
    }

    /// The error for a name in SELECT, WHERE or IF that is no column of `table`.
    pub(crate) fn unknown_column(&self, table: &Table, name: &str) -> Failure {
        unknown_column(self.flavor(), table, name)
    }
}

impl Markers {
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Gives a marker the name and type of where it stands.
    ///
    /// # Errors
    /// One `:name` in two places with different types.
    pub(crate) fn assign(&mut self, index: usize, spec: &Column) -> Result<(), Failure> {
        let mut spec = spec.clone();
        let place = spec.name.clone();
        if let Some(Some(name)) = self.names.get(index) {
            spec.name = name.clone();
        }
        spec.ty = spec.ty.thawed();
        match self.columns.get_mut(index) {
            Some(Some(before)) if before.ty != spec.ty => Err(Failure::invalid(format!(
                "variable :{} has type {} which doesn't match {}",
                spec.name, before.ty, place
            ))),
            Some(slot) => {
                slot.get_or_insert(spec);
                Ok(())
            }
            None => Err(Failure::server("a bind marker that the text does not have")),
        }
    }

    /// One column per marker.
    pub(crate) fn finish(self) -> Result<Arc<[Column]>, Failure> {
        let columns: Option<Vec<Column>> = self.columns.into_iter().collect();
        columns
            .map(Arc::from)
            .ok_or_else(|| Failure::invalid("Cannot infer the type of a bind marker"))
    }
}

/// Where a term stands: what a bind marker there is called and which type it has.
pub(crate) fn spec(table: &Table, name: &str, ty: &Type) -> Column {
    Column {
        keyspace: (&*table.keyspace).into(),
        table: (&*table.name).into(),
        name: name.into(),
        ty: ty.clone(),
    }
}

/// The place of a column's own values.
pub(crate) fn spec_of(table: &Table, column: &table::Column) -> Column {
    spec(table, &column.name, &column.ty)
}

/// The error for a name in SELECT, WHERE or IF that is no column of `table`.
pub(crate) fn unknown_column(flavor: Flavor, table: &Table, name: &str) -> Failure {
    Failure::invalid(match flavor {
        Flavor::Scylla => format!("Unrecognized name {name}"),
        Flavor::Cassandra => format!(
            "Undefined column name {name} in table {}.{}",
            table.keyspace, table.name
        ),
    })
}
