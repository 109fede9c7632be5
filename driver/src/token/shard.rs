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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::murmur3;

    fn sharder(shards: u16, ignore_msb: u8) -> Sharder {
        Sharder::new(NonZeroU16::new(shards).unwrap(), ignore_msb)
    }

    fn check(shards: u16, ignore_msb: u8, tokens: &[(i64, u16)]) {
        for (token, shard) in tokens {
            let found = sharder(shards, ignore_msb).shard_of(Token(*token));
            assert_eq!(found, *shard, "{token} of {shards}");
        }
    }

    #[test]
    fn tokens() {
        check(
            4,
            12,
            &[
                (-9219783007514621794, 3),
                (9222582454147032830, 3),
                (-9217148724365525195, 1),
                (-9215501124608928187, 2),
                (-9209452951616763088, 0),
            ],
        );
        check(
            7,
            0,
            &[
                (-6588122883467697006, 0),
                (-6588122883467697005, 1),
                (1317624576693539401, 3),
                (1317624576693539402, 4),
                (i64::MAX, 6),
            ],
        );
        check(
            7,
            2,
            &[
                (-8564559748508006108, 0),
                (-8564559748508006107, 1),
                (658812288346769700, 0),
                (658812288346769701, 1),
            ],
        );
        for shards in [2, 3, 4, 8] {
            let last = shards - 1;
            let ends = [(0, 0), (-1, last), (i64::MIN, 0), (i64::MAX, last)];
            check(shards, 12, &ends);
        }
        check(1, 12, &[(i64::MIN, 0), (0, 0), (i64::MAX, 0)]);
        check(u16::MAX, 0, &[(i64::MIN, 0), (i64::MAX, u16::MAX - 1)]);
    }

    #[test]
    fn keys() {
        for (key, shard) in [
            ("a", 4),
            ("b", 6),
            ("c", 6),
            ("e", 4),
            ("100000", 2),
            ("test", 9),
        ] {
            assert_eq!(
                sharder(12, 12).shard_of(murmur3(key.as_bytes())),
                shard,
                "{key}"
            );
        }
        assert_eq!(sharder(8, 12).shard_of(murmur3(b"test")), 6);
        for (key, of_2, of_3, of_8) in [
            (0i32, 0, 0, 0),
            (1, 0, 0, 2),
            (2, 1, 1, 4),
            (3, 1, 2, 5),
            (5, 1, 1, 4),
            (10, 1, 2, 7),
            (-1, 0, 1, 2),
        ] {
            let token = murmur3(&key.to_be_bytes());
            let found = [2, 3, 8].map(|shards| sharder(shards, 12).shard_of(token));
            assert_eq!(found, [of_2, of_3, of_8], "{key}");
        }
    }

    #[test]
    fn source_ports() {
        // An interpreter is a thousand times slower.
        let counts: &[u16] = match cfg!(miri) {
            true => &[255],
            false => &[1, 2, 3, 7, 8, 255, 16384, 40000, u16::MAX],
        };
        for shards in counts.iter().copied() {
            let sharder = sharder(shards, 12);
            let mut all: Vec<u16> = Vec::new();
            for shard in 0..shards {
                let ports = sharder.ports_of(shard);
                all.extend(ports.inspect(|port| assert_eq!(sharder.shard_of_port(*port), shard)));
            }
            all.sort_unstable();
            assert!(all.into_iter().eq(SOURCE_PORTS), "{shards} shards");
            assert_eq!(sharder.ports_of(shards).len(), 0);
        }
        assert_eq!(sharder(8, 12).ports_of(3).next(), Some(49155));
        assert_eq!(sharder(8, 12).ports_of(3).len(), 2048);
    }
}
