//! From text to a [`Plan`].

use std::sync::Arc;

use scylla_orm_driver::value::Column;
use scylla_orm_driver::wire::Cell;

use crate::catalog::Schema;
use crate::catalog::table::Table;
use crate::exec::scope::Scope;
use crate::exec::{Kind, Plan};
use crate::exec::{batch, modify, select};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::parse;
use crate::parse::syntax::Statement;
use crate::store::Key;

/// Plans `cql` for the schema in force.
pub(super) fn plan(cql: &str, schema: &Schema, keyspace: Option<&str>) -> Result<Plan, Failure> {
    let parsed = parse(cql, schema.flavor)?;
    let mut scope = Scope::new(schema, keyspace, parsed.markers);
    let kind = match parsed.statement {
        Statement::Select(select) => Kind::Select(select::plan(&select, &mut scope)?),
        Statement::Truncate(name) => Kind::Truncate(scope.table(&name)?),
        Statement::Use(name) => Kind::Use(name),
        Statement::Ddl(ddl) => Kind::Ddl(ddl),
        Statement::Modify(modification) => Kind::Modify(modify::plan(&modification, &mut scope)?),
        Statement::Batch(batch) => Kind::Batch(batch::plan(&batch, &mut scope)?),
    };
    let markers = scope.markers.finish()?;
    Ok(Plan::of(kind, markers, schema.flavor))
}

impl Kind {
    /// The tables that it names.
    pub(super) fn tables(&self) -> Vec<&Arc<Table>> {
        match self {
            Kind::Select(select) => vec![&select.table],
            Kind::Modify(modify) => vec![&modify.table],
            Kind::Batch(batch) => batch.statements().map(|s| &s.table).collect(),
            Kind::Truncate(table) => vec![table],
            Kind::Use(_) | Kind::Ddl(_) => Vec::new(),
        }
    }

    /// For each component of the partition key the marker that supplies it; empty unless each has one.
    pub(super) fn routing(&self) -> Vec<u16> {
        match self {
            Kind::Select(select) => select.routing(),
            Kind::Modify(modify) => modify.routing(),
            Kind::Batch(batch) => batch.routing(),
            Kind::Truncate(_) | Kind::Use(_) | Kind::Ddl(_) => Vec::new(),
        }
    }

    pub(super) fn is_conditional(&self) -> bool {
        match self {
            Kind::Modify(modify) => modify.is_conditional(),
            Kind::Batch(batch) => batch.is_conditional(),
            Kind::Select(_) | Kind::Truncate(_) | Kind::Use(_) | Kind::Ddl(_) => false,
        }
    }

    /// The columns of the answer, where they are known beforehand.
    pub(super) fn columns(&self, flavor: Flavor) -> Arc<[Column]> {
        match self {
            Kind::Select(select) => Arc::clone(&select.columns),
            Kind::Modify(modify) => modify.columns(flavor),
            Kind::Batch(batch) => batch.columns(flavor),
            Kind::Truncate(_) | Kind::Use(_) | Kind::Ddl(_) => Arc::new([]),
        }
    }
}

impl Plan {
    /// The bytes whose token says where the statement belongs, for a plan whose partition key is all markers.
    pub(crate) fn routing_key(&self, values: &[Cell<'_>]) -> Option<Vec<u8>> {
        let component = |marker: &u16| match values.get(usize::from(*marker))? {
            Cell::Value(value) => Some(*value),
            Cell::Null | Cell::Unset => None,
        };
        let components: Vec<&[u8]> = self
            .partition_key
            .iter()
            .map(component)
            .collect::<Option<_>>()?;
        (!components.is_empty()).then(|| Key::new(&components).bytes)
    }
}
