//! What a server says when replicas have not answered in time.

use scylla_orm_driver::frame::response::{ServerErrorKind, WriteType};

use crate::catalog::table::Table;
use crate::exec::Outcome;
use crate::exec::available::level::Shortfall;
use crate::exec::available::number;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// A read. The round of agreement that a serial one begins with tells of no answer.
pub(super) fn read(lack: Shortfall, table: &Table, flavor: Flavor) -> Failure {
    let serial = lack.level.is_serial();
    let lack = Shortfall {
        received: if serial { 0 } else { lack.received },
        ..lack
    };
    let kind = ServerErrorKind::ReadTimeout {
        consistency: lack.level,
        received: number(lack.received),
        required: number(lack.required),
        // The replica that is asked for the data is one that has been quick so far.
        data_present: lack.received > 0,
    };
    Failure::new(kind, text(lack, (&table.keyspace, &table.name), flavor))
}

/// A write to a table, by keyspace and name.
pub(super) fn write(
    lack: Shortfall,
    write: WriteType,
    table: (&str, &str),
    flavor: Flavor,
) -> Failure {
    let kind = ServerErrorKind::WriteTimeout {
        consistency: lack.level,
        received: number(lack.received),
        required: number(lack.required),
        write,
    };
    Failure::new(kind, text(lack, table, flavor))
}

/// The round of agreement of a conditional write; version 5 of the protocol has an error of its own for it.
pub(super) fn agreement(
    lack: Shortfall,
    table: (&str, &str),
    flavor: Flavor,
    version5: bool,
) -> Failure {
    let mut failure = write(lack, WriteType::Cas, table, flavor);
    if flavor == Flavor::Cassandra && version5 {
        failure.message = format!(
            "CAS operation timed out: received {} of {} required responses after 0 contention retries",
            lack.received, lack.required
        );
    }
    failure
}

fn text(lack: Shortfall, (keyspace, table): (&str, &str), flavor: Flavor) -> String {
    let Shortfall {
        level,
        received,
        required,
    } = lack;
    flavor.pick(
        format!(
            "Operation timed out for {keyspace}.{table} - received only {received} responses from {required} CL={level}."
        ),
        format!("Operation timed out - received only {received} responses."),
    )
}

/// The outcome of what was written, unless it was not acknowledged: `late` tells of that. A condition that is not met
/// leaves nothing to be acknowledged.
///
/// # Errors
/// That it is late.
pub(in crate::exec) fn unless(late: Option<Failure>, outcome: Outcome) -> Result<Outcome, Failure> {
    match late {
        Some(late) if is_written(&outcome) => Err(late),
        _ => Ok(outcome),
    }
}

fn is_written(outcome: &Outcome) -> bool {
    let Outcome::Rows(rows) = outcome else {
        return true;
    };
    let applied = rows.rows.first().and_then(|row| row.first());
    applied.is_some_and(|applied| applied.as_deref() == Some(&[1]))
}
