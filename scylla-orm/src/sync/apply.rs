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
    let mut applied = Vec::new();
    let mut plan = look(driver, table, keyspace).await?;
    if !plan.steps.is_empty() {
        // Nodes that disagree would each change a schema of their own.
        driver.await_schema_agreement().await?;
    }
    for round in 0..ROUNDS {
        if plan.steps.is_empty() {
            return Ok(Report {
                table: plan.table,
                applied,
                untouched: plan.untouched,
            });
        }
        let failure = apply(driver, &plan.steps, &mut applied).await;
        let next = look(driver, table, keyspace).await;
        plan = match (failure, next) {
            (None, next) => next?,
            (Some((step, error)), Ok(next)) => {
                if next.steps.contains(step) {
                    if !is_passing(&error) {
                        return Err(failed(&applied, &next, Some(error)));
                    }
                    tokio::time::sleep(PAUSE * 2_u32.pow(round)).await;
                }
                next
            }
            (Some((_, error)), Err(_)) => return Err(failed(&applied, &plan, Some(error))),
        };
    }
    Err(failed(&applied, &plan, None))
}

/// A plan that can be applied.
async fn look(driver: &Session, table: &'static TableDef, keyspace: &str) -> Result<Plan> {
    let plan = found::plan(driver, table, keyspace).await?;
    if plan.refused.is_empty() {
        return Ok(plan);
    }
    Err(Error::new(ErrorKind::SchemaRefused {
        table: plan.table.into(),
        reasons: texts(&plan.refused),
    }))
}

/// Applies the steps up to one that fails.
async fn apply<'p>(
    driver: &Session,
    steps: &'p [Step],
    applied: &mut Vec<Step>,
) -> Option<(&'p Step, DriverError)> {
    for step in steps {
        match change(driver, step).await {
            Ok(true) => applied.push(step.clone()),
            // Another process was first.
            Ok(false) => {}
            Err(error) => return Some((step, error)),
        }
    }
    None
}

/// Whoever returns from a sync may use the table on any node: so each change, also of another process, is waited for.
async fn change(driver: &Session, step: &Step) -> scylla_orm_driver::Result<bool> {
    let changed = run::change(driver, step.cql()).await?;
    driver.await_schema_agreement().await?;
    Ok(changed)
}

/// Whether the server refused because it was changing the schema for another client: ScyllaDB tries ten times by
/// itself, and then says so.
fn is_passing(error: &DriverError) -> bool {
    match error.kind() {
        DriverErrorKind::Server { message, .. } => message.contains("concurrent modification"),
        _ => false,
    }
}

fn failed(applied: &[Step], plan: &Plan, cause: Option<DriverError>) -> Error {
    Error::new(ErrorKind::SyncFailed {
        applied: texts(applied),
        missing: texts(&plan.steps),
        cause,
    })
}

fn texts(items: &[impl ToString]) -> Vec<Box<str>> {
    items.iter().map(|item| item.to_string().into()).collect()
}
