//! Who owns the ranges of a table: by its tablets, or by the ring.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use arc_swap::Guard;
use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::cluster::State;
use crate::policy::distance::HostDistance;
use crate::session::Session;
use crate::statement::Target;
use crate::token::Token;
use crate::topology::TableInfo;

use super::cut::{Piece, cuts};

/// What the nodes were when the scan began, and the tablets of its table.
pub(super) struct Owners {
    state: Arc<State>,
    keyspace: String,
    /// The last token of each, in order, and the host id and shard of its replicas. None where the table follows the
    /// ring.
    tablets: Vec<(i64, Vec<(Uuid, i32)>)>,
}

/// What one shard of a node is asked for, or one node without shards.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) target: Option<Target>,
    /// Ranges to be asked for, and how often each has failed.
    pub(super) waiting: VecDeque<(Piece, u32)>,
    /// How many are under way.
    pub(super) running: usize,
}

/// A node, as its place in the topology, and a shard.
type Spot = (u16, Option<u16>);

impl Owners {
    pub(super) async fn of(session: &Session, table: &TableInfo) -> Owners {
        let tablets = match (table.id, session.is_shard_aware()) {
            (Some(id), true) => tablets(session, id).await,
            _ => Vec::new(),
        };
        Owners {
            state: Guard::into_inner(session.0.cluster.state()),
            keyspace: table.keyspace.clone(),
            tablets,
        }
    }

    /// Shards that may be asked; a node without shards counts as one.
    pub(super) fn shards(&self) -> usize {
        let members = self.state.members.iter().zip(&self.state.distances);
        let near = members.filter(|(_, distance)| is_near(**distance));
        let shards =
            near.map(|(member, _)| member.sharder().map_or(1, |s| usize::from(s.shards())));
        shards.sum::<usize>().max(1)
    }

    /// Cuts what is left where owners change, into `least` ranges at least, and says who is asked for each: of several
    /// owners the one that has the fewest.
    pub(super) fn lanes(&self, left: Vec<Piece>, least: usize) -> Vec<Lane> {
        let cuts = cuts(self.ends(), least);
        let mut ranges = vec![0; self.state.members.len()];
        let mut lanes: Vec<Lane> = Vec::new();
        let mut places: HashMap<Option<Spot>, usize> = HashMap::new();
        for piece in left.into_iter().flat_map(|piece| piece.cut(&cuts)) {
            let spot = self.owner(Token(piece.to), &mut ranges);
            let at = *places.entry(spot).or_insert_with(|| {
                lanes.push(Lane {
                    target: spot.and_then(|spot| self.target(spot)),
                    waiting: VecDeque::new(),
                    running: 0,
                });
                lanes.len() - 1
            });
            if let Some(lane) = lanes.get_mut(at) {
                lane.waiting.push_back((piece, 0));
            }
        }
        lanes
    }

    /// Where owners change.
    fn ends(&self) -> Vec<i64> {
        if self.tablets.is_empty() {
            let nodes = self.state.topology.nodes().iter();
            return nodes
                .flat_map(|node| node.tokens.iter().map(|t| t.0))
                .collect();
        }
        self.tablets.iter().map(|(last, _)| *last).collect()
    }

    /// Of the owners of a token the one that has the fewest `ranges`, which is counted.
    fn owner(&self, token: Token, ranges: &mut [usize]) -> Option<Spot> {
        let distance = |node: u16| self.state.distances.get(usize::from(node)).copied();
        let so_far = |node: u16| ranges.get(usize::from(node)).copied().unwrap_or(0);
        let (node, shard) = self
            .owners(token)
            .into_iter()
            .filter(|(node, _)| distance(*node).is_some_and(|d| d != HostDistance::Ignored))
            .min_by_key(|(node, _)| (!distance(*node).is_some_and(is_near), so_far(*node)))?;
        let turn = so_far(node);
        if let Some(count) = ranges.get_mut(usize::from(node)) {
            *count += 1;
        }
        Some((node, shard.or_else(|| self.shard_in_turn(node, turn))))
    }

    fn owners(&self, token: Token) -> Vec<Spot> {
        let at = self.tablets.partition_point(|(last, _)| *last < token.0);
        let Some((_, replicas)) = self.tablets.get(at) else {
            let nodes = self.state.topology.replicas(&self.keyspace, token);
            return nodes.iter().map(|node| (*node, None)).collect();
        };
        let spot =
            |(host, shard): &(Uuid, i32)| Some((self.place(host)?, u16::try_from(*shard).ok()));
        replicas.iter().filter_map(spot).collect()
    }

    fn place(&self, host: &Uuid) -> Option<u16> {
        let mut nodes = self.state.topology.nodes().iter();
        let at = nodes.position(|node| node.host_id == *host)?;
        u16::try_from(at).ok()
    }

    fn shard_in_turn(&self, node: u16, turn: usize) -> Option<u16> {
        let sharder = self.state.members.get(usize::from(node))?.sharder()?;
        u16::try_from(turn % usize::from(sharder.shards())).ok()
    }

    /// That shard of that node first, and if it cannot be asked, others.
    fn target(&self, (node, shard): Spot) -> Option<Target> {
        let node = self.state.topology.nodes().get(usize::from(node))?;
        let target = Target::first(node.host_id);
        Some(match shard {
            Some(shard) => target.shard(shard),
            None => target,
        })
    }
}

fn is_near(distance: HostDistance) -> bool {
    !matches!(distance, HostDistance::Remote | HostDistance::Ignored)
}

/// The tablets of a table, if it has any and the server tells them. A scan without them is right all the same.
async fn tablets(session: &Session, table: Uuid) -> Vec<(i64, Vec<(Uuid, i32)>)> {
    let cql = "SELECT last_token, replicas FROM system.tablets WHERE table_id = ?";
    let read = async {
        let pages = session.query_pages(cql, (table,)).await?;
        pages.stream().try_collect().await
    };
    match read.await {
        Ok(tablets) => tablets,
        Err(error) => {
            tracing::debug!(%error, "the tablets of a table that is scanned are not known");
            Vec::new()
        }
    }
}
