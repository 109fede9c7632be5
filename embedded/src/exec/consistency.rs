//! Which consistency levels a write may have.

use crate::exec::modify::Modify;
use crate::exec::{Context, SERIAL};
use crate::failure::Failure;

const ANY: u16 = 0;
const LOCAL_SERIAL: u16 = 9;

/// Refuses levels that these writes do not have.
///
/// # Errors
/// In the server's words.
pub(super) fn check(writes: &[&Modify], ctx: &Context<'_>) -> Result<(), Failure> {
    let conditional = writes.iter().any(|write| write.is_conditional());
    let counter = writes.iter().find(|write| write.is_counter());
    let is_serial = |code: u16| SERIAL.contains(&code);
    if ctx.serial_consistency.is_some_and(|code| !is_serial(code)) {
        return Err(Failure::invalid(
            "Invalid consistency for conditional update. Must be one of SERIAL or LOCAL_SERIAL",
        ));
    }
    match (ctx.consistency, counter) {
        (code, _) if is_serial(code) && conditional => {
            let level = if code == LOCAL_SERIAL {
                "LOCAL_SERIAL"
            } else {
                "SERIAL"
            };
            Err(Failure::invalid(format!(
                "{level} is not supported as conditional update commit consistency. Use ANY if you mean \"make sure it \
                 is accepted but I don't care how many replicas commit it for non-SERIAL reads\""
            )))
        }
        (code, _) if is_serial(code) => Err(Failure::invalid(
            "You must use conditional updates for serializable writes",
        )),
        (ANY, Some(counter)) => Err(Failure::invalid(format!(
            "Consistency level ANY is not yet supported for counter table {}",
            counter.table.name
        ))),
        _ => Ok(()),
    }
}
