//! The replicas of every range of the ring, computed once for a strategy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::token::Token;

use super::{Node, Strategy};

/// All tokens of the cluster, sorted, and who owns each.
#[derive(Debug)]
pub(super) struct Ring {
    ends: Arc<[Token]>,
    owners: Vec<u16>,
}

impl Ring {
    pub(super) fn of(nodes: &[Node]) -> Ring {
        let mut all: Vec<(Token, u16)> = (0..)
            .zip(nodes)
            .flat_map(|(at, node)| node.tokens.iter().map(move |token| (*token, at)))
            .collect();
        all.sort_unstable();
        Ring {
            ends: all.iter().map(|(token, _)| *token).collect(),
            owners: all.iter().map(|(_, owner)| *owner).collect(),
        }
    }

    /// Every owner, once around, from the end of range `at`.
    fn walk(&self, at: usize) -> impl Iterator<Item = u16> {
        let (before, after) = self.owners.split_at(at.min(self.owners.len()));
        after.iter().chain(before).copied()
    }
}

/// The replicas of each range.
#[derive(Debug)]
pub(super) enum Placement {
    /// The same for every token, or not known: then none.
    Same(Vec<u16>),
    /// One list for each range of the ring.
    ByRange {
        /// The last token of each range; shared between placements.
        ends: Arc<[Token]>,
        /// Where the list of range `i` ends in `nodes`; it begins where the one before ends.
        stops: Vec<u32>,
        nodes: Vec<u16>,
    },
}

impl Placement {
    pub(super) fn new(ring: &Ring, nodes: &[Node], strategy: &Strategy) -> Placement {
        match strategy {
            Strategy::Simple { factor } => by_range(ring, |at, out| simple(ring, at, *factor, out)),
            Strategy::NetworkTopology { factors } => {
                let needs = needs(nodes, factors);
                by_range(ring, |at, out| network(ring, at, nodes, &needs, out))
            }
            Strategy::Everywhere => Placement::Same((0..).zip(nodes).map(|(at, _)| at).collect()),
            Strategy::Local | Strategy::Other { .. } => Placement::Same(Vec::new()),
        }
    }

    /// A token belongs to the first range whose end is not before it; after the last one, to the first.
    pub(super) fn replicas(&self, token: Token) -> &[u16] {
        match self {
            Placement::Same(nodes) => nodes,
            Placement::ByRange { ends, stops, nodes } => {
                let found = ends.partition_point(|end| *end < token);
                let at = if found == ends.len() { 0 } else { found };
                let stop = |i: usize| stops.get(i).map_or(0, |s| *s as usize);
                let from = at.checked_sub(1).map_or(0, stop);
                nodes.get(from..stop(at)).unwrap_or(&[])
            }
        }
    }
}

fn by_range(ring: &Ring, mut replicas: impl FnMut(usize, &mut Vec<u16>)) -> Placement {
    let (mut stops, mut nodes, mut one) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..ring.ends.len() {
        replicas(at, &mut one);
        nodes.append(&mut one);
        stops.push(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
    }
    Placement::ByRange {
        ends: ring.ends.clone(),
        stops,
        nodes,
    }
}

fn simple(ring: &Ring, at: usize, factor: usize, out: &mut Vec<u16>) {
    for node in ring.walk(at) {
        if out.len() >= factor {
            return;
        }
        if !out.contains(&node) {
            out.push(node);
        }
    }
}

/// What a data centre needs for a range, and what it still may take twice from one rack.
#[derive(Debug, Clone)]
struct Need {
    replicas: usize,
    repeats: usize,
}

fn needs<'a>(nodes: &'a [Node], factors: &BTreeMap<Box<str>, usize>) -> BTreeMap<&'a str, Need> {
    let mut racks: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for node in nodes.iter().filter(|n| !n.tokens.is_empty()) {
        let (count, names) = racks.entry(&node.datacenter).or_default();
        *count += 1;
        names.insert(&node.rack);
    }
    racks
        .into_iter()
        .filter_map(|(dc, (count, racks))| {
            let replicas = (*factors.get(dc)?).min(count);
            let repeats = replicas.saturating_sub(racks.len());
            Some((dc, Need { replicas, repeats }))
        })
        .collect()
}

/// NetworkTopologyStrategy as ScyllaDB and recent Cassandra do it: each data centre on its own takes nodes of new
/// racks, and of racks that it has used only as often as there are too few racks.
fn network(
    ring: &Ring,
    at: usize,
    nodes: &[Node],
    needs: &BTreeMap<&str, Need>,
    out: &mut Vec<u16>,
) {
    let mut open = needs.clone();
    let mut left: usize = open.values().map(|n| n.replicas).sum();
    let mut racks: BTreeSet<(&str, &str)> = BTreeSet::new();
    for place in ring.walk(at) {
        if left == 0 {
            return;
        }
        let Some(node) = nodes.get(usize::from(place)) else {
            continue;
        };
        let Some(need) = open.get_mut(&*node.datacenter) else {
            continue;
        };
        if need.replicas == 0 || out.contains(&place) {
            continue;
        }
        if !racks.insert((&node.datacenter, &node.rack)) {
            if need.repeats == 0 {
                continue;
            }
            need.repeats -= 1;
        }
        need.replicas -= 1;
        left -= 1;
        out.push(place);
    }
}
