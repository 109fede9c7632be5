//! Whether enough replicas can be reached for a consistency level, and answer. Data lives once; which of its replicas are
//! up, and which of those stand still, counts as on a real cluster: too few alive are an error before anything is done,
//! too few that answer one after the server's timeout.

mod batchlog;
mod late;
mod level;
mod patience;
mod truncate;
mod writes;

use std::collections::BTreeMap;

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::token::Token;
use scylla_orm_driver::wire::Cell;

use crate::catalog::Schema;
use crate::catalog::keyspace::{Keyspace, Replication};
use crate::catalog::nodes::Node;
use crate::catalog::placement::Placement;
use crate::catalog::table::Table;
use crate::exec::select::Select;
use crate::exec::term::Env;
use crate::exec::{Context, Engine};
use crate::failure::Failure;

use level::{Judge, Shortfall};

pub(super) use late::unless;
pub(super) use patience::Waiting;

/// Replicas of a partition by data centre.
type Counts<'a> = BTreeMap<&'a str, usize>;

/// The copies of a table, as the node that was asked sees them.
struct Survey<'a> {
    placement: &'a Placement,
    keyspace: &'a Keyspace,
    table: &'a Table,
    judge: Judge<'a>,
    /// Nodes that are up, and do not answer.
    silent: &'a [usize],
}

/// The replicas of a partition.
struct Copies<'a> {
    alive: Counts<'a>,
    /// Those of them that answer.
    answering: Counts<'a>,
}

impl Engine {
    /// # Errors
    /// Unavailable, if too few replicas of what is read are up; after a while a timeout, if too few of those answer.
    pub(super) fn can_read(
        &self,
        select: &Select,
        values: &[Cell<'_>],
        ctx: &Context<'_>,
        env: &Env<'_>,
    ) -> Result<(), Failure> {
        let (placement, schema) = (self.placement(), self.schema());
        let level = level(select.level(ctx.consistency, env.flavor));
        let Some(level) = level.filter(|_| !select.table.is_virtual) else {
            return Ok(());
        };
        let Some(survey) = Survey::new(&placement, &schema, &select.table, ctx, env)? else {
            return Ok(());
        };
        let copies = survey.copies(|| select.tokens(&placement, values, env))?;
        survey.ensure(level, &copies)?;
        match survey.lacks(level, &copies) {
            Some(lack) => {
                let after = self.patience(select.waiting(values, env)?);
                let after = select.timeout(values, env)?.unwrap_or(after);
                Err(late::read(lack, &select.table, env.flavor).after(after))
            }
            None => Ok(()),
        }
    }
}

impl<'a> Survey<'a> {
    /// Nothing for tables that each node has for itself, and for an engine by itself: it has no nodes that could be down.
    fn new(
        placement: &'a Placement,
        schema: &'a Schema,
        table: &'a Table,
        ctx: &Context<'a>,
        env: &Env<'_>,
    ) -> Result<Option<Survey<'a>>, Failure> {
        let keyspace = schema.keyspace(&table.keyspace)?;
        let Some(here) = placement.nodes.get(ctx.node) else {
            return Ok(None);
        };
        if keyspace.replication == Replication::Local {
            return Ok(None);
        }
        Ok(Some(Survey {
            placement,
            keyspace,
            table,
            judge: Judge {
                replication: &keyspace.replication,
                here: &here.datacenter,
                flavor: env.flavor,
            },
            silent: ctx.silent,
        }))
    }

    /// The replicas of each of these partitions; once, if all have the same.
    fn copies(
        &self,
        tokens: impl FnOnce() -> Result<Vec<Token>, Failure>,
    ) -> Result<Vec<Copies<'a>>, Failure> {
        if let Some(alive) = all(self.placement, &self.keyspace.replication)
            && self.silent.is_empty()
        {
            let answering = alive.clone();
            return Ok(vec![Copies { alive, answering }]);
        }
        let tokens = tokens()?.into_iter();
        Ok(tokens.map(|token| self.reached(token)).collect())
    }

    fn reached(&self, token: Token) -> Copies<'a> {
        let (mut alive, mut answering) = (Counts::new(), Counts::new());
        for (number, node) in self.alive(token) {
            *alive.entry(&*node.datacenter).or_default() += 1;
            if !self.silent.contains(&number) {
                *answering.entry(&*node.datacenter).or_default() += 1;
            }
        }
        Copies { alive, answering }
    }

    /// The replicas of a partition that are up, the primary one first.
    fn alive(&self, token: Token) -> Vec<(usize, &'a Node)> {
        let replicas = self
            .placement
            .replicas(self.keyspace, self.table, token)
            .into_iter();
        let node = |number: usize| {
            let node = self.placement.nodes.get(number)?;
            node.up.then_some((number, node))
        };
        replicas.filter_map(|replica| node(replica.node)).collect()
    }

    /// # Errors
    /// Unavailable.
    fn ensure(&self, level: Consistency, copies: &[Copies<'_>]) -> Result<(), Failure> {
        let mut copies = copies.iter();
        copies.try_for_each(|copies| self.judge.check(level, &copies.alive))
    }

    /// What the first partition lacks that has too few replicas that answer.
    fn lacks(&self, level: Consistency, copies: &[Copies<'_>]) -> Option<Shortfall> {
        let mut copies = copies.iter().filter(|_| !self.silent.is_empty());
        copies.find_map(|copies| self.judge.lacks(level, &copies.answering))
    }
}

fn level(code: u16) -> Option<Consistency> {
    Consistency::try_from(code).ok()
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What each partition has when all nodes are up; nothing if some are not, or if it differs from one to the other.
fn all<'a>(placement: &'a Placement, replication: &Replication) -> Option<Counts<'a>> {
    let mut nodes = Counts::new();
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

#[cfg(test)]
mod tests;
