//! From a token to a shard of a node, and from a shard to the source ports that reach it.

use std::num::NonZeroU16;
use std::ops::RangeInclusive;

use super::Token;
use crate::frame::Sharding;

/// The ports that a client may bind to reach a shard: the ephemeral range of RFC 6335.
pub const SOURCE_PORTS: RangeInclusive<u16> = 49152..=65535;

/// How a ScyllaDB node spreads tokens over its shards. Tables with tablets do not follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sharder {
    shards: NonZeroU16,
    ignore_msb: u8,
}

impl Sharder {
    /// Of a node with this many shards; `ignore_msb` leading bits of a token do not count, at most 63.
    pub fn new(shards: NonZeroU16, ignore_msb: u8) -> Self {
        Sharder {
            shards,
            ignore_msb: ignore_msb.min(63),
        }
    }

    /// Shards of the node.
    pub fn shards(&self) -> u16 {
        self.shards.get()
    }

    /// The shard that owns a token.
    pub fn shard_of(&self, token: Token) -> u16 {
        let biased = token.0.cast_unsigned().wrapping_add(1 << 63) << self.ignore_msb;
        let product = u128::from(biased) * u128::from(self.shards.get());
        u16::try_from(product >> 64).expect("the quotient is smaller than the number of shards")
    }

    /// The shard that a connection from this source port reaches on the shard-aware port.
    pub fn shard_of_port(&self, port: u16) -> u16 {
        port % self.shards
    }

    /// The source ports that reach a shard on the shard-aware port, ascending. None for a shard that the node
    /// does not have.
    pub fn ports_of(&self, shard: u16) -> impl ExactSizeIterator<Item = u16> + Clone + use<> {
        let (first, last) = SOURCE_PORTS.into_inner();
        let shards = self.shards.get();
        // Up from the first port by what is missing to the shard, modulo their number. With more shards
        // than ports, some have none.
        let up = u32::from(shard) + u32::from(shards) - u32::from(first % shards);
        let start = u32::from(first) + up % u32::from(shards);
        let ports = match u16::try_from(start) {
            Ok(start) if shard < shards => start..=last,
            #[expect(clippy::reversed_empty_ranges, reason = "no port reaches it")]
            _ => 1..=0,
        };
        ports.step_by(shards.into())
    }
}

impl From<&Sharding> for Sharder {
    fn from(sharding: &Sharding) -> Self {
        Sharder::new(sharding.shards, sharding.ignore_msb)
    }
}
