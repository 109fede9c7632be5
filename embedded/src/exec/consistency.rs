//! Which consistency levels a statement may have.

use scylla_orm_driver::frame::Consistency;

use crate::exec::Context;
use crate::exec::modify::Modify;
use crate::exec::select::Select;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// Refuses levels at which nothing is read.
///
/// # Errors
/// In the server's words.
pub(super) fn check_read(
    select: &Select,
    ctx: &Context<'_>,
    flavor: Flavor,
) -> Result<(), Failure> {
    match level(ctx) {
        Some(level @ Consistency::Any) => Err(only_for_writes(level)),
        Some(level @ Consistency::EachQuorum) if flavor == Flavor::Scylla => {
            Err(only_for_writes(level))
        }
        Some(level) if level.is_serial() && flavor == Flavor::Cassandra && select.is_search() => {
            Err(Failure::invalid(format!(
                "Top-K queries can only be run with consistency level ONE/LOCAL_ONE. Consistency level {level} was used."
            )))
        }
        _ => Ok(()),
    }
}

/// Refuses levels that a write does not have.
///
/// # Errors
/// In the server's words.
pub(super) fn check(write: &Modify, ctx: &Context<'_>) -> Result<(), Failure> {
    if write.is_conditional() {
        return check_conditional(ctx);
    }
    check_serial(ctx)?;
    let refused = |why: &str| Err(Failure::invalid(why));
    match level(ctx) {
        Some(Consistency::Any) if write.is_counter() => Err(Failure::invalid(format!(
            "Consistency level ANY is not yet supported for counter table {}",
            write.table.name
        ))),
        Some(level) if level.is_serial() && write.is_counter() => {
            refused("Counter operations are inherently non-serializable")
        }
        Some(level) if level.is_serial() => {
            refused("You must use conditional updates for serializable writes")
        }
        _ => Ok(()),
    }
}

/// Refuses levels that a batch does not have: both servers ask nothing of those without conditions.
///
/// # Errors
/// In the server's words.
pub(super) fn check_batch(writes: &[&Modify], ctx: &Context<'_>) -> Result<(), Failure> {
    match writes.iter().any(|write| write.is_conditional()) {
        true => check_conditional(ctx),
        false => check_serial(ctx),
    }
}

fn check_conditional(ctx: &Context<'_>) -> Result<(), Failure> {
    check_serial(ctx)?;
    match level(ctx) {
        Some(level) if level.is_serial() => Err(Failure::invalid(format!(
            "{level} is not supported as conditional update commit consistency. Use ANY if you mean \"make sure it is \
             accepted but I don't care how many replicas commit it for non-SERIAL reads\""
        ))),
        _ => Ok(()),
    }
}

fn check_serial(ctx: &Context<'_>) -> Result<(), Failure> {
    let serial = ctx.serial_consistency.map(Consistency::try_from);
    match serial {
        Some(Ok(level)) if level.is_serial() => Ok(()),
        None => Ok(()),
        Some(_) => Err(Failure::invalid(
            "Invalid consistency for conditional update. Must be one of SERIAL or LOCAL_SERIAL",
        )),
    }
}

fn level(ctx: &Context<'_>) -> Option<Consistency> {
    Consistency::try_from(ctx.consistency).ok()
}

fn only_for_writes(level: Consistency) -> Failure {
    Failure::invalid(format!(
        "{level} ConsistencyLevel is only supported for writes"
    ))
}
