//! Batches with conditions: all of one partition, all judged on what was there before, and what they answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scylla_orm_driver::value;

use crate::exec::Rows;
use crate::exec::condition::seen::{Reads, Seen};
use crate::exec::condition::{self, Condition};
use crate::exec::modify::{self, Changes, Modify, Write};
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::store::partition::Change;
use crate::store::position::Position;
use crate::store::{Key, Store};

/// Refuses conditions in a batch of several tables.
pub(super) fn check(members: &[&Modify], flavor: Flavor) -> Result<(), Failure> {
    let mut tables = members.iter().map(|member| member.table.id);
    let first = tables.next();
    let conditional = members.iter().any(|member| member.is_conditional());
    match conditional && tables.any(|table| Some(table) != first) {
        true => Err(spans("tables", flavor)),
        false => Ok(()),
    }
}

/// The columns that ScyllaDB answers.
pub(super) fn header(members: &[&Modify]) -> Arc<[value::Column]> {
    match members.first() {
        Some(first) => condition::header(&first.table, &columns(members, Flavor::Scylla)),
        None => Arc::from([]),
    }
}

/// Judges all conditions, and writes if all hold.
///
/// # Errors
/// Several partitions, and as the writes themselves.
pub(super) fn run(writes: &[Write<'_>], store: &mut Store, env: &Env<'_>) -> Result<Rows, Failure> {
    let key = partition(writes, env.flavor)?;
    if env.flavor == Flavor::Cassandra {
        writes
            .iter()
            .try_for_each(|write| write.modify.check_one_row())?;
        mixed(writes)?;
    }
    let members: Vec<&Modify> = writes.iter().map(|write| write.modify).collect();
    let table = &writes
        .first()
        .ok_or_else(|| Failure::server("a batch of nothing has no conditions"))?
        .modify
        .table;
    let mut applied = true;
    for write in writes {
        if let Some(condition) = &write.modify.condition {
            let seen = Seen::of(write, store, env)?;
            applied &= condition.holds(&seen, write.values, env)?;
        }
    }
    let reads = members.iter().fold(Reads::default(), |reads, member| {
        reads.and(member.reads(env.flavor))
    });
    let now = &*store;
    let seen = |place| Seen::new((table, key, place), reads.clone(), now, env);
    let rows = match env.flavor {
        Flavor::Scylla => Answer {
            shown: columns(&members, env.flavor),
            rows: writes.iter().flat_map(places).collect(),
        },
        Flavor::Cassandra => refused(writes, applied, seen, env),
    };
    let answer = Rows {
        columns: condition::header(table, &rows.shown),
        rows: rows
            .rows
            .into_iter()
            .map(|place| seen(place).row(applied, &rows.shown))
            .collect(),
        paging_state: None,
        warnings: Vec::new(),
    };
    if applied {
        let changes = writes.iter();
        let changes = changes.map(|write| Ok((table.id, write.changes(store, env)?)));
        let mut changes: Vec<(_, Changes)> = changes.collect::<Result<_, Failure>>()?;
        if env.flavor == Flavor::Cassandra {
            let changes = changes.iter_mut().flat_map(|(_, changes)| changes);
            changes.for_each(|(_, change)| deleted_before(change));
        }
        modify::commit(changes, store)?;
    }
    Ok(answer)
}

/// Cassandra deletes the partition and ranges of it just before the rest of the batch is written.
fn deleted_before(change: &mut Change) {
    let ranges = change.ranges.iter_mut().map(|(_, deletion)| deletion);
    for deletion in change.deletion.iter_mut().chain(ranges) {
        deletion.timestamp = deletion.timestamp.saturating_sub(1);
    }
}

/// Which rows an answer shows of the partition, and which columns of them.
struct Answer {
    shown: Vec<usize>,
    /// None is the partition without a row of its own.
    rows: Vec<Option<Position>>,
}

/// What Cassandra asks of one row, or of the static columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Exists,
    NotExists,
    If,
}

