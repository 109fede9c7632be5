//! Writes: what is written down where before they begin, and who acknowledges them.

use std::collections::HashSet;
use std::time::Duration;

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::frame::response::{ServerErrorKind, WriteType};
use scylla_orm_driver::token::Token;
use scylla_orm_driver::wire::Cell;

use crate::exec::available::level::Shortfall;
use crate::exec::available::patience::Waiting;
use crate::exec::available::{Survey, batchlog, late, level};
use crate::exec::modify::Modify;
use crate::exec::term::Env;
use crate::exec::{BatchKind, Context, Engine};
use crate::failure::Failure;
use crate::flavor::Flavor;

/// Modifications, each with its values.
type Members<'a> = [(&'a Modify, &'a [Cell<'a>])];

impl Engine {
    /// Whether these may be written, as a batch or one by itself. Returns what to answer after they have been, if too few
    /// replicas acknowledge them.
    ///
    /// # Errors
    /// Unavailable, if too few replicas of what is written are up; a conditional write needs them for its round of
    /// agreement first. After a while a timeout, if what comes before the write is not answered.
    pub(in crate::exec) fn can_write(
        &self,
        kind: Option<BatchKind>,
        members: &Members<'_>,
        ctx: &Context<'_>,
        env: &Env<'_>,
    ) -> Result<Option<Failure>, Failure> {
        let (placement, schema) = (self.placement(), self.schema());
        let way = self.way(kind, members, ctx, env)?;
        if way.write == WriteType::Batch {
            batchlog::check(&placement.nodes, ctx, env.flavor)
                .map_err(|failure| way.slow_down(failure))?;
        }
        let mut unacknowledged = None;
        for (modify, values) in members {
            if let Some(survey) = Survey::new(&placement, &schema, &modify.table, ctx, env)? {
                let tokens = || tokens(modify, values, env);
                let late = survey.can_write(&way, tokens, ctx);
                let late = late.map_err(|failure| way.slow_down(failure))?;
                unacknowledged = unacknowledged.or(late.map(|late| way.slow_down(late)));
            }
        }
        Ok(unacknowledged)
    }

    fn way(
        &self,
        kind: Option<BatchKind>,
        members: &Members<'_>,
        ctx: &Context<'_>,
        env: &Env<'_>,
    ) -> Result<Way, Failure> {
        let conditional = members.iter().any(|(write, _)| write.is_conditional());
        let counter = members.iter().any(|(write, _)| write.is_counter());
        let mut way = Way {
            write: WriteType::Simple,
            serial: conditional.then(|| {
                let level = ctx.serial_consistency.and_then(level);
                level.unwrap_or(Consistency::Serial)
            }),
            after: self.patience(if counter {
                Waiting::Counter
            } else {
                Waiting::Write
            }),
        };
        // Nobody asks how it was written while all answer.
        if ctx.silent.is_empty() && self.placement().nodes.iter().all(|node| node.up) {
            return Ok(way);
        }
        way.after = timeout(members, env)?.unwrap_or(way.after);
        way.write = if counter {
            WriteType::Counter
        } else if conditional {
            env.flavor.pick(WriteType::Cas, WriteType::Simple)
        } else {
            match (kind, is_several(members, env)?) {
                (Some(BatchKind::Logged), true) => WriteType::Batch,
                (_, true) => WriteType::UnloggedBatch,
                (_, false) => WriteType::Simple,
            }
        };
        Ok(way)
    }
}

/// How something is written.
struct Way {
    /// What servers call it.
    write: WriteType,
    /// The level of the round of agreement that it begins with.
    serial: Option<Consistency>,
    /// How long replicas are waited for.
    after: Duration,
}

impl Way {
    /// What is refused at once is not waited for.
    fn slow_down(&self, failure: Failure) -> Failure {
        match failure.kind {
            ServerErrorKind::WriteTimeout { .. } => failure.after(self.after),
            _ => failure,
        }
    }
}

impl Survey<'_> {
    /// Whether one modification may be written, and what to answer then, if not that it was.
    fn can_write(
        &self,
        way: &Way,
        tokens: impl Fn() -> Result<Vec<Token>, Failure>,
        ctx: &Context<'_>,
    ) -> Result<Option<Failure>, Failure> {
        let (table, flavor) = (self.table, self.judge.flavor);
        let table = (&*table.keyspace, &*table.name);
        let copies = self.copies(&tokens)?;
        if let Some(serial) = way.serial {
            self.ensure(serial, &copies)?;
            if let Some(lack) = self.lacks(serial, &copies) {
                return Err(late::agreement(lack, table, flavor, ctx.version5));
            }
        }
        let Some(level) = level(ctx.consistency) else {
            return Ok(None);
        };
        self.ensure(level, &copies)?;
        let late = |lack| late::write(lack, way.write.clone(), table, flavor);
        if way.write == WriteType::Counter
            && let Some(lack) = self.led_by_nobody(level, ctx.node, tokens)?
        {
            return Err(late(lack));
        }
        Ok(self.lacks(level, &copies).map(late))
    }

    /// A counter is added to by one replica, which tells the others: the node that was asked, if it is one.
    fn led_by_nobody(
        &self,
        level: Consistency,
        here: usize,
        tokens: impl FnOnce() -> Result<Vec<Token>, Failure>,
    ) -> Result<Option<Shortfall>, Failure> {
        if self.silent.is_empty() {
            return Ok(None);
        }
        let is_silent = |token: Token| {
            let alive = self.alive(token);
            let leader = alive.iter().find(|(number, _)| *number == here);
            let leader = leader.or(alive.first());
            leader.is_some_and(|(number, _)| self.silent.contains(number))
        };
        let nobody = tokens()?.into_iter().any(is_silent);
        Ok(nobody.then(|| {
            // Cassandra tells of the way to the leader, ScyllaDB of the level.
            let level = self.judge.flavor.pick(level, Consistency::One);
            Shortfall {
                level,
                received: 0,
                required: self.judge.required(level),
            }
        }))
    }
}

fn tokens(modify: &Modify, values: &[Cell<'_>], env: &Env<'_>) -> Result<Vec<Token>, Failure> {
    let keys = modify.bind(values, env)?.selection;
    Ok(keys.keys().iter().map(|key| Token(key.token)).collect())
}

/// Whether the writes are about more than one partition; Cassandra takes those of one key in all tables of a keyspace for
/// one.
fn is_several(members: &Members<'_>, env: &Env<'_>) -> Result<bool, Failure> {
    let mut partitions = HashSet::new();
    for (modify, values) in members {
        let table = &modify.table;
        let within = match env.flavor {
            Flavor::Scylla => &table.name,
            Flavor::Cassandra => &table.keyspace,
        };
        let selection = modify.bind(values, env)?.selection;
        for key in selection.keys() {
            partitions.insert((&table.keyspace, within, key.bytes.clone()));
        }
    }
    Ok(partitions.len() > 1)
}

/// The first timeout that a statement says.
fn timeout(members: &Members<'_>, env: &Env<'_>) -> Result<Option<Duration>, Failure> {
    for (modify, values) in members {
        if let Some(timeout) = modify.timeout(values, env)? {
            return Ok(Some(timeout));
        }
    }
    Ok(None)
}
