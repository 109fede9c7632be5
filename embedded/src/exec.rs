//! What a statement does: plans, reads, writes, changes of the schema.
//!
//! [`Engine::prepare`] turns text into a [`Plan`]: names resolved, markers typed, restrictions judged, all that
//! can be refused without values refused. [`Engine::execute`] runs a plan with values.

pub(crate) mod ddl;
pub(crate) mod function;
pub(crate) mod scope;
pub(crate) mod term;

use std::sync::{Arc, PoisonError, RwLock};

use scylla_orm_driver::value::Column;
use scylla_orm_driver::wire::Cell;

use crate::catalog::Schema;
use crate::catalog::nodes::Node;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// What all nodes of a cluster share: the schema and the data.
pub(crate) struct Engine {
    config: EngineConfig,
    schema: RwLock<Arc<Schema>>,
    nodes: RwLock<Arc<[Node]>>,
}

/// How an [`Engine`] starts.
#[derive(Debug, Clone)]
pub(crate) struct EngineConfig {
    pub(crate) flavor: Flavor,
    pub(crate) clock: Clock,
    pub(crate) cluster_name: Box<str>,
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
    /// The connection's keyspace.
    pub(crate) keyspace: Option<&'a str>,
}

/// What a statement answers.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Void {
        warnings: Vec<String>,
    },
    Rows(Rows),
    /// The connection uses this keyspace from now on.
    SetKeyspace(Box<str>),
    /// The first change is the answer, all of them are events. None: the answer is void.
    SchemaChange(ddl::Applied),
}

/// Rows of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) columns: Arc<[Column]>,
    /// One cell per column; `None` is null.
    pub(crate) rows: Vec<Vec<Option<Vec<u8>>>>,
    /// There may be more, from here on.
    pub(crate) paging_state: Option<Vec<u8>>,
    pub(crate) warnings: Vec<String>,
}

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
        let schema = Arc::new(Schema::new(config.flavor));
        Engine {
            config,
            schema: RwLock::new(schema),
            nodes: RwLock::new(Arc::new([])),
        }
    }

    /// The schema in force.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The nodes that the system tables tell of; [`Context::node`] is a place in it.
    pub(crate) fn set_nodes(&self, nodes: Arc<[Node]>) {
        *self.nodes.write().unwrap_or_else(PoisonError::into_inner) = nodes;
    }

    /// Plans `cql`; names without a keyspace are of `keyspace`, the connection's.
    ///
    /// # Errors
    /// Text that is not CQL, names that do not exist, and everything else that is wrong whatever the values are.
    pub(crate) fn prepare(&self, cql: &str, keyspace: Option<&str>) -> Result<Arc<Plan>, Failure> {
        let _ = (cql, keyspace, &self.config);
        Err(Failure::server("statements are not supported yet"))
    }

    /// Whether `plan` still fits the schema: if not, the server has forgotten it and a client prepares again.
    pub(crate) fn is_current(&self, plan: &Plan) -> bool {
        let _ = plan;
        true
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
        let _ = (plan, values, ctx);
        Err(Failure::server("statements are not supported yet"))
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
        let _ = (kind, statements, ctx);
        Err(Failure::server("statements are not supported yet"))
    }
}

impl Plan {
    /// The bytes whose token says where the statement belongs, for a plan whose partition key is all markers.
    pub(crate) fn routing_key(&self, values: &[Cell<'_>]) -> Option<Vec<u8>> {
        let _ = values;
        None
    }
}
