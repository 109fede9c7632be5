//! Applying a plan: step by step, and reading the table again after each refusal of the server.

use std::time::Duration;

use scylla_orm_driver::{Error as DriverError, ErrorKind as DriverErrorKind, Session};

use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

use super::{Plan, Report, Step, found, run};

/// How often the table is planned anew. Each time but the last, another process changed it meanwhile.
const ROUNDS: u32 = 8;

/// How long to wait before a step that the server refused because of another change at that moment; doubled each time.
const PAUSE: Duration = Duration::from_millis(100);

/// Plans, applies, and plans again until nothing is left to do: that is also the proof that it was done.
pub(super) async fn sync(
    driver: &Session,
    table: &'static TableDef,
    keyspace: &str,
) -> Result<Report> {
    let mut sync = Sync {
        driver,
        applied: Vec::new(),
    };
    let mut plan = found::plan(driver, table, keyspace).await?;
    if !plan.steps.is_empty() && plan.refused.is_empty() {
        // Nodes that disagree would each change a schema of their own.
        driver.await_schema_agreement().await?;
    }
    for round in 0..ROUNDS {
        if !plan.refused.is_empty() {
            return Err(sync.refused(&plan));
        }
        if plan.steps.is_empty() {
            return Ok(Report {
                table: plan.table,
                applied: sync.applied,
                untouched: plan.untouched,
            });
        }
        plan = sync.round(round, plan, table, keyspace).await?;
    }
    Err(sync.failed(&plan, None))
}

/// A sync under way.
struct Sync<'s> {
    driver: &'s Session,
    /// What it did so far.
    applied: Vec<Step>,
}

impl Sync<'_> {
    /// Applies a plan, and returns the next one.
    async fn round(
        &mut self,
        round: u32,
        plan: Plan,
        table: &'static TableDef,
        keyspace: &str,
    ) -> Result<Plan> {
        let Err(stop) = self.apply(&plan.steps).await else {
            let next = found::plan(self.driver, table, keyspace).await;
            return next.map_err(|error| self.failed(&plan, Some(error)));
        };
        // Another process may have done the step just before, and so may the server although its answer did not come.
        // That shows in the table, once all nodes know of it. What hinders looking there is not the error to report.
        let next = match self.driver.await_schema_agreement().await {
            Ok(()) => found::plan(self.driver, table, keyspace).await,
            Err(error) => Err(error),
        };
        let Ok(next) = next else {
            return Err(self.failed(&plan, Some(stop.error)));
        };
        if stop.step.is_some_and(|step| next.steps.contains(step)) {
            if !is_passing(&stop.error) {
                return Err(self.failed(&next, Some(stop.error)));
            }
            tokio::time::sleep(PAUSE * 2_u32.pow(round)).await;
        }
        Ok(next)
    }

    /// Applies the steps up to one that fails. All nodes know of a step before the next is sent to one of them, and
    /// before the user sends a request: also of one that another process did.
    async fn apply<'p>(&mut self, steps: &'p [Step]) -> Result<(), Stop<'p>> {
        for step in steps {
            match run::change(self.driver, step.cql()).await {
                Ok(true) => self.applied.push(step.clone()),
                Ok(false) => {}
                Err(error) => {
                    let step = Some(step);
                    return Err(Stop { step, error });
                }
            }
            if let Err(error) = self.driver.await_schema_agreement().await {
                return Err(Stop { step: None, error });
            }
        }
        Ok(())
    }

    fn refused(&self, plan: &Plan) -> Error {
        Error::new(ErrorKind::SchemaRefused {
            table: plan.table.as_str().into(),
            reasons: texts(&plan.refused),
            applied: texts(&self.applied),
        })
    }

    fn failed(&self, plan: &Plan, cause: Option<DriverError>) -> Error {
        let steps = plan.steps.iter();
        let missing: Vec<&Step> = steps.filter(|step| !self.applied.contains(step)).collect();
        Error::new(ErrorKind::SyncFailed {
            applied: texts(&self.applied),
            missing: texts(&missing),
            cause,
        })
    }
}

/// Why not all steps were applied.
struct Stop<'p> {
    /// The step that failed; `None` if it was done, and the nodes did not agree on it in time.
    step: Option<&'p Step>,
    error: DriverError,
}

/// Whether the server refused because it was changing the schema for another client: ScyllaDB tries ten times by
/// itself, and then says so.
fn is_passing(error: &DriverError) -> bool {
    match error.kind() {
        DriverErrorKind::Server { message, .. } => message.contains("concurrent modification"),
        _ => false,
    }
}

fn texts(items: &[impl ToString]) -> Vec<Box<str>> {
    items.iter().map(|item| item.to_string().into()).collect()
}
