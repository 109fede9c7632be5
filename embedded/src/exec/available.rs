//! Whether enough replicas can be reached for a consistency level. Data lives once; which of its replicas are up counts as
//! on a real cluster, and too few of them are an error before anything is done.

mod level;

use std::collections::BTreeMap;

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::token::Token;
use scylla_orm_driver::wire::Cell;

use crate::catalog::keyspace::{Keyspace, Replication};
use crate::catalog::placement::Placement;
use crate::catalog::table::Table;
use crate::exec::modify::Modify;
use crate::exec::select::Select;
use crate::exec::term::Env;
use crate::exec::{Context, Engine};
use crate::failure::Failure;

use level::Judge;

/// How many replicas of a partition can be reached in each data centre.
type Alive<'a> = BTreeMap<&'a str, usize>;

impl Engine {
    /// # Errors
    /// Unavailable, if too few replicas of what is read are up.
    pub(super) fn can_read(
        &self,
        select: &Select,
        values: &[Cell<'_>],
        ctx: &Context<'_>,
        env: &Env<'_>,
    ) -> Result<(), Failure> {
        let placement = self.placement();
        let Some(level) = level(ctx.consistency).filter(|_| !select.table.is_virtual) else {
            return Ok(());
        };
        let tokens = |placement: &Placement| select.tokens(placement, values, env);
        self.are_up(&placement, &select.table, ctx, env, &[level], tokens)
    }

    /// # Errors
    /// Unavailable, if too few replicas of what is written are up. A conditional write needs them for its round of
    /// agreement first.
    pub(super) fn can_write(
        &self,
        write: &Modify,
        values: &[Cell<'_>],
        ctx: &Context<'_>,
        env: &Env<'_>,
    ) -> Result<(), Failure> {
        let serial = write.is_conditional().then(|| {
            let level = ctx.serial_consistency.and_then(level);
            level.unwrap_or(Consistency::Serial)
        });
        let levels: Vec<Consistency> = serial.into_iter().chain(level(ctx.consistency)).collect();
        let tokens = |_: &Placement| {
            let keys = write.bind(values, env)?.selection;
            Ok(keys.keys().iter().map(|key| Token(key.token)).collect())
        };
        self.are_up(&self.placement(), &write.table, ctx, env, &levels, tokens)
    }

    fn are_up(
        &self,
        placement: &Placement,
        table: &Table,
        ctx: &Context<'_>,
        env: &Env<'_>,
        levels: &[Consistency],
        tokens: impl FnOnce(&Placement) -> Result<Vec<Token>, Failure>,
    ) -> Result<(), Failure> {
        let schema = self.schema();
        let keyspace = schema.keyspace(&table.keyspace)?;
        // An engine by itself has no nodes that could be down.
        let Some(here) = placement.nodes.get(ctx.node) else {
            return Ok(());
        };
        if keyspace.replication == Replication::Local {
            return Ok(());
        }
        let judge = Judge {
            replication: &keyspace.replication,
            here: &here.datacenter,
            flavor: env.flavor,
        };
        let alive = match all(placement, &keyspace.replication) {
            Some(alive) => vec![alive],
            None => {
                let tokens = tokens(placement)?;
                let alive = |token: Token| reached(placement, keyspace, table, token);
                tokens.into_iter().map(alive).collect()
            }
        };
        for alive in &alive {
            for level in levels {
                judge.check(*level, alive)?;
            }
        }
        Ok(())
    }
}

fn level(code: u16) -> Option<Consistency> {
    Consistency::try_from(code).ok()
}

/// What each partition has when all nodes are up; nothing if some are not, or if it differs from one to the other.
fn all<'a>(placement: &'a Placement, replication: &Replication) -> Option<Alive<'a>> {
    let mut nodes = Alive::new();
    for node in placement.nodes.iter().filter(|node| !node.told.left) {
        if !node.up {
            return None;
        }
        *nodes.entry(&*node.datacenter).or_default() += 1;
    }
    let one = nodes.len() == 1;
    for (datacenter, count) in &mut nodes {
        let factor = match replication {
            Replication::NetworkTopology(factors) => {
                factors.get(*datacenter).copied().unwrap_or_default()
            }
            Replication::Simple(factor) if one => *factor,
            Replication::Everywhere => *count,
            _ => return None,
        };
        *count = factor.min(*count);
    }
    Some(nodes)
}

fn reached<'a>(
    placement: &'a Placement,
    keyspace: &Keyspace,
    table: &Table,
    token: Token,
) -> Alive<'a> {
    let mut alive = Alive::new();
    for replica in placement.replicas(keyspace, table, token) {
        if let Some(node) = placement.nodes.get(replica.node).filter(|node| node.up) {
            *alive.entry(&*node.datacenter).or_default() += 1;
        }
    }
    alive
}

#[cfg(test)]
mod tests;
