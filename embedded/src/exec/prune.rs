//! ScyllaDB's PRUNE MATERIALIZED VIEW: removes rows of a view that its base does not have.

use scylla_orm_driver::value::Type;
use scylla_orm_driver::wire::Cell;

use crate::exec::modify::using;
use crate::exec::scope::{self, Scope};
use crate::exec::select::{self, Select};
use crate::exec::term::{self, Env, Expression};
use crate::failure::Failure;
use crate::parse::syntax;

/// A PRUNE that is ready to run.
#[derive(Debug)]
pub(crate) struct Prune {
    /// The rows that it looks at.
    pub(super) select: Select,
    concurrency: Option<Expression>,
}

/// Plans a PRUNE.
///
/// # Errors
/// In the server's words.
pub(crate) fn plan(prune: &syntax::Prune, scope: &mut Scope<'_>) -> Result<Prune, Failure> {
    let select = select::plan(&prune.select, scope)?;
    let concurrency = prune.concurrency.as_ref().map(|concurrency| {
        let place = scope::spec(&select.table, "[concurrency]", &Type::Int);
        term::plan(concurrency, &place, scope)
    });
    Ok(Prune {
        concurrency: concurrency.transpose()?,
        select,
    })
}

impl Prune {
    /// Here a view never has such rows: each write of a base changes its views with it.
    ///
    /// # Errors
    /// What is no view, and values that do not fit.
    pub(super) fn run(&self, values: &[Cell<'_>], env: &Env<'_>) -> Result<(), Failure> {
        if self.select.table.view.is_none() {
            return Err(Failure::invalid(
                "Ghost rows can only be deleted from materialized views",
            ));
        }
        self.select.timeout(values, env)?;
        self.select.waiting(values, env)?;
        using::concurrency(self.concurrency.as_ref(), values, env)
    }
}