/// Refuses, as Cassandra does, conditions of different kinds on one row.
fn mixed(writes: &[Write<'_>]) -> Result<(), Failure> {
    let mut asked: BTreeMap<Option<Position>, Asks> = BTreeMap::new();
    for write in writes {
        let table = &write.modify.table;
        let row = write.rows().into_iter().next();
        let asks = match &write.modify.condition {
            None => continue,
            Some(Condition::Exists) => vec![(row, Asks::Exists)],
            Some(Condition::NotExists) => vec![(row, Asks::NotExists)],
            Some(condition @ Condition::If(_)) => {
                let of_statics = (None, Asks::If);
                let of_row = (row, Asks::If);
                match (condition.is_on_statics(table), condition.is_on_rows(table)) {
                    (true, true) => vec![of_statics, of_row],
                    (true, false) => vec![of_statics],
                    (false, _) => vec![of_row],
                }
            }
        };
        for (place, asks) in asks {
            let before = *asked.entry(place).or_insert(asks);
            if before != asks {
                return Err(mix(before, asks));
            }
        }
    }
    Ok(())
}

fn mix(before: Asks, asks: Asks) -> Failure {
    Failure::invalid(match (before, asks) {
        (Asks::If, Asks::Exists) => "Cannot mix IF conditions and IF EXISTS for the same row",
        (Asks::If, _) | (_, Asks::If) => {
            "Cannot mix IF conditions and IF NOT EXISTS for the same row"
        }
        _ => "Cannot mix IF EXISTS and IF NOT EXISTS conditions for the same row",
    })
}

/// What Cassandra answers: nothing if it was applied, else the rows that were judged and are there.
fn refused<'s>(
    writes: &[Write<'_>],
    applied: bool,
    seen: impl Fn(Option<Position>) -> Seen<'s>,
    env: &Env<'_>,
) -> Answer {
    let judged = judged(writes, env.flavor);
    let mut rows: Vec<Option<Position>> = judged
        .iter()
        .filter(|place| seen((*place).clone()).has_row())
        .cloned()
        .collect();
    if rows.is_empty() {
        // The static columns may be there without any row.
        let mut there = judged.into_iter();
        rows.extend(there.find(|place| seen(place.clone()).is_there()));
    }
    if applied || rows.is_empty() {
        return Answer {
            shown: Vec::new(),
            rows: vec![None],
        };
    }
    let members: Vec<&Modify> = writes.iter().map(|write| write.modify).collect();
    Answer {
        shown: columns(&members, env.flavor),
        rows,
    }
}

/// The rows that conditions read, in clustering order; none of their own if all are on static columns.
fn judged(writes: &[Write<'_>], flavor: Flavor) -> Vec<Option<Position>> {
    let conditional = writes.iter().filter(|write| write.modify.is_conditional());
    let of_rows = conditional.filter(|write| write.modify.reads_row(flavor));
    let mut rows: Vec<Option<Position>> =
        of_rows.flat_map(|write| write.rows()).map(Some).collect();
    rows.sort();
    rows.dedup();
    match rows.is_empty() {
        true => vec![None],
        false => rows,
    }
}

/// The key, which all must have.
fn partition<'w>(writes: &'w [Write<'_>], flavor: Flavor) -> Result<&'w Key, Failure> {
    let mut keys = writes.iter().flat_map(|write| write.selection.keys());
    let Some(first) = keys.next() else {
        return Err(Failure::invalid("Empty partition key range"));
    };
    match keys.all(|key| key == first) {
        true => Ok(first),
        false => Err(spans("partitions", flavor)),
    }
}

fn spans(what: &str, flavor: Flavor) -> Failure {
    let batch = flavor.pick("BATCH", "Batch");
    Failure::invalid(format!(
        "{batch} with conditions cannot span multiple {what}"
    ))
}

/// The rows that a statement is about: one, several by IN, or none of its own.
fn places(write: &Write<'_>) -> Vec<Option<Position>> {
    let rows = write.rows();
    match rows.is_empty() {
        true => vec![None],
        false => rows.into_iter().map(Some).collect(),
    }
}

/// The columns of an answer: the key, and those of the conditions; all of them if existence is judged.
fn columns(members: &[&Modify], flavor: Flavor) -> Vec<usize> {
    let Some(table) = members.first().map(|member| &member.table) else {
        return Vec::new();
    };
    let conditions = || {
        members
            .iter()
            .filter_map(|member| member.condition.as_ref())
    };
    if conditions().any(Condition::is_of_existence) {
        return (0..table.columns.len()).collect();
    }
    let key = 0..table.partition + table.clustering;
    let mentioned = conditions().flat_map(|condition| condition.mentioned(table));
    match flavor {
        Flavor::Scylla => {
            let columns: BTreeSet<usize> = key.chain(mentioned).collect();
            columns.into_iter().collect()
        }
        Flavor::Cassandra => {
            let mut columns: Vec<usize> = key.collect();
            for column in mentioned {
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
            columns
        }
    }
}
