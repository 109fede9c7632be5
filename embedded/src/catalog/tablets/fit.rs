//! Puts tablets on nodes: as many replicas in each data centre as asked for, on different racks and nodes if there are
//! enough, spread evenly over nodes and shards.

use std::collections::BTreeMap;

use crate::catalog::keyspace::Replication;
use crate::catalog::nodes::Node;
use crate::catalog::tablets::{Replica, TabletMap};

/// How many replicas each node, and each shard, has so far.
struct Loads<'a> {
    nodes: &'a [Node],
    shards: Vec<Vec<usize>>,
}

/// The same pieces on nodes that are there, with as many replicas as `replication` wants: what can stay, stays.
pub(in crate::catalog) fn fit(
    map: &TabletMap,
    replication: &Replication,
    nodes: &[Node],
) -> TabletMap {
    let none = BTreeMap::new();
    let factors = match replication {
        Replication::NetworkTopology(factors) => factors,
        _ => &none,
    };
    let mut map = map.clone();
    for tablet in &mut map.tablets {
        keep(&mut tablet.replicas, factors, nodes);
    }
    let mut loads = Loads::of(&map, nodes);
    for (nth, tablet) in map.tablets.iter_mut().enumerate() {
        for (datacenter, factor) in factors {
            while count(&tablet.replicas, datacenter, nodes) < *factor
                && let Some(replica) = loads.next(nth, datacenter, &tablet.replicas)
            {
                loads.add(replica, 1);
                tablet.replicas.push(replica);
            }
        }
    }
    map
}

/// Leaves out replicas on nodes that have left, and those that are too many for their data centre; a shard that its node
/// does not have any more is handed to one that it has.
fn keep(replicas: &mut Vec<Replica>, factors: &BTreeMap<Box<str>, usize>, nodes: &[Node]) {
    let mut left = factors.clone();
    replicas.retain_mut(|replica| {
        let Some(node) = nodes.get(replica.node).filter(|node| !node.told.left) else {
            return false;
        };
        replica.shard %= node.shards.get();
        match left.get_mut(&node.datacenter) {
            Some(factor) if *factor > 0 => {
                *factor -= 1;
                true
            }
            _ => false,
        }
    });
}

fn count(replicas: &[Replica], datacenter: &str, nodes: &[Node]) -> usize {
    let inside = |replica: &&Replica| {
        let node = nodes.get(replica.node);
        node.is_some_and(|node| &*node.datacenter == datacenter)
    };
    replicas.iter().filter(inside).count()
}

