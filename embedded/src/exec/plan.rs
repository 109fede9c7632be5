//! A statement that is ready to run, and how it is made from text.

use std::sync::Arc;

use scylla_orm_driver::value::Column;
use scylla_orm_driver::wire::Cell;

use crate::catalog::Schema;
use crate::catalog::table::Table;
use crate::exec::batch::{self, Batch};
use crate::exec::modify::{self, Modify};
use crate::exec::prune::{self, Prune};
use crate::exec::role;
use crate::exec::scope::Scope;
use crate::exec::select::{self, Select};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::parse;
use crate::parse::syntax::Statement;
use crate::parse::syntax::ddl::Ddl;
use crate::parse::syntax::describe::Describe;
use crate::parse::syntax::role::RoleStatement;
use crate::store::Key;

/// A statement that is ready to run.
#[derive(Debug)]
pub(crate) struct Plan {
    /// One per bind marker.
    pub(crate) markers: Arc<[Column]>,
    /// For each component of the partition key the marker that supplies it; empty unless each has one.
    pub(crate) partition_key: Vec<u16>,
    /// The columns of the answer, where they are known beforehand.
    pub(crate) columns: Arc<[Column]>,
    /// Whether it is a conditional update.
    pub(crate) lwt: bool,
    /// The keyspace and table that it reads or writes.
    pub(crate) table: Option<(Box<str>, Box<str>)>,
    pub(super) kind: Kind,
}

/// What a plan does.
#[derive(Debug)]
pub(super) enum Kind {
    Select(Select),
    Modify(Modify),
    Batch(Batch),
    Truncate(Arc<Table>),
    Prune(Prune),
    Use(Box<str>),
    Ddl(Ddl),
    Describe(Describe),
    Role(RoleStatement),
}

/// Plans `cql` for the schema in force.
pub(super) fn plan(cql: &str, schema: &Schema, keyspace: Option<&str>) -> Result<Plan, Failure> {
    let parsed = parse(cql, schema.flavor)?;
    let mut scope = Scope::new(schema, keyspace, parsed.markers);
    let kind = match parsed.statement {
        Statement::Select(select) => Kind::Select(select::plan(&select, &mut scope)?),
        Statement::Truncate(name) => Kind::Truncate(scope.table(&name)?),
        Statement::Prune(prune) => Kind::Prune(prune::plan(&prune, &mut scope)?),
        Statement::Use(name) => Kind::Use(name),
        Statement::Ddl(ddl) => {
            check_markers(&ddl, &scope)?;
            Kind::Ddl(ddl)
        }
        Statement::Describe(describe) => Kind::Describe(describe),
        Statement::Role(statement) => {
            role::plan(&statement, schema.flavor)?;
            Kind::Role(statement)
        }
        Statement::Modify(modification) => Kind::Modify(modify::plan(&modification, &mut scope)?),
        Statement::Batch(batch) => Kind::Batch(batch::plan(&batch, &mut scope)?),
    };
    let table = kind
        .tables()
        .first()
        .map(|t| (t.keyspace.clone(), t.name.clone()));
    Ok(Plan {
        markers: scope.markers.finish()?,
        partition_key: kind.routing(schema.flavor),
        columns: kind.columns(schema.flavor),
        lwt: kind.is_conditional(),
        table,
        kind,
    })
}

/// Refuses values that would have to be known whenever a row is written.
fn check_markers(ddl: &Ddl, scope: &Scope<'_>) -> Result<(), Failure> {
    match matches!(ddl, Ddl::CreateView(_)) && !scope.markers.is_empty() {
        true => Err(Failure::invalid(scope.flavor().pick(
            "Cannot use query parameters in CREATE MATERIALIZED VIEW statements",
            "Bind variables are not allowed in CREATE MATERIALIZED VIEW statements",
        ))),
        false => Ok(()),
    }
}

impl Kind {
    /// The tables that it names.
    pub(super) fn tables(&self) -> Vec<&Arc<Table>> {
        match self {
            Kind::Select(select) => vec![&select.table],
            Kind::Modify(modify) => vec![&modify.table],
            Kind::Batch(batch) => batch.statements().map(|s| &s.table).collect(),
            Kind::Truncate(table) => vec![table],
            Kind::Prune(prune) => vec![&prune.select.table],
            Kind::Use(_) | Kind::Ddl(_) | Kind::Describe(_) | Kind::Role(_) => Vec::new(),
        }
    }

    /// For each component of the partition key the marker that supplies it; empty unless each has one.
    fn routing(&self, flavor: Flavor) -> Vec<u16> {
        match self {
            Kind::Select(select) => select.routing(),
            Kind::Modify(modify) => modify.routing(flavor),
            Kind::Batch(batch) => batch.routing(flavor),
            Kind::Prune(prune) => prune.select.routing(),
            Kind::Truncate(_) | Kind::Use(_) | Kind::Ddl(_) | Kind::Describe(_) | Kind::Role(_) => {
                Vec::new()
            }
        }
    }

    fn is_conditional(&self) -> bool {
        match self {
            Kind::Modify(modify) => modify.is_conditional(),
            Kind::Batch(batch) => batch.is_conditional(),
            Kind::Select(_)
            | Kind::Truncate(_)
            | Kind::Prune(_)
            | Kind::Use(_)
            | Kind::Ddl(_)
            | Kind::Describe(_)
            | Kind::Role(_) => false,
        }
    }

    /// The columns of the answer, where they are known beforehand.
    fn columns(&self, flavor: Flavor) -> Arc<[Column]> {
        match self {
            Kind::Select(select) => Arc::clone(&select.columns),
            Kind::Modify(modify) => modify.columns(flavor),
            Kind::Batch(batch) => batch.columns(flavor),
            Kind::Truncate(_)
            | Kind::Prune(_)
            | Kind::Use(_)
            | Kind::Ddl(_)
            | Kind::Describe(_)
            | Kind::Role(_) => Arc::new([]),
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
