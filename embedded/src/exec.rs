//! What a statement does: plans, reads, writes, changes of the schema.
//!
//! [`Engine::prepare`] turns text into a [`Plan`]: names resolved, markers typed, restrictions judged, all that
//! can be refused without values refused. [`Engine::execute`] runs a plan with values.

mod available;
mod batch;
mod change;
mod condition;
mod consistency;
mod exchange;
mod modify;
mod placing;
mod prune;
mod role;
mod select;
mod view;
mod virtual_table;

#[cfg(any(test, fuzzing))]
pub mod fuzz;

pub(crate) mod access;
pub(crate) mod outcome;
pub(crate) mod plan;
pub(crate) mod restrict;

pub(crate) mod ddl;
pub(crate) mod function;
pub(crate) mod record;
pub(crate) mod scope;
pub(crate) mod term;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use scylla_orm_driver::wire::Cell;

use crate::catalog::nodes::View;
use crate::catalog::placement::Placement;
use crate::catalog::roles::Roles;
use crate::catalog::tablets::Tablets;
use crate::catalog::{Schema, describe, system};
use crate::clock::Clock;
use crate::exec::access::{Access, User};
use crate::exec::modify::Modify;
use crate::exec::plan::{Kind, Plan};
use crate::exec::select::Select;
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::describe::Describe;
use crate::store::Store;

pub(crate) use crate::exec::outcome::{Outcome, Rows};

/// The codes of SERIAL and LOCAL_SERIAL.
const SERIAL: [u16; 2] = [8, 9];

/// What all nodes of a cluster share: the schema and the data.
///
/// Reads run beside one another, a write runs alone: so conditional updates are linearizable, and a batch is atomic.
pub(crate) struct Engine {
    config: EngineConfig,
    /// Whoever takes both locks takes this one first.
    schema: RwLock<Arc<Schema>>,
    store: RwLock<Store>,
    /// Taken behind the schema, which decides what is placed.
    placement: RwLock<Arc<Placement>>,
    /// Whoever takes it holds none of the others.
    roles: RwLock<Arc<Roles>>,
}

/// How an [`Engine`] starts.
#[derive(Clone)]
pub(crate) struct EngineConfig {
    pub(crate) flavor: Flavor,
    pub(crate) clock: Clock,
    pub(crate) cluster_name: Box<str>,
    /// Whether keyspaces that do not say it have tablets.
    pub(crate) tablets: bool,
    pub(crate) access: Access,
    /// Name and password of the superuser, if not `cassandra`.
    pub(crate) superuser: Option<(Box<str>, Box<str>)>,
    /// How long nodes wait for others, if not as long as the server of the flavour.
    pub(crate) patience: Option<Duration>,
}

/// What an execution needs to know beside the statement and its values.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Context<'a> {
    /// Which of the engine's nodes was asked.
    pub(crate) node: usize,
    /// The code of the consistency level; serial levels have rules of their own.
    pub(crate) consistency: u16,
    /// The code of the serial consistency level, if the request has one.
    pub(crate) serial_consistency: Option<u16>,
    /// Rows per page; none, or none at all.
    pub(crate) page_size: Option<i32>,
    /// Where the previous page ended.
    pub(crate) paging_state: Option<&'a [u8]>,
    /// The client's timestamp, in microseconds.
    pub(crate) timestamp: Option<i64>,
    /// The second that the client says it is: what expires is judged by it.
    pub(crate) now_in_seconds: Option<i32>,
    /// The connection's keyspace.
    pub(crate) keyspace: Option<&'a str>,
    pub(crate) user: User<'a>,
    /// Nodes that are up, and do not answer the one that was asked.
    pub(crate) silent: &'a [usize],
    /// The client speaks version 5 of the protocol.
    pub(crate) version5: bool,
}

/// Which rule a batch follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchKind {
    Logged,
    Unlogged,
    Counter,
}