impl<'a> Loads<'a> {
    fn of(map: &TabletMap, nodes: &'a [Node]) -> Loads<'a> {
        let none = |node: &Node| vec![0; usize::from(node.shards.get())];
        let mut loads = Loads {
            nodes,
            shards: nodes.iter().map(none).collect(),
        };
        for replica in map.tablets.iter().flat_map(|tablet| &tablet.replicas) {
            loads.add(*replica, 1);
        }
        loads
    }

    fn add(&mut self, replica: Replica, count: usize) {
        let shards = self.shards.get_mut(replica.node);
        if let Some(load) = shards.and_then(|s| s.get_mut(usize::from(replica.shard))) {
            *load += count;
        }
    }

    /// Where the `nth` tablet gets its next replica in a data centre: the rack that has the fewest of them, beginning with
    /// another one for each tablet; there the node, and on it the shard, that has the least to keep.
    fn next(&self, nth: usize, datacenter: &str, taken: &[Replica]) -> Option<Replica> {
        let inside = |node: &&Node| !node.told.left && &*node.datacenter == datacenter;
        let mut racks: Vec<&str> = self.nodes.iter().filter(inside).map(|n| &*n.rack).collect();
        racks.sort_unstable();
        racks.dedup();
        let turn = |rack: &str| {
            let place = racks.iter().position(|r| *r == rack).unwrap_or(0);
            (place + racks.len() - nth.checked_rem(racks.len()).unwrap_or(0)) % racks.len().max(1)
        };
        let in_rack = |rack: &str| {
            let nodes = taken.iter().filter_map(|r| self.nodes.get(r.node));
            nodes
                .filter(|n| &*n.datacenter == datacenter && &*n.rack == rack)
                .count()
        };
        let free =
            self.nodes.iter().enumerate().filter(|(at, node)| {
                inside(node) && !taken.iter().any(|replica| replica.node == *at)
            });
        let (at, _) = free.min_by_key(|(at, node)| {
            let load: usize = self.shards.get(*at).map_or(0, |shards| shards.iter().sum());
            (in_rack(&node.rack), turn(&node.rack), load, *at)
        })?;
        let shards = (0u16..).zip(self.shards.get(at)?);
        let (shard, _) = shards.min_by_key(|(shard, load)| (**load, *shard))?;
        Some(Replica { node: at, shard })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::num::NonZeroU16;

    use super::*;

    fn nodes(places: &[(&str, &str)], shards: u16) -> Vec<Node> {
        let node = |(at, (datacenter, rack)): (u8, &(&str, &str))| Node {
            host_id: uuid::Uuid::from_u128(at.into()),
            address: [127, 0, 0, at].into(),
            port: 9042,
            datacenter: (*datacenter).into(),
            rack: (*rack).into(),
            tokens: Vec::new(),
            shards: NonZeroU16::new(shards).unwrap(),
            up: true,
            told: Default::default(),
        };
        (1..).zip(places).map(node).collect()
    }

    fn of(factors: &[(&str, usize)]) -> Replication {
        let factors = factors.iter().map(|(dc, n)| (Box::from(*dc), *n));
        Replication::NetworkTopology(factors.collect())
    }

    fn used(map: &TabletMap) -> BTreeSet<(usize, u16)> {
        let replicas = map.pieces().flat_map(|piece| &piece.tablet.replicas);
        replicas.map(|r| (r.node, r.shard)).collect()
    }

    #[test]
    fn replicas_are_spread_over_racks_nodes_and_shards() {
        let places = [("a", "x"), ("a", "x"), ("a", "y"), ("a", "y"), ("b", "x")];
        let nodes = nodes(&places, 2);
        let map = fit(&TabletMap::new(16), &of(&[("a", 2), ("b", 3)]), &nodes);
        for piece in map.pieces() {
            let replicas = &piece.tablet.replicas;
            let racks: BTreeSet<_> = replicas
                .iter()
                .map(|r| (places[r.node].0, places[r.node].1))
                .collect();
            assert_eq!(racks.len(), 3, "one in each rack: {replicas:?}");
            assert_eq!(replicas.len(), 3, "b has no more nodes: {replicas:?}");
        }
        assert_eq!(used(&map).len(), 10, "each shard keeps some");
        assert_eq!(map, fit(&map, &of(&[("a", 2), ("b", 3)]), &nodes));
    }

    #[test]
    fn what_can_stay_stays() {
        let mut nodes = nodes(&[("a", "x"), ("a", "x"), ("a", "x")], 4);
        let two = of(&[("a", 2)]);
        let before = fit(&TabletMap::new(8), &two, &nodes);
        nodes[1].told.left = true;
        let after = fit(&before, &two, &nodes);
        for (old, new) in before.pieces().zip(after.pieces()) {
            let (old, new) = (&old.tablet.replicas, &new.tablet.replicas);
            assert!(new.len() == 2 && new.iter().all(|r| r.node != 1));
            assert!(old.iter().all(|r| r.node == 1 || new.contains(r)));
        }
        nodes[0].shards = NonZeroU16::MIN;
        assert!(used(&fit(&after, &two, &nodes)).contains(&(0, 0)));
        assert!(!used(&fit(&after, &two, &nodes)).contains(&(0, 1)));
        let one = fit(&after, &of(&[("a", 1)]), &nodes);
        assert!(one.pieces().all(|piece| piece.tablet.replicas.len() == 1));
        assert!(used(&fit(&after, &Replication::Simple(3), &nodes)).is_empty());
    }
}
