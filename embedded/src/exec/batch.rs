//! Several modifications as one: all or nothing, with one timestamp.

mod conditional;

use std::collections::HashMap;
use std::sync::Arc;

use scylla_orm_driver::value;
use scylla_orm_driver::wire::Cell;
use uuid::Uuid;

use crate::exec::modify::using::Using;
use crate::exec::modify::{self, Changes, Modify};
use crate::exec::scope::Scope;
use crate::exec::term::Env;
use crate::exec::{BatchKind, Outcome};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax;
use crate::store::{Key, Store};

/// BEGIN BATCH … APPLY BATCH.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(super) kind: BatchKind,
    using: Using,
    statements: Vec<Modify>,
}

/// Plans a batch that is one text.
///
/// # Errors
/// What its statements, and what they may not be together.
pub(crate) fn plan(batch: &syntax::Batch, scope: &mut Scope<'_>) -> Result<Batch, Failure> {
    if batch.using.ttl.is_some() {
        return Err(Failure::invalid(
            "Global TTL on the BATCH statement is not supported.",
        ));
    }
    let using = Using::of_batch(&batch.using, scope)?;
    let statements = batch
        .statements
        .iter()
        .map(|statement| modify::plan(statement, scope))
        .collect::<Result<Vec<_>, _>>()?;
    let kind = match batch.kind {
        syntax::BatchKind::Logged => BatchKind::Logged,
        syntax::BatchKind::Unlogged => BatchKind::Unlogged,
        syntax::BatchKind::Counter => BatchKind::Counter,
    };
    let members: Vec<&Modify> = statements.iter().collect();
    check(kind, &members, using.has_timestamp(), scope.flavor())?;
    Ok(Batch {
        kind,
        using,
        statements,
    })
}

/// Refuses modifications that may not be together, of a batch whose statements were planned one by one.
///
/// # Errors
/// In the server's words.
pub(crate) fn check_members(
    kind: BatchKind,
    members: &[&Modify],
    flavor: Flavor,
) -> Result<(), Failure> {
    check(kind, members, false, flavor)
}

/// Runs modifications as one; each has its own values.
///
/// # Errors
/// As [`Modify::apply`]. Nothing is written then.
pub(crate) fn run(
    members: &[(&Modify, &[Cell<'_>])],
    store: &mut Store,
    env: &Env<'_>,
) -> Result<Outcome, Failure> {
    write(members, store, env)
}

impl Batch {
    pub(crate) fn statements(&self) -> impl Iterator<Item = &Modify> {
        self.statements.iter()
    }

    /// As [`Modify::routing`]: on ScyllaDB of the first statement; on Cassandra, of a batch on one table, the last marker
    /// that supplies each component.
    pub(crate) fn routing(&self, flavor: Flavor) -> Vec<u16> {
        let Some(first) = self.statements.first() else {
            return Vec::new();
        };
        if flavor == Flavor::Scylla {
            return first.routing(flavor);
        }
        if self.statements.iter().any(|s| s.table.id != first.table.id) {
            return Vec::new();
        }
        let mut last = vec![None; first.table.partition];
        for statement in &self.statements {
            for (last, marker) in last.iter_mut().zip(statement.key_markers()) {
                *last = marker.or(*last);
            }
        }
        last.into_iter().collect::<Option<_>>().unwrap_or_default()
    }

    pub(crate) fn is_conditional(&self) -> bool {
        self.statements.iter().any(Modify::is_conditional)
    }

    /// The columns of the answer as far as they are known beforehand.
    pub(crate) fn columns(&self, flavor: Flavor) -> Arc<[value::Column]> {
        let members: Vec<&Modify> = self.statements.iter().collect();
        match flavor {
            Flavor::Scylla if self.is_conditional() => conditional::header(&members),
            _ => Arc::from([]),
        }
    }

    /// Runs it; `values` are those of the whole text.
    ///
    /// # Errors
    /// As [`run`].
    pub(crate) fn apply(
        &self,
        store: &mut Store,
        values: &[Cell<'_>],
        env: &Env<'_>,
    ) -> Result<Outcome, Failure> {
        let env = Env {
            timestamp: self.using.timestamp(values, env)?.or(env.timestamp),
            ..*env
        };
        let members = self.statements.iter().map(|modify| (modify, values));
        write(&members.collect::<Vec<_>>(), store, &env)
    }
}

fn write(
    members: &[(&Modify, &[Cell<'_>])],
    store: &mut Store,
    env: &Env<'_>,
) -> Result<Outcome, Failure> {
    let conditional = members.iter().any(|(modify, _)| modify.is_conditional());
    let given = env.timestamp.filter(|_| !conditional);
    let env = &Env {
        timestamp: Some(given.unwrap_or_else(|| env.clock.timestamp())),
        ..*env
    };
    let writes = members
        .iter()
        .map(|(modify, values)| modify.bind(values, env))
        .collect::<Result<Vec<_>, _>>()?;
    if conditional {
        return conditional::run(&writes, store, env).map(Outcome::Rows);
    }
    let changes = writes
        .iter()
        .map(|write| Ok((write.modify.table.id, write.changes(store, env)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    check_size(&changes, env.flavor)?;
    modify::commit(changes, store)?;
    Ok(Outcome::Void {
        warnings: Vec::new(),
    })
}

/// Refuses statements that may not be in one batch.
fn check(
    kind: BatchKind,
    members: &[&Modify],
    has_timestamp: bool,
    flavor: Flavor,
) -> Result<(), Failure> {
    let any = |what: fn(&Modify) -> bool| members.iter().any(|member| what(member));
    let conditional = any(Modify::is_conditional);
    let (counters, others) = (any(Modify::is_counter), any(|member| !member.is_counter()));
    let wrong = if has_timestamp && counters {
        flavor.pick(
            "Cannot provide custom timestamp for a BATCH containing counters",
            "Cannot provide custom timestamp for counter BATCH",
        )
    } else if has_timestamp && conditional {
        "Cannot provide custom timestamp for conditional BATCH"
    } else if has_timestamp && any(Modify::has_timestamp) {
        "Timestamp must be set either on BATCH or individual statements"
    } else if kind == BatchKind::Counter && others {
        "Cannot include non-counter statement in a counter batch"
    } else if kind == BatchKind::Logged && counters {
        "Cannot include a counter statement in a logged batch"
    } else if counters && others {
        "Counter and non-counter mutations cannot exist in the same batch"
    } else {
        return conditional::check(members, flavor);
    };
    Err(Failure::invalid(wrong))
}

/// Refuses large batches of several partitions, of which each costs its coordinator a copy.
fn check_size(changes: &[(Uuid, Changes)], flavor: Flavor) -> Result<(), Failure> {
    let largest = flavor.pick(1024, 50) * 1024;
    let mut partitions: HashMap<(Uuid, &Key), usize> = HashMap::new();
    for (table, changes) in changes {
        for (key, change) in changes {
            *partitions.entry((*table, key)).or_default() += modify::size::of(change);
        }
    }
    if partitions.len() > 1 && partitions.values().sum::<usize>() > largest {
        return Err(Failure::invalid("Batch too large"));
    }
    Ok(())
}