impl Engine {
    pub(crate) fn new(config: EngineConfig) -> Engine {
        let schema = Schema {
            tablets: config.tablets,
            ..Schema::new(config.flavor)
        };
        Engine::with_schema(config, Arc::new(schema))
    }

    /// With a schema to begin with, and no data.
    fn with_schema(config: EngineConfig, schema: Arc<Schema>) -> Engine {
        let placement = Placement::new(Arc::new([]), &schema, &Tablets::new());
        let superuser = config
            .superuser
            .as_ref()
            .map(|(name, word)| (&**name, &**word));
        let roles = role::at_start(config.access, superuser);
        Engine {
            config,
            schema: RwLock::new(schema),
            store: RwLock::default(),
            placement: RwLock::new(Arc::new(placement)),
            roles: RwLock::new(Arc::new(roles)),
        }
    }

    /// The schema in force.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&read(&self.schema))
    }

    /// Plans `cql`; names without a keyspace are of `keyspace`, the connection's.
    ///
    /// # Errors
    /// Text that is not CQL, names that do not exist, and everything else that is wrong whatever the values are.
    pub(crate) fn prepare(&self, cql: &str, keyspace: Option<&str>) -> Result<Arc<Plan>, Failure> {
        plan::plan(cql, &self.schema(), keyspace).map(Arc::new)
    }

    /// Whether `plan` still fits the schema: if not, the server has forgotten it and a client prepares again.
    pub(crate) fn is_current(&self, plan: &Plan) -> bool {
        let schema = read(&self.schema);
        plan.kind.tables().into_iter().all(|planned| {
            let table = schema.table(&planned.keyspace, &planned.name);
            table.is_ok_and(|table| Arc::ptr_eq(table, planned))
        })
    }

    /// Runs `plan`, with one value per marker.
    ///
    /// # Errors
    /// Values that do not fit, or a schema that no longer has what the plan names.
    pub(crate) fn execute(
        &self,
        plan: &Plan,
        values: &[Cell<'_>],
        ctx: &Context<'_>,
    ) -> Result<Outcome, Failure> {
        self.check_access(&plan.kind, ctx)?;
        let env =
            Env::new(self.config.flavor, &self.config.clock, ctx.timestamp).at(ctx.now_in_seconds);
        match &plan.kind {
            Kind::Select(select) => {
                consistency::check_read(select, ctx, env.flavor)?;
                select.timeout(values, &env)?;
                self.can_read(select, values, ctx, &env)?;
                self.select(select, values, ctx, &env).map(Outcome::Rows)
            }
            Kind::Modify(modify) => {
                consistency::check(modify, ctx)?;
                let late = self.can_write(None, &[(modify, values)], ctx, &env)?;
                let outcome = self.write(&[modify], |store| modify.apply(store, values, &env))?;
                available::unless(late, outcome)
            }
            Kind::Batch(batch) => {
                let statements: Vec<&Modify> = batch.statements().collect();
                consistency::check_batch(&statements, ctx)?;
                let members: Vec<_> = statements.iter().map(|s| (*s, values)).collect();
                let late = self.can_write(Some(batch.kind), &members, ctx, &env)?;
                let outcome = self.write(&statements, |store| batch.apply(store, values, &env))?;
                available::unless(late, outcome)
            }
            Kind::Truncate(table) => self.truncate(table, ctx),
            Kind::Prune(prune) => {
                prune.run(values, &env)?;
                Ok(Outcome::Void {
                    warnings: Vec::new(),
                })
            }
            Kind::Use(keyspace) => self.use_keyspace(keyspace),
            Kind::Ddl(ddl) => self.change(ddl, ctx).map(Outcome::SchemaChange),
            Kind::Describe(describe) => self.describe(describe, ctx).map(Outcome::Rows),
            Kind::Role(statement) => self.role(statement, ctx),
        }
    }

    /// Runs several modifications as one: all or nothing, with one timestamp.
    ///
    /// # Errors
    /// As [`Engine::execute`], and for what may not be together in a batch.
    pub(crate) fn batch(
        &self,
        kind: BatchKind,
        statements: &[(Arc<Plan>, Vec<Cell<'_>>)],
        ctx: &Context<'_>,
    ) -> Result<Outcome, Failure> {
        let members = statements.iter().map(|(plan, values)| match &plan.kind {
            Kind::Modify(modify) => Ok((modify, values.as_slice())),
            _ => Err(Failure::invalid(
                "Invalid statement in batch: only UPDATE, INSERT and DELETE statements are allowed.",
            )),
        });
        let members: Vec<(&Modify, &[Cell<'_>])> = members.collect::<Result<_, _>>()?;
        for (plan, _) in statements {
            self.check_access(&plan.kind, ctx)?;
        }
        let modifications: Vec<&Modify> = members.iter().map(|(modify, _)| *modify).collect();
        let env =
            Env::new(self.config.flavor, &self.config.clock, ctx.timestamp).at(ctx.now_in_seconds);
        batch::check_members(kind, &modifications, env.flavor)?;
        consistency::check_batch(&modifications, ctx)?;
        let late = self.can_write(Some(kind), &members, ctx, &env)?;
        let outcome = self.write(&modifications, |store| batch::run(&members, store, &env))?;
        available::unless(late, outcome)
    }

    /// Whether whoever asks may run this.
    fn check_access(&self, kind: &Kind, ctx: &Context<'_>) -> Result<(), Failure> {
        match self.config.access.authorization {
            true => {
                let roles = self.roles();
                let judge = self.judge(&roles, ctx.user);
                judge.check(kind, &self.schema(), ctx.keyspace)
            }
            false => Ok(()),
        }
    }

    /// Lets `work` write to the tables of `statements`, while nobody else reads or writes.
    fn write(
        &self,
        statements: &[&Modify],
        work: impl FnOnce(&mut Store) -> Result<Outcome, Failure>,
    ) -> Result<Outcome, Failure> {
        // Held to the end: of a table dropped meanwhile nothing would remove what is written.
        let schema = read(&self.schema);
        for Modify { table, .. } in statements {
            if schema.table(&table.keyspace, &table.name)?.id != table.id {
                return Err(Failure::invalid(format!(
                    "unconfigured table {}",
                    table.name
                )));
            }
        }
        work(&mut write(&self.store))
    }

    fn select(
        &self,
        select: &Select,
        values: &[Cell<'_>],
        ctx: &Context<'_>,
        env: &Env<'_>,
    ) -> Result<Rows, Failure> {
        let request = select::Request {
            values,
            page_size: ctx.page_size,
            paging_state: ctx.paging_state,
            consistency: ctx.consistency,
        };
        if !select.table.is_virtual {
            let store = read(&self.store);
            return select.run(store.table(select.table.id), &request, env);
        }
        let (placement, roles) = (self.placement(), self.roles());
        let view = self.view(&placement, &roles, ctx);
        let rows = system::rows(&select.table, &self.schema(), view);
        select.run(&virtual_table::data(&select.table, rows), &request, env)
    }

    /// All rows in one page, whatever the client asked for: a schema has few.
    fn describe(&self, describe: &Describe, ctx: &Context<'_>) -> Result<Rows, Failure> {
        let (placement, roles) = (self.placement(), self.roles());
        let view = self.view(&placement, &roles, ctx);
        let (columns, rows) = describe::describe(describe, &self.schema(), ctx.keyspace, view)?;
        Ok(Rows {
            columns,
            rows,
            paging_state: None,
            warnings: Vec::new(),
        })
    }

    fn view<'a>(
        &'a self,
        placement: &'a Placement,
        roles: &'a Roles,
        ctx: &Context<'_>,
    ) -> View<'a> {
        View {
            cluster_name: &self.config.cluster_name,
            nodes: &placement.nodes,
            tablets: &placement.tablets,
            this: ctx.node,
            roles,
        }
    }
}

/// A panic while a lock was held leaves data that a later statement may still read.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
