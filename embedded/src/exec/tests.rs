//! The engine without a network, driven by text: statements, and the rows or errors that they answer.

mod answer;
mod batch;
mod collection;
mod condition;
mod counter;
mod describe;
mod function;
mod levels;
mod modify;
mod paging;
mod ranges;
mod restrict;
mod role;
mod select;
mod system;
mod term;
mod using;
mod values;
mod views;

use std::sync::Arc;

use scylla_orm_driver::value::Value;
use scylla_orm_driver::wire::Cell;

use crate::clock::Clock;
use crate::exec::access::{Access, User};
use crate::exec::{Context, Engine, EngineConfig, Outcome, Rows};
use crate::failure::Failure;
use crate::flavor::Flavor;

/// An engine with a keyspace `k` in use.
pub(super) struct Server {
    pub(super) engine: Engine,
    pub(super) clock: Clock,
}

impl Server {
    /// With what these statements, one per `;`, make.
    pub(super) fn new(flavor: Flavor, setup: &str) -> Server {
        Server::guarded(flavor, Access::default(), setup)
    }

    /// The same, with what is asked of clients. The setup is run by the cluster itself.
    pub(super) fn guarded(flavor: Flavor, access: Access, setup: &str) -> Server {
        let clock = Clock::default();
        let engine = Engine::new(EngineConfig {
            flavor,
            clock: clock.clone(),
            cluster_name: "test".into(),
            tablets: false,
            access,
            superuser: None,
            patience: None,
        });
        let server = Server { engine, clock };
        server.run(
            "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}",
        );
        for statement in setup.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            let answer = server.run(statement);
            assert!(!answer.starts_with("error"), "{statement}: {answer}");
        }
        server
    }

    /// What `cql` answers: nothing, rows as literals with ` | ` between columns and one row a line, or
    /// `error: message`.
    pub(super) fn run(&self, cql: &str) -> String {
        self.run_as(User::Cluster, cql)
    }

    /// The same for somebody.
    pub(super) fn run_as(&self, user: User<'_>, cql: &str) -> String {
        let context = Context {
            user,
            ..Context::default()
        };
        match self.answer(cql, &context) {
            Ok(Outcome::Rows(rows)) => shown(&rows),
            Ok(Outcome::Void { .. } | Outcome::SchemaChange(_)) => String::new(),
            Ok(Outcome::SetKeyspace(keyspace)) => format!("use {keyspace}"),
            Err(error) => format!("error: {error}"),
        }
    }

    pub(super) fn answer(&self, cql: &str, context: &Context<'_>) -> Result<Outcome, Failure> {
        self.bound(cql, &[], context)
    }

    /// The answer with values for the markers.
    pub(super) fn bound(
        &self,
        cql: &str,
        values: &[Cell<'_>],
        context: &Context<'_>,
    ) -> Result<Outcome, Failure> {
        let context = Context {
            keyspace: Some("k"),
            // ONE, where a test does not say more.
            consistency: context.consistency.max(1),
            ..*context
        };
        let plan = self.engine.prepare(cql, Some("k"))?;
        self.engine.execute(&plan, values, &context)
    }

    /// Each statement and what it answers, one after another.
    #[track_caller]
    pub(super) fn check(&self, steps: &[(&str, &str)]) {
        for (cql, expected) in steps {
            assert_eq!(self.run(cql), *expected, "{cql}");
        }
    }
}

/// Rows as CQL literals.
pub(super) fn shown(rows: &Rows) -> String {
    let cell = |(column, cell): (&scylla_orm_driver::value::Column, &Option<Vec<u8>>)| {
        match Value::decode(&column.ty, cell.as_deref()).unwrap() {
            Some(value) => value.to_string(),
            None => "null".to_owned(),
        }
    };
    let columns = Arc::clone(&rows.columns);
    let line = |row: &Vec<Option<Vec<u8>>>| {
        assert_eq!(row.len(), columns.len());
        columns
            .iter()
            .zip(row)
            .map(cell)
            .collect::<Vec<_>>()
            .join(" | ")
    };
    rows.rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
