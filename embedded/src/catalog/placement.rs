//! Who keeps which partition: the ring of tokens, or the tablets of a table. Immutable; a change makes another one.

use std::sync::Arc;

use scylla_orm_driver::token::Token;

use crate::catalog::Schema;
use crate::catalog::keyspace::{Keyspace, Replication};
use crate::catalog::nodes::Node;
use crate::catalog::ring::Ring;
use crate::catalog::table::Table;
use crate::catalog::tablets::{self, Replica, TabletMap, Tablets};

/// The nodes of a cluster and what each keeps.
#[derive(Debug, Clone)]
pub(crate) struct Placement {
    pub(crate) nodes: Arc<[Node]>,
    ring: Ring,
    pub(crate) tablets: Tablets,
}

impl Placement {
    /// Of these nodes, for the tables of `schema`. Tablets stay where they are in `before`, as far as that is possible.
    pub(crate) fn new(nodes: Arc<[Node]>, schema: &Schema, before: &Tablets) -> Placement {
        let ring = Ring::new(nodes.iter().map(|node| {
            let tokens = match node.told.left {
                true => &[],
                false => &node.tokens[..],
            };
            (&*node.datacenter, &*node.rack, tokens)
        }));
        let mut tablets = Tablets::new();
        for keyspace in schema.keyspaces.values() {
            let Some(initial) = keyspace.tablets else {
                continue;
            };
            let replication = &keyspace.replication;
            for table in keyspace.tables.values() {
                let map = match before.get(&table.id) {
                    Some(map) => tablets::fit(map, replication, &nodes),
                    None => made(initial, replication, &nodes),
                };
                let map = match before.get(&table.id) {
                    Some(same) if **same == map => Arc::clone(same),
                    _ => Arc::new(map),
                };
                tablets.insert(table.id, map);
            }
        }
        Placement {
            nodes,
            ring,
            tablets,
        }
    }

    /// The same with other tablets of a table.
    pub(crate) fn with_tablets(&self, table: &Table, map: TabletMap) -> Placement {
        let mut placement = self.clone();
        placement.tablets.insert(table.id, Arc::new(map));
        placement
    }

    /// The tablets of a table, if it has any.
    pub(crate) fn tablets_of(&self, table: &Table) -> Option<&Arc<TabletMap>> {
        self.tablets.get(&table.id)
    }

    /// The last token of each range of a table that is kept together.
    pub(crate) fn ends(&self, table: &Table) -> Vec<Token> {
        match self.tablets_of(table) {
            Some(map) => map.pieces().map(|piece| Token(piece.tablet.last)).collect(),
            None => self.ring.ends().collect(),
        }
    }

    /// The shards that keep the partition at `token` of a table, the primary one first.
    pub(crate) fn replicas(
        &self,
        keyspace: &Keyspace,
        table: &Table,
        token: Token,
    ) -> Vec<Replica> {
        if let Some(map) = self.tablets_of(table) {
            let piece = map.find(token);
            return piece.map_or_else(Vec::new, |piece| piece.tablet.replicas.clone());
        }
        let nodes = self.ring.replicas(&keyspace.replication, token).into_iter();
        let replica = |node: usize| {
            let shard = self.nodes.get(node)?.sharder().shard_of(token);
            Some(Replica { node, shard })
        };
        nodes.filter_map(replica).collect()
    }
}

/// The tablets of a table that is new: as many as its keyspace begins with, or so many that each shard gets some.
fn made(initial: usize, replication: &Replication, nodes: &[Node]) -> TabletMap {
    let shards = nodes.iter().filter(|node| !node.told.left);
    let shards = shards.map(|node| usize::from(node.shards.get())).sum();
    let count = if initial == 0 { shards } else { initial };
    tablets::fit(&TabletMap::new(count), replication, nodes)
}
