//! SELECT: planned once, then run over the rows that its WHERE selects.

mod aggregate;
mod group_by;
mod groups;
mod name;
mod nearest;
mod order;
mod output;
mod page;
mod projection;
mod reader;
mod run;
mod shape;

use std::sync::Arc;
use std::time::Duration;

use scylla_orm_driver::token::Token;
use scylla_orm_driver::value::{Column, Type};
use scylla_orm_driver::wire::Cell;

use crate::catalog::placement::Placement;
use crate::catalog::table::Table;
use crate::exec::available::Waiting;
use crate::exec::modify::using;
use crate::exec::restrict::{self, Partitions, Purpose, Restrictions};
use crate::exec::scope::{Scope, spec};
use crate::exec::select::aggregate::Aggregate;
use crate::exec::select::group_by::GroupBy;
use crate::exec::select::nearest::Nearest;
use crate::exec::select::order::Order;
use crate::exec::select::output::Output;
use crate::exec::select::projection::{Projection, SliceBound};
use crate::exec::term::{self, Env, Expression};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::{self, Term};

pub(crate) use crate::exec::select::run::Request;

/// What `SELECT JSON` calls its only column.
const JSON: &str = "[json]";

/// A SELECT that is ready to run.
#[derive(Debug)]
pub(crate) struct Select {
    pub(crate) table: Arc<Table>,
    /// The columns of the answer.
    pub(crate) columns: Arc<[Column]>,
    restrictions: Restrictions,
    outputs: Vec<Output>,
    /// Names and types of `outputs`, of which SELECT JSON makes one object.
    json: Option<Vec<Column>>,
    /// What outputs refer to as aggregated.
    aggregates: Vec<Aggregate>,
    /// Bounds of slices that are selected.
    bounds: Vec<SliceBound>,
    distinct: bool,
    /// Whether a partition with nothing but static columns is a row of the answer.
    shows_statics: bool,
    order: Order,
    /// Instead of an order, what rows are to be near to.
    nearest: Option<Nearest>,
    group_by: Option<GroupBy>,
    limit: Option<Expression>,
    flavor: Flavor,
    per_partition_limit: Option<Expression>,
    /// Few have one.
    timeout: Option<Box<Expression>>,
}

/// Plans a SELECT.
///
/// # Errors
/// In the server's words.
pub(crate) fn plan(select: &syntax::Select, scope: &mut Scope<'_>) -> Result<Select, Failure> {
    let table = scope.table(&select.from)?;
    let Projection {
        outputs,
        aggregates,
        columns,
        bounds,
    } = projection::plan(&select.selected, &table, scope)?;
    let purpose = Purpose::Select {
        allow_filtering: select.allow_filtering,
    };
    nearest::check_relations(&select.relations, &table, scope.flavor())?;
    let restrictions = restrict::plan(&select.relations, &table, purpose, scope)
        .map_err(|failure| nearest::restricted(failure, &select.order_by))
        .map_err(|failure| shape::restricted(failure, select, &table, scope.flavor()))?;
    let group_by = group_by::plan(&select.group_by, &restrictions, &table, scope)?;
    if let Some(group_by) = group_by.as_ref().filter(|_| select.distinct) {
        group_by.check_distinct(&table, scope.flavor())?;
    }
    let nearest = nearest::plan(&select.order_by, &table, scope)?;
    let order = match nearest {
        Some(_) => Order::default(),
        None => order::plan(&select.order_by, &restrictions, &table, scope)?,
    };
    let (columns, json) = match select.json {
        false => (columns, None),
        true => (vec![spec(&table, JSON, &Type::Text)], Some(columns)),
    };
    let timeout = select.timeout.as_ref().map(|timeout| {
        let place = spec(&table, "[timeout]", &Type::Duration);
        term::plan(timeout, &place, scope).map(Box::new)
    });
    let timeout = timeout.transpose()?;
    let planned = Select {
        json,
        distinct: select.distinct,
        shows_statics: shape::shows_statics(&restrictions, &table),
        flavor: scope.flavor(),
        per_partition_limit: limit(
            &select.per_partition_limit,
            "[per_partition_limit]",
            &table,
            scope,
        )?,
        limit: limit(&select.limit, "[limit]", &table, scope)?,
        columns: columns.into(),
        timeout,
        table,
        restrictions,
        outputs,
        aggregates,
        bounds,
        order,
        nearest,
        group_by,
    };
    shape::check(&planned)?;
    Ok(planned)
}

impl Select {
    /// Tokens of the partitions that it reads: of each one, or one of each range that is kept together.
    ///
    /// # Errors
    /// Values that do not fit.
    pub(super) fn tokens(
        &self,
        placement: &Placement,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Vec<Token>, Failure> {
        Ok(match self.restrictions.bind(values, env)?.partitions {
            Partitions::Keys(keys) => keys.iter().map(|key| Token(key.token)).collect(),
            Partitions::Range(..) => placement.ends(&self.table),
        })
    }

    /// How long it is waited for if it does not say so itself: longer for ranges.
    ///
    /// # Errors
    /// Values that do not fit.
    pub(super) fn waiting(&self, values: &[Cell<'_>], env: &Env<'_>) -> Result<Waiting, Failure> {
        Ok(match self.restrictions.bind(values, env)?.partitions {
            Partitions::Keys(_) => Waiting::Read,
            Partitions::Range(..) => Waiting::Range,
        })
    }

    /// How long replicas are waited for, if it says so.
    ///
    /// # Errors
    /// A duration that is no timeout.
    pub(super) fn timeout(
        &self,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Option<Duration>, Failure> {
        using::timeout(self.timeout.as_deref(), values, env)
    }

    /// The level that it is read at if a client asks for this one.
    pub(super) fn level(&self, asked: u16, flavor: Flavor) -> u16 {
        match self.nearest {
            Some(_) if flavor == Flavor::Cassandra => nearest::level(asked),
            _ => asked,
        }
    }

    /// Whether it searches for the rows nearest to a vector.
    pub(super) fn is_search(&self) -> bool {
        self.nearest.is_some()
    }

    /// For each component of the partition key the marker that supplies it; empty unless each has one.
    pub(crate) fn routing(&self) -> Vec<u16> {
        self.restrictions.routing(self.flavor)
    }

    /// What the client is warned of.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = self.restrictions.warnings.clone();
        let aggregates = !self.aggregates.is_empty() || self.group_by.is_some();
        if aggregates && self.flavor == Flavor::Cassandra {
            if !self.restrictions.restricts_partition() {
                warnings.push("Aggregation query used without partition key".to_owned());
            } else if self.restrictions.mentions_partition_in() {
                warnings.push(
                    "Aggregation query used on multiple partition keys (IN restriction)".to_owned(),
                );
            }
        }
        warnings
    }
}

fn limit(
    term: &Option<Term>,
    name: &str,
    table: &Table,
    scope: &mut Scope<'_>,
) -> Result<Option<Expression>, Failure> {
    let place = spec(table, name, &Type::Int);
    term.as_ref()
        .map(|term| term::plan(term, &place, scope))
        .transpose()
}
