//! An immutable picture of the cluster: nodes, ring, replication. A change makes a new picture; nobody edits one.
//!
//! What the hot path asks — which nodes hold a token of a keyspace — is computed when the picture is made, so
//! that a lookup is two binary searches and allocates nothing.

mod event;
mod function;
mod node;
mod placement;
mod replica;
mod schema;
mod snapshot;
mod strategy;

use std::collections::HashMap;
use std::sync::Arc;

use crate::token::{Sharder, Token};

pub use event::NodeEvent;
pub use function::{AggregateInfo, FunctionInfo};
pub use node::Node;
pub use replica::Replica;
pub use schema::{ColumnInfo, ColumnKind, IndexInfo, KeyspaceInfo, TableInfo, ViewInfo};
pub use snapshot::Schema;
pub use strategy::Strategy;

use placement::{Placement, Ring};

/// The cluster as it was seen at one moment.
#[derive(Debug, Clone, Default)]
pub struct Topology {
    nodes: Vec<Node>,
    /// Sorted by name.
    keyspaces: Vec<Keyspace>,
}

/// How one keyspace is spread over the nodes.
#[derive(Debug, Clone)]
struct Keyspace {
    name: Box<str>,
    strategy: Strategy,
    /// Shared between keyspaces of the same strategy.
    placement: Arc<Placement>,
}

impl Topology {
    /// Computes the replicas of every range of `nodes`' tokens for every keyspace. Without tokens, as with a
    /// partitioner other than Murmur3, no keyspace has known replicas.
    pub fn new(
        nodes: Vec<Node>,
        keyspaces: impl IntoIterator<Item = (String, Strategy)>,
    ) -> Topology {
        let ring = Ring::of(&nodes);
        let mut made: HashMap<Strategy, Arc<Placement>> = HashMap::new();
        let mut keyspaces: Vec<Keyspace> = keyspaces
            .into_iter()
            .map(|(name, strategy)| {
                let placement = made
                    .entry(strategy.clone())
                    .or_insert_with(|| Arc::new(Placement::new(&ring, &nodes, &strategy)));
                Keyspace {
                    name: name.into(),
                    placement: placement.clone(),
                    strategy,
                }
            })
            .collect();
        keyspaces.sort_by(|a, b| a.name.cmp(&b.name));
        Topology { nodes, keyspaces }
    }

    /// All nodes. Their places in this slice are what [`replicas`](Topology::replicas) names.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The nodes that hold the partitions of `token` in `keyspace`, as places in [`nodes`](Topology::nodes), in
    /// the order of the ring: the primary replica first. Empty if they are not known.
    ///
    /// What the ring says, that is: a table with tablets does not follow it. Of such a one
    /// [`Session::replicas`](crate::Session::replicas) tells what answers have told.
    pub fn replicas(&self, keyspace: &str, token: Token) -> &[u16] {
        match self.keyspace(keyspace) {
            Some(k) => k.placement.replicas(token),
            None => &[],
        }
    }

    /// How `keyspace` is replicated, if it is there.
    pub fn strategy(&self, keyspace: &str) -> Option<&Strategy> {
        self.keyspace(keyspace).map(|k| &k.strategy)
    }

    /// The names of all keyspaces, sorted.
    pub fn keyspaces(&self) -> impl Iterator<Item = &str> {
        self.keyspaces.iter().map(|k| &*k.name)
    }

    /// The same picture with what connections have told about the nodes' shards.
    pub(crate) fn with_sharding(&self, of: impl Fn(usize) -> Option<Sharder>) -> Topology {
        let mut new = self.clone();
        for (at, node) in new.nodes.iter_mut().enumerate() {
            node.sharder = of(at);
        }
        new
    }

    fn keyspace(&self, name: &str) -> Option<&Keyspace> {
        let at = self
            .keyspaces
            .binary_search_by(|k| (*k.name).cmp(name))
            .ok()?;
        self.keyspaces.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seven nodes in two data centres, from the tests of the published drivers.
    fn cluster() -> Vec<Node> {
        let place = [
            ("A", "eu", "r1", &[50, 250, 400][..]),
            ("B", "eu", "r1", &[100, 600, 900][..]),
            ("C", "eu", "r1", &[300, 650, 700][..]),
            ("D", "us", "r1", &[350, 550][..]),
            ("E", "us", "r1", &[150, 750][..]),
            ("F", "us", "r2", &[200, 450][..]),
            ("G", "eu", "r2", &[500, 800][..]),
        ];
        place
            .iter()
            .enumerate()
            .map(|(i, (_, dc, rack, tokens))| {
                let tokens = tokens.iter().map(|t| Token(*t)).collect();
                Node {
                    host_id: uuid::Uuid::from_u128(i as u128 + 1),
                    address: ([127, 0, 0, u8::try_from(i + 1).unwrap()], 9042).into(),
                    datacenter: (*dc).into(),
                    rack: (*rack).into(),
                    release: "".into(),
                    tokens,
                    sharder: None,
                }
            })
            .collect()
    }

    fn letters(replicas: &[u16]) -> String {
        replicas
            .iter()
            .map(|n| char::from(b'A' + u8::try_from(*n).unwrap()))
            .collect()
    }

    fn check(strategy: &[(&str, &str)], token: i64, expected: &str) {
        let strategy = Strategy::parse(strategy.iter().copied());
        let topology = Topology::new(cluster(), [("k".to_owned(), strategy.clone())]);
        let found = letters(topology.replicas("k", Token(token)));
        assert_eq!(found, expected, "{strategy:?} at {token}");
    }

    #[test]
    fn simple_strategy_walks_the_ring() {
        for (token, factor, expected) in [
            (160, "1", "F"),
            (160, "2", "FA"),
            (200, "5", "FACDG"),
            (200, "7", "FACDGBE"),
            (201, "4", "ACDF"),
            (450, "3", "FGD"),
            (701, "4", "EGBA"),
            (701, "8", "EGBAFCD"),
        ] {
            let class = "org.apache.cassandra.locator.SimpleStrategy";
            check(
                &[("class", class), ("replication_factor", factor)],
                token,
                expected,
            );
        }
    }

    #[test]
    fn network_topology_strategy_prefers_new_racks() {
        let class = (
            "class",
            "org.apache.cassandra.locator.NetworkTopologyStrategy",
        );
        for (dc, factor, expected) in [
            ("eu", "1", "A"),
            ("eu", "2", "AG"),
            ("eu", "3", "ACG"),
            ("eu", "4", "ACGB"),
            ("eu", "5", "ACGB"),
            ("us", "1", "F"),
            ("us", "2", "FD"),
            ("us", "3", "FDE"),
            ("mars", "3", ""),
        ] {
            check(&[class, (dc, factor)], 160, expected);
        }
        check(&[class, ("eu", "1"), ("us", "1")], 800, "GE");
        check(&[class, ("eu", "2"), ("us", "1")], 75, "BEG");
    }

    #[test]
    fn the_last_range_wraps_and_unknown_keyspaces_have_no_replicas() {
        let one = [("class", "SimpleStrategy"), ("replication_factor", "1")];
        check(&one, 900, "B");
        check(&one, 901, "A");
        check(&one, i64::MAX, "A");
        check(&one, i64::MIN, "A");
        let topology = Topology::new(cluster(), []);
        assert!(topology.replicas("k", Token(1)).is_empty());
    }

    #[test]
    fn everywhere_and_local() {
        check(&[("class", "EverywhereStrategy")], 1, "ABCDEFG");
        check(&[("class", "LocalStrategy")], 1, "");
    }
}
