//! Requests with statements: QUERY, PREPARE, EXECUTE, BATCH.

use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use scylla_orm_driver::frame::request::{
    Batch, BatchKind, BatchSource, BatchStatement, Execute, Prepare, Query,
};
use scylla_orm_driver::frame::response::{
    Event, Metadata, Prepared, QueryResult, ServerError, ServerErrorKind,
};
use scylla_orm_driver::frame::{Params, Values};
use scylla_orm_driver::wire::Cell;

use crate::catalog::tablets::Replica;
use crate::exec::access::User;
use crate::exec::plan::Plan;
use crate::exec::{self, Context, Outcome};
use crate::flavor::Flavor;
use crate::node::arrival::{self, Arrival};
use crate::node::prepared;
use crate::peer::Peer;
use crate::peer::answer::{Answer, Known};

impl Peer {
    pub(super) fn query(&mut self, query: &Query<'_>) -> Answer {
        let keyspace = query.params.keyspace.or(self.keyspace.as_deref());
        let plan = match self.shared.engine.prepare(query.text, keyspace) {
            Ok(plan) => plan,
            Err(failure) => return Answer::failure(failure),
        };
        let known = Known::Skip(query.params.skip_metadata);
        let tablet = arrival::Known::of_query(&self.format.features);
        self.run_plan(&plan, &query.params, (known, tablet), |markers, values| {
            format!("There were {markers} markers(?) in CQL but {values} bound variables")
        })
    }

    pub(super) fn prepare(&mut self, prepare: &Prepare<'_>) -> Answer {
        let keyspace = prepare.keyspace.or(self.keyspace.as_deref());
        let plan = match self.shared.engine.prepare(prepare.text, keyspace) {
            Ok(plan) => plan,
            Err(failure) => return Answer::failure(failure),
        };
        let mut statements = self
            .place()
            .prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let id = statements.keep(keyspace, prepare.text, Arc::clone(&plan));
        let prepared = Prepared {
            id: Bytes::copy_from_slice(&id),
            result_id: Bytes::copy_from_slice(&prepared::result_id(&plan.columns)),
            markers: Arc::clone(&plan.markers),
            partition_key: plan.partition_key.clone(),
            lwt: plan.lwt,
            result: Metadata::new(Arc::clone(&plan.columns)),
        };
        Answer::result(QueryResult::Prepared(prepared), Vec::new())
    }

    pub(super) fn execute(&mut self, execute: &Execute<'_>) -> Answer {
        match self.prepared(execute.id) {
            Err(error) => Answer::error(error),
            Ok(plan) => {
                let known = self.known(&plan, execute);
                let tablet = arrival::Known::of(&self.format.features, execute.tablet);
                self.run_plan(
                    &plan,
                    &execute.params,
                    (known, tablet),
                    |markers, values| {
                        format!(
                            "Invalid amount of bind variables: expected {markers} received {values}"
                        )
                    },
                )
            }
        }
    }

