//! Who owns the partition of a request.

use crate::cluster::State;
use crate::cluster::member::Member;
use crate::cluster::state::Route;
use crate::conn::Conn;
use crate::frame::TabletRouting;
use crate::metrics::Reached;
use crate::routing::{Found, Tablets};
use crate::statement::TableName;
use crate::token::Token;
use crate::topology::Replica;

/// Who owns the partition of a request: by the ring, or by a tablet if one is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim<'a> {
    token: Option<Token>,
    /// Empty if they are not known.
    pub(super) replicas: &'a [u16],
    /// The shard of each replica, where a tablet says it; by the ring it is the token's.
    shards: &'a [u16],
}

impl Aim<'_> {
    /// See [`Wish::turn`](crate::routing::Wish::turn): always the same for a partition.
    #[inline]
    pub(super) fn turn(&self) -> usize {
        match (self.shards, self.token) {
            ([_, ..], Some(token)) => usize::try_from(token.0.unsigned_abs()).unwrap_or(0),
            _ => 0,
        }
    }

    /// The shard of a node that a request is to reach.
    #[inline]
    pub(super) fn shard(&self, node: u16, member: &Member) -> Option<u16> {
        let mut pairs = self.replicas.iter().zip(self.shards);
        let own = pairs.find(|(replica, _)| **replica == node);
        own.map(|(_, shard)| *shard)
            .or_else(|| member.shard(self.token))
    }

    #[inline]
    pub(super) fn reached(&self, node: u16, member: &Member, conn: &Conn) -> Reached {
        if self.token.is_none() {
            Reached::Anything
        } else if !self.replicas.contains(&node) {
            Reached::Stranger
        } else if self.shard(node, member) == conn.shard() {
            Reached::Owner
        } else {
            Reached::Replica
        }
    }
}

impl State {
    /// Who owns the partition that a request is about; `known` is what [`State::tablets`] knows.
    #[inline]
    pub(super) fn aim<'a>(&'a self, route: &Route<'_>, known: &'a Tablets) -> Aim<'a> {
        let token = route.token;
        let (Some(table), Some(of)) = (route.table, token) else {
            return Aim {
                token,
                replicas: &[],
                shards: &[],
            };
        };
        match known.find(table.hash(), of) {
            Some(Found { nodes, shards, .. }) => Aim {
                token,
                replicas: nodes,
                shards,
            },
            None => Aim {
                token,
                replicas: self.topology.replicas(table.keyspace(), of),
                shards: &[],
            },
        }
    }

    /// Who has the partitions of a token in a table, the first replica first.
    pub(super) fn replicas(&self, table: &TableName, token: Token) -> Vec<Replica> {
        let route = Route {
            table: Some(table),
            token: Some(token),
            ..Route::default()
        };
        let known = self.tablets.load();
        let aim = self.aim(&route, &known);
        let replicas = aim.replicas.iter().filter_map(|place| {
            let member = self.members.get(usize::from(*place))?;
            Some(Replica {
                host_id: member.host_id,
                address: member.address(),
                shard: aim.shard(*place, member),
            })
        });
        replicas.collect()
    }

    /// What EXECUTE says of the tablet that it is for, where servers ask for it: a block of four bits of the version that
    /// is known, another one each time, and which of the sixteen it is. Any, if none is known.
    #[inline]
    pub(crate) fn tablet_block(&self, route: &Route<'_>, conn: &Conn) -> u8 {
        match conn.features().tablets {
            Some(TabletRouting::V2) => self.block(route),
            _ => 0,
        }
    }

    #[cold]
    fn block(&self, route: &Route<'_>) -> u8 {
        let known = self.tablets.load();
        let found = match (route.table, route.token) {
            (Some(table), Some(token)) => known.find(table.hash(), token),
            _ => None,
        };
        let version = found.and_then(|found| found.version).unwrap_or(0);
        let turn = self.turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let index = turn.to_le_bytes()[0] & 0xf;
        let block = version.cast_unsigned() >> (4 * u32::from(index));
        index << 4 | (block.to_le_bytes()[0] & 0xf)
    }
}
