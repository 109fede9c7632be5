//! Logged batches of several partitions: they are written down by other nodes first.

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::frame::response::WriteType;

use crate::catalog::nodes::Node;
use crate::exec::Context;
use crate::exec::available::late;
use crate::exec::available::level::{Shortfall, unavailable};
use crate::failure::Failure;
use crate::flavor::Flavor;

/// Where both servers keep batches until they are written.
const TABLE: (&str, &str) = ("system", "batchlog");

/// # Errors
/// Unavailable if no other node of the data centre is up, a timeout if those that were chosen do not answer: then nothing
/// of the batch is written.
pub(super) fn check(nodes: &[Node], ctx: &Context<'_>, flavor: Flavor) -> Result<(), Failure> {
    let Some(here) = nodes.get(ctx.node) else {
        return Ok(());
    };
    let is_neighbour = |node: &Node| !node.told.left && node.datacenter == here.datacenter;
    if nodes.iter().filter(|node| is_neighbour(node)).count() == 1 {
        return Ok(());
    }
    let others = (0..)
        .zip(nodes)
        .filter(|(number, node)| *number != ctx.node && node.up && is_neighbour(node));
    let chosen = choose(others.collect(), here);
    if chosen.is_empty() {
        return alone(super::level(ctx.consistency), flavor);
    }
    let required = flavor.pick(1, chosen.len());
    let received = chosen
        .iter()
        .filter(|number| !ctx.silent.contains(number))
        .count();
    if received >= required {
        return Ok(());
    }
    let level = match required {
        1 => Consistency::One,
        _ => Consistency::Two,
    };
    let lack = Shortfall {
        level,
        received,
        required,
    };
    Err(late::write(lack, WriteType::BatchLog, TABLE, flavor))
}

/// Two nodes, if there are so many, of other racks than that of the one that was asked, and of two different ones. Where
/// servers draw lots, these are the first.
fn choose(mut others: Vec<(usize, &Node)>, here: &Node) -> Vec<usize> {
    if others.len() > 2 {
        let elsewhere = |node: &Node| node.rack != here.rack;
        if others.iter().filter(|(_, node)| elsewhere(node)).count() >= 2 {
            others.retain(|(_, node)| elsewhere(node));
        }
        if let Some(first) = others.first().map(|(_, node)| &*node.rack) {
            let second = others.iter().position(|(_, node)| *node.rack != *first);
            others.swap(1, second.unwrap_or(1));
        }
        others.truncate(2);
    }
    others.into_iter().map(|(number, _)| number).collect()
}

/// At ANY the node that was asked writes it down itself, which is one short of what Cassandra then asks for.
fn alone(level: Option<Consistency>, flavor: Flavor) -> Result<(), Failure> {
    let any = level == Some(Consistency::Any);
    Err(match (flavor, any) {
        (Flavor::Scylla, true) => return Ok(()),
        (Flavor::Scylla, false) => unavailable(
            "Cannot achieve consistency level for cl ONE. Requires 1, alive 0".to_owned(),
            Consistency::One,
            1,
            0,
        ),
        (Flavor::Cassandra, true) => unavailable(
            "Cannot achieve consistency level TWO".to_owned(),
            Consistency::Two,
            2,
            1,
        ),
        (Flavor::Cassandra, false) => unavailable(
            "Cannot achieve consistency level TWO for batchlog in local DC, required:2, available:0".to_owned(),
            Consistency::Two,
            2,
            0,
        ),
    })
}
