//! The tablets of tables: looked at, split, merged and moved on command.

use crate::catalog::placement::Placement;
use crate::catalog::tablets::{Piece, Replica, TabletMap};
use crate::server::Cluster;

/// A piece of a table, and who keeps it; see [`Cluster::tablets`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tablet {
    /// The token before its first one.
    pub first: i64,
    /// Its last token.
    pub last: i64,
    /// Node and shard of each replica, in the order in which clients are told of them. Nodes are counted from 0 in the
    /// order of the contact points.
    pub replicas: Vec<(usize, u16)>,
}

/// A change of tablets that cannot be made. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TabletError {
    /// There is no such table, or its keyspace has no tablets.
    #[error("there is no table `{table}` with tablets: name it as `keyspace.table`")]
    NoTablets {
        /// What was asked for.
        table: String,
    },
    /// The table has fewer tablets.
    #[error("the table has {tablets} tablets, counted from 0: there is none at {at}")]
    NoTablet {
        /// The place that was asked for.
        at: usize,
        /// How many there are.
        tablets: usize,
    },
    /// There is only one, which cannot be merged with another, or there would be too many.
    #[error("{tablets} tablets cannot become {wanted}")]
    Count {
        /// How many there are.
        tablets: usize,
        /// How many there would be.
        wanted: usize,
    },
    /// The tablet has no replica there.
    #[error("no replica of the tablet is on shard {shard} of node {node}")]
    NoReplica {
        /// The node.
        node: usize,
        /// Its shard.
        shard: u16,
    },
    /// There is no such shard, or the node has a replica of the tablet already.
    #[error("no replica of the tablet can be put on shard {shard} of node {node}")]
    NoPlace {
        /// The node.
        node: usize,
        /// Its shard.
        shard: u16,
    },
}

/// Tables are named as `keyspace.table`, letter by letter as they are stored.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use scylla_orm_embedded::Cluster;
///
/// let cluster = Cluster::builder().nodes(3).shards(2).tablets(true).start().await?;
/// cluster.run_script(
///     "CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}
///          AND tablets = {'initial': 4};
///      CREATE TABLE shop.items (id int PRIMARY KEY);",
/// )?;
/// let [first, ..] = &cluster.tablets("shop.items")[..] else { unreachable!("there are four") };
/// assert_eq!((first.first, first.last), (i64::MIN, -4611686018427387905));
/// let from = first.replicas[0];
/// cluster.move_tablet("shop.items", 0, from, ((from.0 + 1) % 3, 1))?;
/// cluster.split_tablets("shop.items")?;
/// assert_eq!(cluster.tablets("shop.items").len(), 8);
/// # cluster.stop().await;
/// # Ok(())
/// # }
/// ```
impl Cluster {
    /// The tablets of a table in the order of their tokens; none if its keyspace has no tablets, or it does not exist.
    pub fn tablets(&self, table: &str) -> Vec<Tablet> {
        let engine = &self.shared.engine;
        let (schema, placement) = (engine.schema(), engine.placement());
        let map = table.split_once('.').and_then(|(keyspace, table)| {
            let table = schema.table(keyspace, table).ok()?;
            placement.tablets_of(table)
        });
        let tablets = map.into_iter().flat_map(|map| map.pieces());
        tablets.map(|piece| Tablet::of(&piece)).collect()
    }

    /// Cuts each tablet of a table into two halves, on the replicas that it has: as ScyllaDB does when a table has grown.
    ///
    /// # Errors
    /// If there is no such table, or it would get more than 131,072 tablets.
    pub fn split_tablets(&self, table: &str) -> Result<(), TabletError> {
        self.change_tablets(table, |map, _| {
            let (tablets, wanted) = (map.len(), map.len() * 2);
            map.split().ok_or(TabletError::Count { tablets, wanted })
        })
    }

    /// Makes one of each two tablets of a table, where the first of them is: as ScyllaDB does when a table has shrunk.
    ///
    /// # Errors
    /// If there is no such table, or it has only one tablet.
    pub fn merge_tablets(&self, table: &str) -> Result<(), TabletError> {
        self.change_tablets(table, |map, _| {
            let (tablets, wanted) = (map.len(), map.len() / 2);
            map.merge().ok_or(TabletError::Count { tablets, wanted })
        })
    }

    /// Moves a replica of the tablet at a place of [`tablets`](Cluster::tablets), from the shard of a node to another one:
    /// as ScyllaDB does to even out what its shards have to do. Clients are not told; those who go to the old place are,
    /// with their next answer.
    ///
    /// # Errors
    /// If there is no such table, tablet, replica or shard, or if the new node has a replica of the tablet already.
    pub fn move_tablet(
        &self,
        table: &str,
        tablet: usize,
        from: (usize, u16),
        to: (usize, u16),
    ) -> Result<(), TabletError> {
        self.change_tablets(table, |map, placement| {
            moved(map, placement, tablet, from, to)
        })
    }

    fn change_tablets(
        &self,
        table: &str,
        change: impl FnOnce(&TabletMap, &Placement) -> Result<TabletMap, TabletError>,
    ) -> Result<(), TabletError> {
        let name = table.split_once('.');
        let done = name.and_then(|name| self.shared.engine.change_tablets(name, change));
        done.unwrap_or_else(|| {
            let table = table.to_owned();
            Err(TabletError::NoTablets { table })
        })
    }
}

fn moved(
    map: &TabletMap,
    placement: &Placement,
    at: usize,
    from: (usize, u16),
    to: (usize, u16),
) -> Result<TabletMap, TabletError> {
    let tablets = map.len();
    let piece = map.piece(at).ok_or(TabletError::NoTablet { at, tablets })?;
    let mut replicas = piece.tablet.replicas.clone();
    let of = |(node, shard): (usize, u16)| Replica { node, shard };
    let Some(place) = replicas.iter().position(|replica| *replica == of(from)) else {
        let (node, shard) = from;
        return Err(TabletError::NoReplica { node, shard });
    };
    let node = placement.nodes.get(to.0).filter(|node| !node.told.left);
    let exists = node.is_some_and(|node| to.1 < node.shards.get());
    let mut others = replicas.iter().enumerate().filter(|(nth, _)| *nth != place);
    if !exists || others.any(|(_, replica)| replica.node == to.0) {
        let (node, shard) = to;
        return Err(TabletError::NoPlace { node, shard });
    }
    if let Some(replica) = replicas.get_mut(place) {
        *replica = of(to);
    }
    Ok(map.with_replicas(at, replicas))
}

impl Tablet {
    fn of(piece: &Piece<'_>) -> Tablet {
        let replicas = piece.tablet.replicas.iter();
        Tablet {
            first: piece.first,
            last: piece.tablet.last,
            replicas: replicas
                .map(|replica| (replica.node, replica.shard))
                .collect(),
        }
    }
}