    /// What the client knows of the columns. Of a conditional update Cassandra tells them each time: they depend on
    /// whether it was applied.
    fn known<'a>(&self, plan: &Plan, execute: &Execute<'a>) -> Known<'a> {
        let skip = execute.params.skip_metadata;
        match self.format.features.has_result_ids() {
            false => Known::Skip(skip),
            true if plan.lwt && self.shared.flavor == Flavor::Cassandra => Known::Skip(false),
            true => Known::Id {
                id: execute.result_id,
                skip,
            },
        }
    }

    pub(super) fn batch(&mut self, batch: &Batch<'_>) -> Answer {
        let statements = batch
            .statements
            .iter()
            .map(|statement| self.of_batch(statement, batch.keyspace));
        let statements: Vec<(Arc<Plan>, Vec<Cell<'_>>)> = match statements.collect() {
            Ok(statements) => statements,
            Err(error) => return Answer::error(error),
        };
        let kind = match batch.kind {
            BatchKind::Logged => exec::BatchKind::Logged,
            BatchKind::Unlogged => exec::BatchKind::Unlogged,
            BatchKind::Counter => exec::BatchKind::Counter,
        };
        let silent = self.silent();
        let context = Context {
            node: self.node,
            consistency: batch.consistency.code(),
            serial_consistency: batch.serial_consistency.map(|level| level.code()),
            timestamp: batch.timestamp,
            now_in_seconds: batch.now_in_seconds,
            keyspace: batch.keyspace.or(self.keyspace.as_deref()),
            user: self.user.as_deref().map_or(User::Anonymous, User::Named),
            silent: &silent,
            version5: self.segments.have_begun(),
            ..Context::default()
        };
        // A batch is sent to where its first statement belongs.
        if let Some((plan, values)) = statements.first() {
            self.arrived = self.arrival(plan, values, arrival::Known::Untold);
        }
        match self.shared.engine.batch(kind, &statements, &context) {
            Ok(outcome) => self.outcome(outcome, Known::Skip(false)),
            Err(failure) => Answer::failure(failure),
        }
    }

    /// To ScyllaDB no rows a page means no pages.
    fn check_page_size(&self, params: &Params<'_>) -> Result<(), ServerError> {
        match (self.shared.flavor, params.page_size) {
            (Flavor::Cassandra, Some(0)) => Err(ServerError::new(
                ServerErrorKind::Protocol,
                "The page size cannot be 0",
            )),
            _ => Ok(()),
        }
    }

    fn run_plan(
        &mut self,
        plan: &Plan,
        params: &Params<'_>,
        (known, tablet): (Known<'_>, arrival::Known),
        wrong: impl Fn(usize, usize) -> String,
    ) -> Answer {
        if let Err(error) = self.check_page_size(params) {
            return Answer::error(error);
        }
        let values = match bind(plan, params.values, wrong) {
            Ok(values) => values,
            Err(error) => return Answer::error(error),
        };
        let silent = self.silent();
        let context = Context {
            node: self.node,
            consistency: params.consistency.code(),
            serial_consistency: params.serial_consistency.map(|level| level.code()),
            page_size: params.page_size,
            paging_state: params.paging_state,
            timestamp: params.timestamp,
            now_in_seconds: params.now_in_seconds,
            keyspace: params.keyspace.or(self.keyspace.as_deref()),
            user: self.user.as_deref().map_or(User::Anonymous, User::Named),
            silent: &silent,
            version5: self.segments.have_begun(),
        };
        self.arrived = self.arrival(plan, &values, tablet);
        let mut answer = match self.shared.engine.execute(plan, &values, &context) {
            Ok(outcome) => self.outcome(outcome, known),
            Err(failure) => Answer::failure(failure),
        };
        let news = self
            .arrived
            .as_mut()
            .and_then(|arrival| arrival.tablet.take());
        if let (Some(tablet), Some(routing)) = (news, self.format.features.tablets) {
            answer.tell(&tablet, routing);
        }
        answer
    }

    /// The other nodes that stand still.
    fn silent(&self) -> Vec<usize> {
        let mut frozen = self.shared.faults.frozen();
        frozen.retain(|node| *node != self.node);
        frozen
    }

    fn outcome(&mut self, outcome: Outcome, known: Known<'_>) -> Answer {
        match outcome {
            Outcome::Void { warnings } => Answer::result(QueryResult::Void, warnings),
            Outcome::Rows(rows) => Answer::rows(rows, known),
            Outcome::SetKeyspace(keyspace) => {
                self.keyspace = Some(keyspace.clone());
                Answer::result(QueryResult::SetKeyspace(keyspace.into()), Vec::new())
            }
            Outcome::SchemaChange(applied) => {
                for change in applied.events {
                    // Nobody listens: nobody is told.
                    self.shared.events.send(Event::Schema(change)).ok();
                }
                let result = applied
                    .answer
                    .map_or(QueryResult::Void, QueryResult::SchemaChange);
                Answer::result(result, applied.warnings)
            }
        }
    }

    /// The plan of a prepared statement, unless this node does not have it or the schema has moved on.
    fn prepared(&self, id: &[u8]) -> Result<Arc<Plan>, ServerError> {
        let mut statements = self
            .place()
            .prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match statements.find(id) {
            Some(plan) if self.shared.engine.is_current(&plan) => Ok(plan),
            _ => {
                statements.forget(id);
                let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
                let kind = ServerErrorKind::Unprepared {
                    id: Bytes::copy_from_slice(id),
                };
                Err(ServerError::new(
                    kind,
                    format!("No prepared statement with ID {hex} found."),
                ))
            }
        }
    }

    fn of_batch<'a>(
        &self,
        statement: &BatchStatement<'a>,
        keyspace: Option<&str>,
    ) -> Result<(Arc<Plan>, Vec<Cell<'a>>), ServerError> {
        let plan = match statement.source {
            BatchSource::Prepared(id) => self.prepared(id)?,
            BatchSource::Text(text) => {
                let keyspace = keyspace.or(self.keyspace.as_deref());
                let planned = self.shared.engine.prepare(text, keyspace);
                planned?
            }
        };
        let values = bind(&plan, statement.values, |markers, values| {
            format!("There were {markers} markers(?) in CQL but {values} bound variables")
        })?;
        Ok((plan, values))
    }

    /// Counts a request for data. Returns where it arrived.
    fn arrival(&self, plan: &Plan, values: &[Cell<'_>], known: arrival::Known) -> Option<Arrival> {
        let (keyspace, table) = plan.table.as_ref()?;
        let key = plan.routing_key(values);
        let at = Replica {
            node: self.node,
            shard: self.shard,
        };
        self.shared
            .count(at, (keyspace, table), key.as_deref(), known)
    }
}

/// The values in the order of the markers.
fn bind<'a>(
    plan: &Plan,
    values: Values<'a>,
    wrong: impl Fn(usize, usize) -> String,
) -> Result<Vec<Cell<'a>>, ServerError> {
    let invalid = |text: String| ServerError::new(ServerErrorKind::Invalid, text);
    if values.is_named() {
        let named = |name: &str| {
            values
                .iter()
                .find(|(n, _)| *n == Some(name))
                .map(|(_, value)| value)
        };
        let missing = |name: &str| invalid(format!("Missing value for bind variable {name}"));
        return plan
            .markers
            .iter()
            .map(|m| named(&m.name).ok_or_else(|| missing(&m.name)))
            .collect();
    }
    if plan.markers.len() != usize::from(values.len()) {
        return Err(invalid(wrong(
            plan.markers.len(),
            usize::from(values.len()),
        )));
    }
    Ok(values.iter().map(|(_, value)| value).collect())
}
