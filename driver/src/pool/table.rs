//! The connections of a pool at a moment: slots for each shard. Replaced whole, never changed.

use std::sync::Arc;

use crate::conn::Conn;
use crate::frame::Sharding;
use crate::pool::config::PoolSize;

/// Slots for each shard; a node without shards counts as one.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// Those of one shard stand together.
    slots: Box<[Option<Arc<Conn>>]>,
    per_shard: usize,
    /// How many of the slots are to be filled.
    wanted: usize,
    sharding: Option<Sharding>,
}

/// No machine has as many; a server that claims more gets the connections of one shard.
const MOST_SHARDS: u16 = 1024;

/// A connection with less under way than this is not "clearly more loaded" than any other. Spreading requests
/// over connections would only make their writes smaller.
const CALM: u32 = 32;

impl Table {
    /// Empty, for the node of this connection.
    pub(super) fn of(conn: &Conn, size: PoolSize) -> Table {
        let sharding = credible(conn);
        let shards = sharding.map_or(1, |sharding| usize::from(sharding.shards.get()));
        // No more than `wanted` can count.
        let most = usize::from(u16::MAX) / shards;
        let (per_shard, wanted) = match size {
            PoolSize::PerShard(count) => {
                let per_shard = usize::from(count.get()).min(most);
                (per_shard, per_shard * shards)
            }
            PoolSize::PerNode(count) => {
                let wanted = usize::from(count.get()).min(most * shards);
                (wanted.div_ceil(shards), wanted)
            }
        };
        Table {
            slots: vec![None; shards * per_shard].into(),
            per_shard,
            wanted,
            sharding,
        }
    }

    pub(super) fn sharding(&self) -> Option<&Sharding> {
        self.sharding.as_ref()
    }

    /// Whether a connection belongs here: its node has as many shards, chosen in the same way. An empty one is made
    /// anew: whatever else has changed with the node is then known.
    pub(super) fn fits(&self, conn: &Conn) -> bool {
        let how = |sharding: &Sharding| (sharding.shards, sharding.ignore_msb);
        self.connected() > 0 && self.sharding.as_ref().map(how) == credible(conn).as_ref().map(how)
    }

    /// A connection to `shard` if that can be had, else any. Those that take no requests are passed over.
    #[inline]
    pub(super) fn pick(&self, shard: Option<u16>) -> Option<&Arc<Conn>> {
        let own = shard.and_then(|shard| best(self.of_shard(shard)));
        own.or_else(|| best(&self.slots))
    }

    #[inline]
    fn of_shard(&self, shard: u16) -> &[Option<Arc<Conn>>] {
        let from = usize::from(shard) * self.per_shard;
        self.slots
            .get(from..from + self.per_shard)
            .unwrap_or_default()
    }

    /// How many connections there should be.
    pub(super) fn wanted(&self) -> u16 {
        u16::try_from(self.wanted).unwrap_or(u16::MAX)
    }

    /// How many there are.
    pub(super) fn connected(&self) -> u16 {
        let connected = self.slots.iter().flatten().count();
        u16::try_from(connected).unwrap_or(u16::MAX)
    }

    /// How many are missing.
    pub(super) fn missing(&self) -> usize {
        usize::from(self.wanted().saturating_sub(self.connected()))
    }

    /// Shards of the node; one if it has none.
    pub(super) fn shards(&self) -> usize {
        self.slots.len().checked_div(self.per_shard).unwrap_or(0)
    }

    /// Up to `most` shards to connect to next, those with the fewest connections first. Those in `pending` have one
    /// under way.
    pub(super) fn lacking(&self, pending: &[u16], most: usize) -> Vec<u16> {
        let under_way = |shard: u16| pending.iter().filter(|other| **other == shard).count();
        let mut counts: Vec<(usize, u16)> = (0..)
            .take(self.shards())
            .map(|shard| {
                let open = self.of_shard(shard).iter().flatten().count();
                (open + under_way(shard), shard)
            })
            .collect();
        let due = self.missing().saturating_sub(pending.len()).min(most);
        let mut lacking = Vec::with_capacity(due);
        while lacking.len() < due
            && let Some(fewest) = counts.iter_mut().min()
            && fewest.0 < self.per_shard
        {
            fewest.0 += 1;
            lacking.push(fewest.1);
        }
        lacking
    }

    pub(super) fn slots(&self) -> &[Option<Arc<Conn>>] {
        &self.slots
    }

    pub(super) fn conns(&self) -> impl Iterator<Item = &Arc<Conn>> {
        self.slots.iter().flatten()
    }

    /// With `conn` in a slot of its shard; `None` if there is none that is free, or no more are wanted.
    pub(super) fn with(&self, conn: &Arc<Conn>) -> Option<Table> {
        if self.missing() == 0 {
            return None;
        }
        let mut table = self.clone();
        let shard = credible(conn).map_or(0, |sharding| sharding.shard);
        let from = usize::from(shard) * self.per_shard;
        let of_shard = table.slots.get_mut(from..from + self.per_shard)?;
        *of_shard.iter_mut().find(|slot| slot.is_none())? = Some(Arc::clone(conn));
        Some(table)
    }

    /// Without `conn`; `None` if it is not in it.
    pub(super) fn without(&self, conn: &Arc<Conn>) -> Option<Table> {
        let mut table = self.clone();
        let own = |slot: &&mut Option<Arc<Conn>>| {
            slot.as_ref().is_some_and(|other| Arc::ptr_eq(other, conn))
        };
        *table.slots.iter_mut().find(own)? = None;
        Some(table)
    }
}

/// The first that is calm, else the least loaded.
#[inline]
fn best(slots: &[Option<Arc<Conn>>]) -> Option<&Arc<Conn>> {
    let mut best: Option<&Arc<Conn>> = None;
    for conn in slots.iter().flatten().filter(|conn| conn.is_open()) {
        if conn.load() < CALM {
            return Some(conn);
        }
        if best.is_none_or(|best| conn.load() < best.load()) {
            best = Some(conn);
        }
    }
    best
}

/// The shards of a connection's node, if it can have so many.
fn credible(conn: &Conn) -> Option<Sharding> {
    conn.sharding()
        .filter(|sharding| sharding.shards.get() <= MOST_SHARDS)
        .copied()
}
