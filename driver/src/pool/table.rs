//! The connections of a pool at a moment: a slot per shard. Replaced whole, never changed.

use std::sync::Arc;

use crate::conn::Conn;
use crate::frame::Sharding;

/// A slot per shard; one slot for a node without shards.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    slots: Box<[Option<Arc<Conn>>]>,
    sharding: Option<Sharding>,
}

/// No machine has as many; a server that claims more gets one connection.
const MOST_SHARDS: u16 = 1024;

/// A connection with less under way than this is not "clearly more loaded" than any other. Spreading requests
/// over connections would only make their writes smaller.
const CALM: u32 = 32;

impl Table {
    /// Empty, for the node of this connection.
    pub(super) fn of(conn: &Conn) -> Table {
        let sharding = credible(conn);
        let slots = sharding.map_or(1, |sharding| usize::from(sharding.shards.get()));
        Table {
            slots: vec![None; slots].into(),
            sharding,
        }
    }

    pub(super) fn sharding(&self) -> Option<&Sharding> {
        self.sharding.as_ref()
    }

    /// Whether a connection belongs here: its node has as many shards, chosen in the same way.
    pub(super) fn fits(&self, conn: &Conn) -> bool {
        let how = |sharding: &Sharding| (sharding.shards, sharding.ignore_msb);
        !self.slots.is_empty()
            && self.sharding.as_ref().map(how) == credible(conn).as_ref().map(how)
    }

    /// The connection to `shard` if that can be had, else any. Those that take no requests are passed over.
    #[inline]
    pub(super) fn pick(&self, shard: Option<u16>) -> Option<&Arc<Conn>> {
        let own = shard.and_then(|shard| self.slots.get(usize::from(shard))?.as_ref());
        own.filter(|conn| conn.is_open()).or_else(|| self.any())
    }

    /// The first that is calm, else the least loaded.
    fn any(&self) -> Option<&Arc<Conn>> {
        let mut best: Option<&Arc<Conn>> = None;
        for conn in self.slots.iter().flatten().filter(|conn| conn.is_open()) {
            if conn.load() < CALM {
                return Some(conn);
            }
            if best.is_none_or(|best| conn.load() < best.load()) {
                best = Some(conn);
            }
        }
        best
    }

    /// How many slots there are.
    pub(super) fn wanted(&self) -> u16 {
        // Made from a `u16`.
        u16::try_from(self.slots.len()).unwrap_or(u16::MAX)
    }

    /// How many of them have a connection.
    pub(super) fn connected(&self) -> u16 {
        let connected = self.slots.iter().flatten().count();
        u16::try_from(connected).unwrap_or(u16::MAX)
    }

    /// Shards without a connection.
    pub(super) fn missing(&self) -> impl Iterator<Item = u16> {
        (0..)
            .zip(&self.slots)
            .filter_map(|(shard, slot)| slot.is_none().then_some(shard))
    }

    pub(super) fn slots(&self) -> &[Option<Arc<Conn>>] {
        &self.slots
    }

    pub(super) fn conns(&self) -> impl Iterator<Item = &Arc<Conn>> {
        self.slots.iter().flatten()
    }

    /// With `conn` in the slot of its shard; `None` if that is taken, or there is no such slot.
    pub(super) fn with(&self, conn: &Arc<Conn>) -> Option<Table> {
        let mut table = self.clone();
        let shard = credible(conn).map_or(0, |sharding| sharding.shard);
        let slot = table.slots.get_mut(usize::from(shard))?;
        if slot.is_some() {
            return None;
        }
        *slot = Some(Arc::clone(conn));
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

/// The shards of a connection's node, if it can have so many.
fn credible(conn: &Conn) -> Option<Sharding> {
    conn.sharding()
        .filter(|sharding| sharding.shards.get() <= MOST_SHARDS)
        .copied()
}
